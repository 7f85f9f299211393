// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/policy_message.hpp"

#include <gtest/gtest.h>

#include "services/policy/rpc/lock_message.hpp"

namespace phone::policy {
namespace {

State everything() {
  State state{.encrypted = true, .alarms = 3};
  Policy& policy = state.policy;
  policy.version = 9;
  policy.stage = Stage::kComplete;
  policy.device_name = "SEP0A1B2C3D4E5F";
  policy.alarms = {
      {.number = 2, .code = 6, .ctl_signature = "x", .ctl_server = "y", .itl_signature = "z", .itl_server = "w"},
      {.number = 3, .code = 4, .ctl_signature = "01 ", .ctl_server = "a", .itl_signature = "02 ", .itl_server = "b"}};
  Configuration& c = policy.configuration;
  c.security_mode = SecurityMode::kEncrypted;
  c.transport = Transport::kTls;
  c.capf_auth_mode = CapfAuthMode::kMic;
  c.capf = {{.address = "capf", .port = 3804}};
  c.call_managers = {
      {.name = "n", .address = "a", .priority = 1, .sip_port = 1, .secure_sip_port = 2, .sip_oauth_port = 3}};
  c.tvs = {{.address = "tvs", .port = 2445, .priority = 1}};
  c.srst = {{.address = "srst", .port = 5061}};
  c.srst_secure = c.sip_oauth = c.tls.fips = c.protected_device = c.secure_indication_tone = c.secure_without_ctl =
      c.auto_registration = c.web_access = c.gratuitous_arp = true;
  c.srst_certificates = {"der"};
  c.mlpp = {.domain = "00000a", .indication = true, .preemption = true, .dscp = {1, 2, 3, 4, 5}};
  c.oauth = {.host = "authority", .port = 8443, .path = "oauth/token"};
  c.lines = {{.number = 1,
              .directory_number = "1001",
              .display_name = "Ada",
              .auth_name = "ada",
              .auth_password = "s3cret",
              .max_calls = 5,
              .busy_trigger = 3,
              .label = "Desk",
              .contact = "5a6f",
              .auto_answer = AutoAnswer::kHeadset,
              .keeps_missed_calls = false,
              .shared = true}};
  c.speed_dials = {{.label = "Help",
                    .number = "1002,,77",
                    .watched = true,
                    .pickup = true,
                    .park_slot = true,
                    .retrieval_prefix = "*8"}};
  c.feature_uris = {.forward_all = "f", .pickup = "p", .other_pickup = "o", .group_pickup = "g", .meet_me = "m"};
  c.kpml = 3;
  c.inter_digit_milliseconds = 6000;
  c.off_hook_milliseconds = 7000;
  c.auto_answer_seconds = 2;
  c.hold_reversion_seconds = 60;
  c.hold_reversion_interval_seconds = 40;
  c.emergency_numbers = {"112", "911"};
  c.time_zone = "Europe/Berlin";
  c.register_expires_seconds = 1;
  c.keepalive_seconds = 2;
  c.connection_monitor_seconds = 3;
  c.timer_t1_milliseconds = 4;
  c.timer_t2_milliseconds = 5;
  c.invite_expires_seconds = 6;
  c.subscribe_expires_seconds = 9;
  c.sip_retransmissions = 7;
  c.invite_retransmissions = 8;
  c.speaker_disabled = c.headset_disabled = c.handset_disabled = c.pc_port_disabled = c.voice_vlan_access = true;
  c.voice_vlan = c.cdp_switch_port = c.lldp_switch_port = false;
  c.cdp_pc_port = c.lldp_pc_port = true;
  c.ip_address_mode = 2;
  c.settings_access = SettingsAccess::kRestricted;
  c.eap_authentication = EapAuthentication::kEnabled;
  c.eap = {.method = EapMethod::kFast,
           .identity = "desk",
           .password = "eap-s3cret",
           .authorities = {"der one", "der two"},
           .servers = {"radius.lab"},
           .certificate = ShownCertificate::kMic,
           .refused = "because"};
  c.wlans = {{.ssid = "Lab \x01",
              .security = WlanSecurity::kEnterprise3,
              .method = WlanMethod::kPeapGtc,
              .key = "wlan-s3cret-key",
              .user = "lab\\ada",
              .password = "wlan-s3cret",
              .authorities = {"der three"},
              .servers = {"wlan.lab"},
              .certificate = ShownCertificate::kUser,
              .band = WlanBand::k5,
              .fast_roaming = FastRoaming::kOverTheDs,
              .compatible = true,
              .gcmp = true,
              .locked = true,
              .refused = "why"},
             {.ssid = "Second", .band = WlanBand::k24, .fast_roaming = FastRoaming::kOff}};
  c.date_template = "D.M.YY";
  c.ntp_servers = {"10.0.0.9", "2001:db8::9"};
  c.srtp_fallback = c.call_forks = c.diagnostics_door = true;
  c.tls.client_minimum = 0x0304;
  c.tls.server_minimum = 0x0302;
  c.tls.switched_off = 0x30;
  c.diagnostics_port = 4433;
  c.srtp_suites = {"AEAD_AES_256_GCM"};
  c.codecs = {"opus"};
  c.media_port_first = 20000;
  c.media_port_last = 20100;
  c.dscp_media = 40;
  c.dscp_signaling = 30;
  c.version_stamp = "{1}";
  c.load_information = "load";
  c.network_locale = "Germany";
  c.call_statistics = true;
  c.lsc_for_wlan = c.wlan_disabled = true;
  c.scep = {.host = "ra.lab", .port = 8080, .path = "scep", .root_fingerprint = "aa:bb", .challenge = "ch4llenge"};
  c.audit_collector = {.host = "log.lab", .port = 1514};
  state.elements = {{.element = "vendorConfig/garp", .text = "0", .level = Level::kCommon},
                    {.element = "vendorConfig/gapr", .text = {}, .level = Level::kEnterprise, .unknown = true}};
  state.remarks = {"unknown element vendorConfig/gapr is ignored"};
  state.trial = TrialState::kTrying;
  state.working =
      KeptConfiguration{.configuration = c, .encrypted = true, .elements = state.elements, .remarks = {"a", "b"}};
  state.working->configuration.eap_authentication = EapAuthentication::kDisabled;
  state.taken_back = KeptConfiguration{.configuration = c, .encrypted = false, .elements = {}, .remarks = {}};
  state.taken_back->configuration.version_stamp = "{2}";
  return state;
}

TEST(F16_StoredPolicy, WhatIsWrittenIsReadBackWhole) {
  const State before = everything();
  const auto after = decode(encode(before));
  ASSERT_TRUE(after.ok());
  EXPECT_TRUE(*after == before);
}

TEST(F46_StoredPolicy, AResetIsKeptAndToldToEveryService) {
  State before;
  before.policy.reset = true;
  const auto after = decode(encode(before));
  ASSERT_TRUE(after.ok());
  EXPECT_TRUE(after->policy.reset);
  EXPECT_TRUE(to_message(after->policy).reset());
  EXPECT_FALSE(to_message(everything().policy).reset());
}

struct LockRow {
  SettingsAccess access;
  bool password;
  v1::SettingsLock lock;
};
class F4_F25_PublishedLock_Table : public testing::TestWithParam<LockRow> {};
TEST_P(F4_F25_PublishedLock_Table, FollowsAccessFirstAndThenThePassword) {
  Policy policy;
  policy.configuration.settings_access = GetParam().access;
  policy.password_locked = GetParam().password;
  EXPECT_EQ(to_message(policy).settings_lock(), GetParam().lock);
}
INSTANTIATE_TEST_SUITE_P(Rows, F4_F25_PublishedLock_Table,
                         testing::Values(LockRow{SettingsAccess::kEnabled, false, v1::SETTINGS_LOCK_OPEN},
                                         LockRow{SettingsAccess::kEnabled, true, v1::SETTINGS_LOCK_PASSWORD},
                                         LockRow{SettingsAccess::kRestricted, false, v1::SETTINGS_LOCK_RESTRICTED},
                                         LockRow{SettingsAccess::kRestricted, true, v1::SETTINGS_LOCK_RESTRICTED},
                                         LockRow{SettingsAccess::kDisabled, false, v1::SETTINGS_LOCK_OFF}));

TEST(F4_StoredLock, IsReadBackWholeAndDamageIsNoLockThatOpens) {
  const StoredLock lock{.passwords = {{.method = "scrypt", .salt = "salt", .hash = "hash", .cost = 16384},
                                      {.method = "pbkdf2-sha256", .salt = "s", .hash = "h", .cost = 310000}},
                        .in_force = true,
                        .sealed = true,
                        .refused = "it repeats itself",
                        .failures = 7};
  const auto read = decode_lock(encode(lock));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, lock);
  EXPECT_FALSE(decode_lock("\xff\xff\xff").ok());
}

TEST(F16_StoredPolicy, DamagedRecordIsNotAPolicy) {
  EXPECT_FALSE(decode("").ok());
  EXPECT_FALSE(decode("garbage that is no message").ok());
  const std::string whole = encode(everything());
  for (std::size_t length = 0; length < whole.size(); ++length) (void)decode(std::string_view(whole).substr(0, length));
}

TEST(F75_DigestUser, PasswordsAreForSignalingAlone) {
  const auto message = to_message(everything().policy);
  EXPECT_EQ(message.line(0).auth_password(), "s3cret");
  EXPECT_EQ(for_role(message, mesh::v1::ROLE_SIGNALING).line(0).auth_password(), "s3cret");
  const auto blanked = for_role(message, mesh::v1::ROLE_CERTIFICATE_MANAGER);
  EXPECT_EQ(blanked.line(0).auth_password(), "");
  EXPECT_EQ(blanked.line(0).auth_name(), "ada");
  EXPECT_EQ(blanked.SerializeAsString().find("s3cret"), std::string::npos);
}

TEST(F60_F69_AccessSecrets_Table, AreForNetworkAccessAlone) {
  const auto message = to_message(everything().policy);
  for (int role = 0; role <= mesh::v1::Role_MAX; ++role) {
    const auto shown = for_role(message, static_cast<mesh::v1::Role>(role));
    const bool network = role == mesh::v1::ROLE_NETWORK_ACCESS;
    EXPECT_EQ(shown.eap_profile().profile().password(), network ? "eap-s3cret" : "") << role;
    const bool sees = network || role == mesh::v1::ROLE_GATEWAY;
    ASSERT_EQ(shown.wlan_profile_size(), sees ? message.wlan_profile_size() : 0) << role;
    EXPECT_EQ(shown.has_eap_profile(), sees) << role;
    if (!sees) continue;
    EXPECT_EQ(shown.wlan_profile(0).profile().password(), network ? "wlan-s3cret" : "") << role;
    EXPECT_EQ(shown.wlan_profile(0).profile().key(), network ? "wlan-s3cret-key" : "") << role;
    EXPECT_EQ(shown.wlan_profile(0).profile().user(), "lab\\ada") << role;
  }
}

TEST(F71_ScepChallenge_Table, IsForTheCertificateManagerAlone) {
  const auto message = to_message(everything().policy);
  for (int role = 0; role <= mesh::v1::Role_MAX; ++role) {
    const auto shown = for_role(message, static_cast<mesh::v1::Role>(role));
    EXPECT_EQ(shown.scep().host(), "ra.lab");
    EXPECT_EQ(shown.scep().challenge(), role == mesh::v1::ROLE_CERTIFICATE_MANAGER ? "ch4llenge" : "") << role;
  }
}

}  // namespace
}  // namespace phone::policy

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What counts as lowered, one row a switch (F99).
#include "services/policy/configuration/lowering.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <utility>

namespace phone::policy {
namespace {

struct LoweringRow {
  const char* what;
  void (*strict)(Configuration&);
  void (*lax)(Configuration&);
  const char* from;
  const char* to;
  friend void PrintTo(const LoweringRow& row, std::ostream* out) { *out << row.what; }
};

class F99_Lowering_Table : public testing::TestWithParam<LoweringRow> {};

TEST_P(F99_Lowering_Table, IsToldOneWayAndNotTheOther) {
  Configuration strict, lax;
  GetParam().strict(strict);
  GetParam().lax(lax);
  EXPECT_EQ(lowered(strict, true, lax, true),
            (std::vector<Downgrade>{{GetParam().what, GetParam().from, GetParam().to}}));
  EXPECT_TRUE(lowered(lax, false, strict, true).empty());
  EXPECT_TRUE(lowered(strict, true, strict, true).empty());
}

#define SWITCH(what, member, protects)                                                                   \
  LoweringRow {                                                                                          \
    what, [](Configuration& c) { c.member = protects; }, [](Configuration& c) { c.member = !protects; }, \
        protects ? "on" : "off", protects ? "off" : "on"                                                 \
  }

const LoweringRow kLowerings[] = {
    {"security mode", [](Configuration& c) { c.security_mode = SecurityMode::kEncrypted; },
     [](Configuration& c) { c.security_mode = SecurityMode::kAuthenticated; }, "encrypted", "authenticated"},
    {"SIP transport", [](Configuration& c) { c.transport = Transport::kTls; },
     [](Configuration& c) { c.transport = Transport::kUdp; }, "TLS", "UDP"},
    {"TLS minimum", [](Configuration& c) { c.tls.client_minimum = 0x0304; },
     [](Configuration& c) { c.tls.client_minimum = 0x0301; }, "TLS 1.3", "TLS 1.0"},
    {"TLS minimum for the diagnostics port", [](Configuration& c) { c.tls.server_minimum = 0x0303; },
     [](Configuration& c) { c.tls.server_minimum = 0x0302; }, "TLS 1.2", "TLS 1.1"},
    {"disabled TLS cipher suites", [](Configuration& c) { c.tls.switched_off = 0b1010; },
     [](Configuration& c) { c.tls.switched_off = 0b1000; }, "1 3", "3"},
    {"settings access", [](Configuration& c) { c.settings_access = SettingsAccess::kRestricted; },
     [](Configuration& c) { c.settings_access = SettingsAccess::kEnabled; }, "restricted", "enabled"},
    {"SRTP suites", [](Configuration& c) { c.srtp_suites = {"AEAD_AES_256_GCM"}; },
     [](Configuration& c) {
       c.srtp_suites = {"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_32"};
     },
     "AEAD_AES_256_GCM", "AEAD_AES_256_GCM AES_CM_128_HMAC_SHA1_32"},
    {"SRTP suites",
     [](Configuration& c) {
       c.srtp_suites = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM"};
     },
     [](Configuration& c) {
       c.srtp_suites = {"AEAD_AES_128_GCM", "AEAD_AES_256_GCM"};
     },
     "AEAD_AES_256_GCM AEAD_AES_128_GCM", "AEAD_AES_128_GCM AEAD_AES_256_GCM"},
    SWITCH("FIPS mode", tls.fips, true),
    SWITCH("SRST over TLS", srst_secure, true),
    SWITCH("SRTP fallback to RTP", srtp_fallback, false),
    SWITCH("recording and monitoring", call_forks, false),
    SWITCH("protected device", protected_device, true),
    SWITCH("secure indication tone", secure_indication_tone, true),
    SWITCH("secure mode without a CTL", secure_without_ctl, false),
    SWITCH("remote diagnostics", diagnostics_door, false),
    SWITCH("web access", web_access, false),
    SWITCH("PC port lock", pc_port_disabled, true),
    SWITCH("voice VLAN access from the PC port", voice_vlan_access, false),
    SWITCH("gratuitous ARP", gratuitous_arp, false),
    SWITCH("voice VLAN", voice_vlan, true),
    SWITCH("CDP on the switch port", cdp_switch_port, false),
    SWITCH("LLDP on the switch port", lldp_switch_port, false),
    SWITCH("CDP on the PC port", cdp_pc_port, false),
    SWITCH("LLDP on the PC port", lldp_pc_port, false),
    SWITCH("WLAN lock", wlan_disabled, true),
    SWITCH("LSC used in WLAN", lsc_for_wlan, false),
    SWITCH("speaker lock", speaker_disabled, true),
    SWITCH("headset lock", headset_disabled, true),
    SWITCH("handset lock", handset_disabled, true),
};
INSTANTIATE_TEST_SUITE_P(Rows, F99_Lowering_Table, testing::ValuesIn(kLowerings));

// What a trial may take back, since it may have cut the phone off: nothing else.
const std::set<std::string_view> kWay = {"SIP transport",
                                         "TLS minimum",
                                         "disabled TLS cipher suites",
                                         "FIPS mode",
                                         "voice VLAN",
                                         "CDP on the switch port",
                                         "LLDP on the switch port",
                                         "WLAN lock",
                                         "LSC used in WLAN"};
class F46_TakingBack_Table : public testing::TestWithParam<LoweringRow> {};

TEST_P(F46_TakingBack_Table, LowersTheWayToTheServerAlone) {
  Configuration working, tried;
  GetParam().lax(working);
  GetParam().strict(tried);
  working.version_stamp = "working";
  tried.ip_address_mode = 2;
  const Configuration back = with_raised(tried, working);
  EXPECT_EQ(back.ip_address_mode, working.ip_address_mode);
  EXPECT_EQ(back.version_stamp, "working");
  const std::vector<Downgrade> lower = lowered(tried, true, back, true);
  if (kWay.contains(GetParam().what)) {
    ASSERT_EQ(lower.size(), 1U);
    EXPECT_EQ(lower[0].what, GetParam().what);
  } else {
    EXPECT_TRUE(lower.empty()) << lower[0].what;
  }
  EXPECT_TRUE(lowered(working, true, back, true).empty()) << "what the working one has stricter stays too";

  // The other way round the working one is the stricter one already.
  EXPECT_EQ(with_raised(working, tried), tried);
}
INSTANTIATE_TEST_SUITE_P(Rows, F46_TakingBack_Table, testing::ValuesIn(kLowerings));

TEST(F46_TakingBack, TheNewerWordOnAnchorsAndCollectorStays) {
  Configuration working, tried;
  working.srst = {{.name = {}, .address = "old"}};
  working.srst_certificates = {"old"};
  working.scep = {.host = "old.lab", .port = 80, .path = "scep", .root_fingerprint = "00"};
  working.audit_collector = {.host = "old", .port = 514, .certificate = {}};
  tried.srst = {{.name = {}, .address = "new"}};
  tried.srst_certificates = {"new"};
  Configuration back = with_raised(tried, working);
  EXPECT_EQ(back.srst, tried.srst);
  EXPECT_EQ(back.srst_certificates, tried.srst_certificates);
  EXPECT_EQ(back.scep, ScepSettings());
  EXPECT_EQ(back.audit_collector, working.audit_collector) << "events go somewhere rather than nowhere";
  EXPECT_TRUE(lowered(tried, true, back, true).empty());
  tried.audit_collector = {.host = "new", .port = 6514, .transport = AuditTransport::kTls, .certificate = "der"};
  back = with_raised(tried, working);
  EXPECT_EQ(back.audit_collector, tried.audit_collector);
}

TEST(F99_Lowering, ADemandForAnEncryptedFileFallsWithAPlainOne) {
  EXPECT_EQ(lowered({}, true, {}, false),
            (std::vector<Downgrade>{{"encrypted configuration file", "required", "not required"}}));
  EXPECT_TRUE(lowered({}, false, {}, true).empty());
}

// SHA-256("abc") begins ba7816bf8f01cfea (FIPS 180-2 appendix B.1), SHA-256("") e3b0c44298fc1c14.
TEST(F99_Lowering, SrstCertificatesAreToldWhenOneIsRemovedOrReplaced) {
  Configuration both, one, other, none;
  both.srst_certificates = {"abc", ""};
  one.srst_certificates = {"abc"};
  other.srst_certificates = {""};
  using All = std::vector<Downgrade>;
  EXPECT_EQ(lowered(both, true, one, true),
            (All{{"SRST certificates", "ba7816bf8f01cfea e3b0c44298fc1c14", "ba7816bf8f01cfea"}}));
  EXPECT_EQ(lowered(one, true, other, true), (All{{"SRST certificates", "ba7816bf8f01cfea", "e3b0c44298fc1c14"}}));
  EXPECT_EQ(lowered(one, true, none, true), (All{{"SRST certificates", "ba7816bf8f01cfea", "none"}}));
  EXPECT_EQ(lowered(none, true, one, true), (All{{"SRST certificates", "none", "ba7816bf8f01cfea"}}));
  Configuration turned = both;
  std::swap(turned.srst_certificates[0], turned.srst_certificates[1]);
  EXPECT_TRUE(lowered(both, true, turned, true).empty());
}

TEST(F99_Lowering, AnotherScepServerOrRootIsTold) {
  Configuration before, after;
  before.scep = {.host = "ra.lab", .port = 80, .path = "scep", .root_fingerprint = "AB:cd"};
  after = before;
  using All = std::vector<Downgrade>;
  after.scep.root_fingerprint = "ABCD";
  EXPECT_TRUE(lowered(before, true, after, true).empty()) << "the same digits";
  after.scep.root_fingerprint = "abce";
  EXPECT_EQ(lowered(before, true, after, true), (All{{"SCEP root fingerprint", "abcd", "abce"}}));
  after = before;
  after.scep.host = "2001:db8::1";
  after.scep.port = 8080;
  EXPECT_EQ(lowered(before, true, after, true), (All{{"SCEP server", "ra.lab:80/scep", "[2001:db8::1]:8080/scep"}}));
  EXPECT_EQ(lowered({}, true, before, true),
            (All{{"SCEP server", "none", "ra.lab:80/scep"}, {"SCEP root fingerprint", "none", "abcd"}}));
  Configuration weaker = after;
  weaker.scep.triple_des = true;
  EXPECT_EQ(lowered(after, true, weaker, true), (All{{"SCEP cipher", "AES", "AES or triple DES"}}));
  EXPECT_TRUE(lowered(weaker, true, after, true).empty());
  EXPECT_TRUE(lowered(before, true, {}, true).empty()) << "no SCEP is stricter";
}

TEST(F99_Lowering, IsSaidWithFileSignerAndTime) {
  EXPECT_EQ(lowering_text({{"FIPS mode", "on", "off"}, {"web access", "off", "on"}},
                          {"SEP1.cnf.xml.sgn", "CN=tftp", "2026-11-28 18:44:31 UTC"}),
            "SEP1.cnf.xml.sgn, signed by CN=tftp 2026-11-28 18:44:31 UTC, lowers: FIPS mode from on to off; web access "
            "from off to on");
  EXPECT_EQ(lowering_text({{"FIPS mode", "on", "off"}}, {"SEP1.cnf.xml", "", ""}),
            "SEP1.cnf.xml, unsigned, lowers: FIPS mode from on to off");
}

}  // namespace
}  // namespace phone::policy

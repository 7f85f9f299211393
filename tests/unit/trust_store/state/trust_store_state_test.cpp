// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/state/trust_store_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/trust_store/state_fixture.hpp"

namespace phone::trust {
namespace {

using testing::HasSubstr;

constexpr ListKind kC = ListKind::kCtl, kI = ListKind::kItl;
constexpr char kBase[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
constexpr char kNewSigner[] = "itl/ITL_update_new_signer_needs_TVS.tlv";

TEST(F9_TrustKeeper, FirstListIsKeptAcrossARestartAndBelievedOnlyOnce) {
  NEEDS_SAMPLES();
  Phone phone;
  EXPECT_EQ(phone.install(kI, kBase).alarm, Alarm::kItlInitialSuccess);
  EXPECT_EQ(phone.state()["ITLFile.tlv"], Phone::sample(kBase));
  phone.restart();
  ASSERT_TRUE(phone.trust_state().in_force()->itl.has_value());
  EXPECT_EQ(phone.trust_state().in_force()->itl->server, "cucm-pub.lab:6970");
  EXPECT_EQ(phone.install(kI, kBase).alarm, Alarm::kNone);
  EXPECT_FALSE(phone.offer({{kI, Phone::sample("itl/ITL_impostor_same_names.tlv"), "x"}}).has_value());
}

TEST(F16_FileAuthentication, RefusedListsLeaveTheStateFolderByteForByte) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  const auto before = phone.state();
  for (const char* name : {"neg/itl_timestamp_bitflip.tlv", "neg/itl_trunc_minus1.tlv", "neg/itl_record_len_0.tlv",
                           "neg/itl_pubkey_tlv_mismatch.tlv", "neg/itl_modulus_index_2.tlv"}) {
    const auto result = phone.offer({{kI, Phone::sample(name), "mallory"}});
    ASSERT_TRUE(result.has_value()) << name;
    EXPECT_EQ(result->alarm, Alarm::kFailedOldItl) << name;
    EXPECT_EQ(phone.state(), before) << name;
  }
  EXPECT_EQ(phone.offer({{kI, std::string(kLargestList + 1, 'x'), "mallory"}})->alarm, Alarm::kFailedOldItl);
  EXPECT_EQ(phone.state(), before);
}

TEST(F16_FileAuthentication, RefusedFirstListsLeaveAnEmptyFolder) {
  NEEDS_SAMPLES();
  Phone phone;
  EXPECT_EQ(phone.install(kI, "neg/itl_timestamp_bitflip.tlv").alarm, Alarm::kFailedNoList);
  EXPECT_TRUE(phone.state().empty());
}

TEST(F16_FileAuthentication, AFlashThatTakesNothingKeepsTheOldListInForce) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  const auto before = phone.state();
  // The place of the temporary file is taken.
  std::filesystem::create_directory(phone.directory() / "ITLFile.tlv.new");
  const OfferResult result = phone.install(kI, "itl/ITL_update_same_signer.tlv");
  EXPECT_EQ(result.alarm, Alarm::kFailed);
  EXPECT_FALSE(result.verdicts[0].accepted);
  EXPECT_EQ(phone.trust_state().in_force()->itl->list.bytes, Phone::sample(kBase));
  EXPECT_EQ(phone.state().at("ITLFile.tlv"), before.at("ITLFile.tlv"));
  phone.restart();
  EXPECT_EQ(phone.trust_state().in_force()->itl->server, "cucm-pub.lab:6970");
}

TEST(F29_TrustListAlarm, CtlIsJudgedAndInForceBeforeTheItlOfTheSameOffer) {
  NEEDS_SAMPLES();
  Phone phone;
  const auto result = phone.offer({{kI, Phone::sample("itl/ITL_signed_by_CTL_token1.tlv"), "s"},
                                   {kC, Phone::sample("ctl/CTL_tokens_sha512.tlv"), "s"}});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->alarm, Alarm::kInitialSuccess);
  EXPECT_EQ(result->verdicts[0].kind, kC);
  EXPECT_THAT(result->verdicts[1].reason, HasSubstr("vouched for by CTL"));
}

TEST(F29_TrustListAlarm, EachCodeOfTheArticleComesFromRealLists) {
  NEEDS_SAMPLES();
  const auto ctl = [](const char* name) { return OfferedList{kC, Phone::sample(name), "s"}; };
  const auto itl = [](const char* name) { return OfferedList{kI, Phone::sample(name), "s"}; };
  const char* tokenless = "ctl/CTL_tokenless_sha512.tlv";
  const char* broken = "neg/itl_timestamp_bitflip.tlv";
  const OfferedList broken_ctl{kC, Phone::sample(tokenless).replace(600, 1, "X"), "s"};
  EXPECT_EQ(Phone().offer({ctl(tokenless)})->alarm, Alarm::kCtlInitialSuccess);
  EXPECT_EQ(Phone().offer({itl(kBase)})->alarm, Alarm::kItlInitialSuccess);
  EXPECT_EQ(Phone().offer({itl(broken)})->alarm, Alarm::kFailedNoList);
  Phone phone;
  EXPECT_EQ(phone.offer({ctl(tokenless), itl(kBase)})->alarm, Alarm::kInitialSuccess);
  EXPECT_EQ(phone.offer({ctl("ctl/CTL_tokenless_sha1.tlv"), itl(kBase)})->alarm, Alarm::kSuccess);
  EXPECT_EQ(phone.offer({broken_ctl, itl(kBase)})->alarm, Alarm::kFailedOldCtl);
  EXPECT_EQ(phone.offer({itl(broken)})->alarm, Alarm::kFailedOldItl);
  EXPECT_EQ(phone.offer({broken_ctl, itl(broken)})->alarm, Alarm::kFailedOldLists);
  EXPECT_EQ(Phone().offer({ctl(tokenless), itl(broken)})->alarm, Alarm::kFailed);
}

TEST(F9_TrustKeeper, ANewSignerWaitsForTvsAndOtherOffersWaitBehindIt) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  std::vector<std::string> order;
  phone.trust_state().offer({{kI, Phone::sample(kNewSigner), "s"}},
                            [&](OfferResult r) { order.push_back(r.verdicts[0].reason); });
  phone.trust_state().offer({{kI, Phone::sample(kBase), "s"}},
                            [&](OfferResult r) { order.push_back(r.verdicts[0].reason); });
  EXPECT_TRUE(order.empty());
  ASSERT_EQ(phone.jobs().size(), 1u);
  const TvsJob job = phone.jobs()[0];
  EXPECT_EQ(job.question.serial, Phone::certificate("token2").serial());
  EXPECT_EQ(job.servers, (std::vector<TvsServer>{{"cucm-pub.lab", 2445}}));
  EXPECT_EQ(job.server_certificates.size(), 2u);
  phone.trust_state().answered(job.request_id,
                               {TvsVerdict::kYes, Phone::certificate("token2"), "cucm-pub.lab:2445", ""});
  ASSERT_EQ(order.size(), 1u);
  EXPECT_THAT(order[0], HasSubstr("vouched for by TVS cucm-pub.lab:2445"));
  // The older base list is not signed by token2: the second offer now waits for TVS itself.
  ASSERT_EQ(phone.jobs().size(), 2u);
  phone.trust_state().answered(phone.jobs()[1].request_id, {TvsVerdict::kNo, {}, {}, "cucm-pub.lab:2445: not valid"});
  ASSERT_EQ(order.size(), 2u);
  EXPECT_THAT(order[1], HasSubstr("not valid"));
  phone.restart();
  EXPECT_EQ(phone.trust_state().in_force()->itl->list.bytes, Phone::sample(kNewSigner))
      << "its signer is in no list, only in the notes";
}

TEST(F9_TrustKeeper, TvsSayingNoKeepsTheOldList) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  const auto before = phone.state();
  Alarm alarm = Alarm::kNone;
  phone.trust_state().offer({{kI, Phone::sample(kNewSigner), "s"}}, [&](OfferResult result) { alarm = result.alarm; });
  phone.trust_state().answered(phone.jobs().at(0).request_id, {TvsVerdict::kNo, {}, {}, "unreachable"});
  EXPECT_EQ(alarm, Alarm::kFailedOldItl);
  EXPECT_EQ(phone.state(), before);
}

TEST(F9_TrustKeeper, DamagedFlashDoesNotBringFirstUseBack) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  std::ofstream(phone.directory() / "ITLFile.tlv", std::ios::binary | std::ios::in).seekp(900).put('X');
  phone.restart();
  EXPECT_FALSE(phone.trust_state().in_force()->itl.has_value());
  EXPECT_EQ(phone.notices().back().kind, "trust_list.damaged");
  EXPECT_FALSE(phone.install(kI, kBase).verdicts[0].accepted);
}

TEST(F85_RecordOfDecisions, RefusalsNameTheCauseAndOutliveARestart) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  phone.trust_state().file("SEP0A1B2C3D4E5F.cnf.xml.sgn", Phone::sample("sgn/cnf_other_device_name.sgn"), false,
                           [](FileResult) {});
  PeerResult peer;
  phone.trust_state().peer({Phone::certificate("capf").der(), Role::kTvs, "10.0.0.1:2445", "tvs"},
                           [&](PeerResult result) { peer = std::move(result); });
  EXPECT_FALSE(peer.verdict.trusted);
  phone.restart();
  const auto decisions = phone.trust_state().decisions("", 10);
  ASSERT_EQ(decisions.size(), 3u);
  EXPECT_EQ(decisions[0].what, "10.0.0.1:2445");
  EXPECT_EQ(decisions[0].number, peer.decision);
  EXPECT_THAT(decisions[0].reason, HasSubstr("on the ITL only as CAPF"));
  EXPECT_THAT(decisions[1].reason, HasSubstr("SEPFFFFFFFFFFFF"));
  EXPECT_TRUE(decisions[2].accepted);
  EXPECT_EQ(phone.trust_state().decisions("SEP0A1B", 10).size(), 1u);
  phone.offer({{kI, Phone::sample(kBase), "s", "ITLSEP0A1B2C3D4E5F.tlv"}});
  EXPECT_EQ(phone.trust_state().decisions("ITLSEP0A1B", 10).size(), 1u);
}

TEST(F3_FipsMode, ShortKeysAreRefusedOnceThePolicySaysSo) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.trust_state().apply({.fips = true});
  phone.restart();
  const OfferResult result = phone.install(kI, "itl/ITL_v1.0_sha1_rsa1024.tlv");
  EXPECT_FALSE(result.verdicts[0].accepted);
  EXPECT_THAT(result.verdicts[0].reason, HasSubstr("RSA 1024 is not FIPS compliant"));
}

TEST(F3_FipsMode, AnIncompletePolicyDoesNotSwitchItOff) {
  Phone phone;
  const Settings complete{.fips = true,
                          .tls = {.client_minimum = 0x0304, .fips = true, .switched_off = 0x30},
                          .tvs = {{"tvs.lab", 2445}},
                          .device_name = "SEP0A1B2C3D4E5F"};
  phone.trust_state().apply(complete);
  phone.trust_state().apply({}, false);
  EXPECT_EQ(FlashStorage(phone.directory()).load_settings(), complete);
}

}  // namespace
}  // namespace phone::trust

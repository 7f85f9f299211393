// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F10, F16 and F88 from outside: each thing the phone downloads or asks for, spoiled in each way, is refused
// with a reason that names the cause, the flash of the trust store stays byte for byte what it was, nothing crashes,
// and the phone recovers by itself when the peer is good again.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

struct Row {
  const char* target;  // of the lab's table of faults
  const char* fault;
  const char* file;    // the end of the name the reason is about
  const char* reason;  // must be part of the reason
};

// Files of a phone that has its lists and a complete configuration already, and is asked to apply its configuration
// again.
const Row kFiles[] = {
    {"itl", "truncated", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"itl", "flipped", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"itl", "stranger", "ITLSEP0A1B2C3D4E5F.tlv", "sign"},
    {"itl", "oversized", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"itl", "wrong-device", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"itl", "gone", "ITLFile.tlv", "does not have this file"},
    {"ctl", "truncated", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "flipped", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "stranger", "CTLSEP0A1B2C3D4E5F.tlv", "sign"},
    {"ctl", "oversized", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "wrong-device", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "silent", "CTLSEP0A1B2C3D4E5F.tlv", "was interrupted"},
    {"ctl", "gone", "CTLSEP0A1B2C3D4E5F.tlv", "does not have this file"},
    {"enc", "truncated", ".enc.sgn", ""},
    {"enc", "flipped", ".enc.sgn", "sign"},
    {"enc", "stranger", ".enc.sgn", "sign"},
    {"enc", "wrong-device", ".enc.sgn", ""},
    {"enc", "oversized", ".enc.sgn", ""},
    {"enc", "silent", ".enc.sgn", "was interrupted"},
    {"enc", "gone", ".enc.sgn", "does not have this file"},
};

// The partial configuration of a phone that has nothing else yet. (itl=silent is the same code as ctl=silent.)
const Row kPartial[] = {
    {"sgn", "truncated", ".cnf.xml.sgn", ""},
    {"sgn", "flipped", ".cnf.xml.sgn", "sign"},
    {"sgn", "stranger", ".cnf.xml.sgn", "sign"},
    {"sgn", "wrong-device", ".cnf.xml.sgn", ""},
    {"sgn", "oversized", ".cnf.xml.sgn", ""},
    {"sgn", "silent", ".cnf.xml.sgn", "was interrupted"},
    {"sgn", "gone", ".cnf.xml.sgn", "does not have this file"},
};

class F10_F16_FileAuthentication_Lab : public Scene {
 protected:
  // Why the last round has not got the file with this ending; empty when it has.
  std::string reason_of(const std::string& ending) {
    const auto file = file_ending(ending);
    const std::string state = file.value("state", "");
    const bool failed =
        state == "FILE_STATE_REFUSED" || state == "FILE_STATE_UNREACHABLE" || state == "FILE_STATE_ABSENT";
    return failed ? file.value("reason", "") : "";
  }

  // Spoils the file, has everything downloaded again, and holds the reason that is told against the row: in the status
  // and, where bytes came that could be judged, in the record that `phonectl trust` reads.
  void expect_refusal(const Row& row) {
    const std::string told = reason_of(row.file);
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat(row.target, "=", row.fault, "\n")).ok());
    reprovision();
    std::string reason;
    EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
      reason = reason_of(row.file);
      return !reason.empty() && (reason != told || told.empty());
    })) << status()["provisioning"].dump(1);
    EXPECT_TRUE(absl::StrContains(absl::AsciiStrToLower(reason), row.reason)) << reason;
    std::cout << "  " << row.target << " " << row.fault << ": " << reason << "\n";
    const bool judged = std::string_view("silent gone oversized").find(row.fault) == std::string_view::npos;
    // Its signature is right: trust_store vouches for it, and it is the key that does not fit.
    const bool foreign_key = std::string_view(row.target) == "enc" && std::string_view(row.fault) == "wrong-device";
    if (!judged || foreign_key) return;
    EXPECT_TRUE(decided(
        row.file, [&](const auto& one) { return !one.value("accepted", false) && one.value("reason", "") == reason; },
        absl::Seconds(2)))
        << nlohmann::json(decisions()).dump(1).substr(0, 1500);
    const rig::Outcome why = phone_->phonectl_text({"trust", "why", row.file});
    EXPECT_EQ(why.exit_code, 0);
    EXPECT_TRUE(absl::StrContains(why.output, " was refused")) << why.output;
  }

  // The lists and the verdicts on them; the audit trail is meant to grow.
  std::map<std::string, std::string> lists_on_flash() const {
    std::map<std::string, std::string> lists;
    for (const auto& [file, content] : flash("trust_store")) {
      if (file.ends_with(".tlv")) lists[file] = content;
    }
    return lists;
  }
};

TEST_F(F10_F16_FileAuthentication_Lab, EachSpoiledFileIsRefusedWithItsCauseAndTheOldStateStays) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  const auto before = lists_on_flash();
  ASSERT_EQ(before.size(), 2U);
  const std::string restarts_before = restarts();
  for (const Row& row : kFiles) {
    SCOPED_TRACE(absl::StrCat(row.target, " ", row.fault));
    expect_refusal(row);
    EXPECT_EQ(lists_on_flash(), before);
    EXPECT_TRUE(is_registered(status())) << "a bad file must not end a good registration";
  }
  EXPECT_EQ(restarts(), restarts_before) << "something crashed";
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
  EXPECT_TRUE(
      rig::poll_until(absl::Seconds(15), [&] { return reason_of(".enc.sgn").empty() && reason_of(".tlv").empty(); }));
}

TEST_F(F10_F16_FileAuthentication_Lab, EachSpoiledPartialConfigurationIsRefusedAndAGoodOneIsUsedAfterAll) {
  serve();
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "sgn=gone\n").ok());
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return !reason_of(".cnf.xml.sgn").empty(); }));
  const auto before = lists_on_flash();
  for (const Row& row : kPartial) {
    SCOPED_TRACE(absl::StrCat(row.target, " ", row.fault));
    expect_refusal(row);
    EXPECT_FALSE(is_registered(status()));
    EXPECT_EQ(lists_on_flash(), before);
  }
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  reprovision();
  EXPECT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
}

class F15_DeviceAuthentication_Lab : public Scene {};

TEST_F(F15_DeviceAuthentication_Lab, WhatIsNoSipIsNamedAndNothingCrashes) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  int kills = 0;
  for (const char* fault : {"oversized", "flipped", "truncated"}) {
    SCOPED_TRACE(fault);
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat("sip=", fault, "\n")).ok());
    ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
    ++kills;
    // One flipped byte inside a header that means nothing is no harm; TLS sees to the rest.
    std::string reason;
    EXPECT_TRUE(status_becomes(
        [&](const nlohmann::json& now) {
          const auto signaling = now.find("signaling");
          if (signaling == now.end() || !signaling->contains("registration")) return false;
          reason = (*signaling)["registration"][0].value("reason", "");
          return !reason.empty() || (std::string_view(fault) == "flipped" && is_registered(now));
        },
        absl::Seconds(45)))
        << status().dump(1);
    std::cout << "  sip " << fault << ": " << (reason.empty() ? "no harm done" : reason) << "\n";
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
    EXPECT_TRUE(becomes_registered(absl::Seconds(45))) << status().dump(1);
    EXPECT_EQ(phone_->property("signaling", "NRestarts"), absl::StrCat(kills)) << "something crashed";
  }
}

// Bytes that are not text, in every place where they can reach a call: the phone answers its users as before.
class F88_ForeignBytes_Peer : public Scene {
 protected:
  // The newest call as `phonectl status` has it; an empty object when there is none. `status` itself must be readable.
  nlohmann::json newest_call() {
    const auto now = status();
    const auto signaling = now.find("signaling");
    if (signaling == now.end() || !signaling->contains("call") || (*signaling)["call"].empty()) return {};
    return (*signaling)["call"].back();
  }
  bool call_becomes(const std::string& state, const std::string& element, const std::string& words) {
    return rig::poll_until(absl::Seconds(20), [&] {
      const auto call = newest_call();
      return call.is_object() && call.value("state", "") == state && absl::StrContains(call.value(element, ""), words);
    });
  }
};

TEST_F(F88_ForeignBytes_Peer, InNamesPhrasesAndReasonsSpoilNeitherStatusNorAnswerNorRestart) {
  serve();
  auto far_end = ring_up();
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "sip=foreign\n").ok());
  // The Reason of a BYE.
  ASSERT_TRUE(far_end->command("hangup").ok());
  EXPECT_TRUE(call_becomes("CALL_STATE_ENDED", "endedBy", "hung up: Q.850;cause=16;text=\"J\xef\xbf\xbdrgen"))
      << newest_call().dump(1);
  // The phrase of a refusal.
  EXPECT_EQ(phone_->phonectl_text({"call", "999"}).exit_code, 0);
  EXPECT_TRUE(call_becomes("CALL_STATE_ENDED", "endedBy", "refused: 404 Not Found J\xef\xbf\xbdrgen"))
      << newest_call().dump(1);
  // The caller's name: it rings, is answered, and outlives the process.
  ASSERT_TRUE(far_end->command("dial", "1001").ok());
  EXPECT_TRUE(call_becomes("CALL_STATE_RINGING_IN", "remoteName", "J\xef\xbf\xbdrgen")) << newest_call().dump(1);
  const rig::Outcome answered = phone_->phonectl_text({"answer"});
  EXPECT_EQ(answered.exit_code, 0) << answered.output;
  EXPECT_TRUE(status_becomes(has_call, absl::Seconds(10))) << status().dump(1);
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  EXPECT_TRUE(status_becomes([](const auto& now) { return is_registered(now) && has_call(now); }, absl::Seconds(30)));
  EXPECT_TRUE(call_becomes("CALL_STATE_ESTABLISHED", "remoteName", "J\xef\xbf\xbdrgen")) << newest_call().dump(1);
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_EQ(phone_->property("signaling", "NRestarts"), "1") << "something crashed";
}

struct PeerRow {
  const char* fault;   // of the lab's table
  const char* reason;  // words that must be in what the phone says

  friend void PrintTo(const PeerRow& row, std::ostream* out) { *out << row.fault; }
};

// Peers of a phone that has nothing yet: it must say what is wrong, and go on by itself when the peer is good again.
class F88_ErrorsThatNameTheCause_Lab : public Scene, public ::testing::WithParamInterface<PeerRow> {};

TEST_P(F88_ErrorsThatNameTheCause_Lab, ABadPeerIsNamedAndAGoodOneIsUsed) {
  serve();
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat(GetParam().fault, "\n")).ok());
  ASSERT_TRUE(phone_->power_on().ok());
  std::string said;
  EXPECT_TRUE(rig::poll_until(absl::Seconds(40), [&] {
    said = absl::StrCat(status().dump(), phone_->phonectl_text({"trust", "decisions", "--json"}).output);
    return absl::StrContains(absl::AsciiStrToLower(said), GetParam().reason);
  })) << status().dump(1);
  EXPECT_FALSE(is_registered(status()));
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
}

INSTANTIATE_TEST_SUITE_P(Peers, F88_ErrorsThatNameTheCause_Lab,
                         ::testing::Values(PeerRow{"sip=stranger", "sip"}, PeerRow{"sip=gone", "unexpected eof"},
                                           PeerRow{"http=gone", "was interrupted"},
                                           PeerRow{"sip=silent", "did not answer in time"}));

}  // namespace
}  // namespace phone::system

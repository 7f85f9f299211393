// Proves F10, F16 and F88 from outside: each thing the phone downloads or asks for, spoiled in each way, is refused
// with a reason that names the cause, the flash of the trust store stays byte for byte what it was, nothing crashes,
// and the phone recovers by itself when the peer is good again.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene.hpp"

namespace phone::system {
namespace {

struct Row {
  const char* target;  // of the lab's table of faults
  const char* fault;
  const char* file;    // the end of the name the reason is about
  const char* reason;  // a word the reason must carry
};

// Files of a phone that has its lists and a complete configuration already, and is told to apply its configuration
// again.
const Row kFiles[] = {
    {"itl", "truncated", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"itl", "flipped", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"itl", "stranger", "ITLSEP0A1B2C3D4E5F.tlv", "sign"},
    {"itl", "oversized", "ITLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "truncated", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "flipped", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"ctl", "stranger", "CTLSEP0A1B2C3D4E5F.tlv", "sign"},
    {"ctl", "oversized", "CTLSEP0A1B2C3D4E5F.tlv", ""},
    {"enc", "truncated", ".enc.sgn", ""},
    {"enc", "flipped", ".enc.sgn", "sign"},
    {"enc", "stranger", ".enc.sgn", "sign"},
    {"enc", "wrong-device", ".enc.sgn", ""},
    {"enc", "oversized", ".enc.sgn", ""},
};

class F10_F16_FileAuthentication_Lab : public Scene {
 protected:
  // What provisioning says of the last round's file with this ending.
  std::string reason_of(const std::string& ending) {
    const auto now = status();
    const auto provisioning = now.find("provisioning");
    if (provisioning == now.end() || !provisioning->contains("file")) return "";
    for (const auto& file : (*provisioning)["file"]) {
      const std::string state = file.value("state", "");
      if (file.value("name", "").ends_with(ending) &&
          (state == "FILE_STATE_REFUSED" || state == "FILE_STATE_UNREACHABLE")) {
        return file.value("reason", "");
      }
    }
    return "";
  }

  std::string restarts() {
    std::string all;
    for (const char* service : {"trust_store", "certificate_manager", "policy", "signaling", "gateway"}) {
      absl::StrAppend(&all, service, "=", phone_->property(service, "NRestarts"), " ");
    }
    return all;
  }

  // The lists and what was said about them; the record of decisions is meant to grow.
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
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat(row.target, "=", row.fault, "\n")).ok());
    EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
    std::string reason;
    EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] { return !(reason = reason_of(row.file)).empty(); }))
        << status()["provisioning"].dump(1);
    EXPECT_TRUE(absl::StrContains(absl::AsciiStrToLower(reason), row.reason)) << reason;
    RecordProperty(absl::StrCat(row.target, "_", row.fault), reason);
    std::cout << "  " << row.target << " " << row.fault << ": " << reason << "\n";
    EXPECT_EQ(lists_on_flash(), before);
    EXPECT_TRUE(is_registered(status())) << "a bad file must not end a good registration";
  }
  EXPECT_EQ(restarts(), restarts_before) << "something crashed";
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
  EXPECT_TRUE(
      rig::poll_until(absl::Seconds(15), [&] { return reason_of(".enc.sgn").empty() && reason_of(".tlv").empty(); }));
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
                         ::testing::Values(PeerRow{"capf=stranger", "capf"}, PeerRow{"sip=stranger", "sip"},
                                           PeerRow{"capf=gone", "capf"}, PeerRow{"sip=gone", "unexpected eof"},
                                           PeerRow{"http=gone", "broke off"},
                                           PeerRow{"sip=silent", "did not answer in time"}));

}  // namespace
}  // namespace phone::system

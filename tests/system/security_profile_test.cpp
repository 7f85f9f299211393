// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F22 and F18, and F12, F19, F23, F28, F33, F36, F37, from outside: the nonsecure profile registers over bare
// TCP and claims nothing, the authenticated one over TLS with integrity only, and each change of the profile is made by
// one new configuration.
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F18_F22_SecurityProfile_Lab : public Scene {
 protected:
  nlohmann::json registration() {
    const auto now = status();
    const auto signaling = now.find("signaling");
    if (signaling == now.end() || !signaling->contains("registration")) return nlohmann::json::object();
    return (*signaling)["registration"][0];
  }
  std::string mode_in_force() { return status().value("security", nlohmann::json::object()).value("securityMode", ""); }
};

TEST_F(F18_F22_SecurityProfile_Lab, EachModeIsWhatItSaysOnTheWireAndOnTheScreen) {
  serve({"--capf-mode", "none", "--plain-configuration", "--security-mode", "nonsecure"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  auto seen =
      lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(2));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->value("tls", "?"), "") << seen->dump();
  EXPECT_TRUE(absl::StrContains(seen->value("contact", ""), "transport=tcp")) << seen->dump();
  auto facts = registration();
  EXPECT_TRUE(absl::StrContains(facts.value("server", ""), "5060")) << facts.dump(1);
  for (const char* claim : {"tlsVersion", "cipherSuite", "clientCertificate", "serverCertificate"}) {
    EXPECT_EQ(facts.value(claim, ""), "") << facts.dump(1);
  }
  EXPECT_EQ(mode_in_force(), "Non Secure");

  serve({"--capf-mode", "none", "--plain-configuration", "--security-mode", "authenticated"});
  reprovision();
  seen = lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(20));
  ASSERT_TRUE(seen.ok()) << status().dump(1);
  EXPECT_TRUE(absl::StrContains(seen->value("suite", ""), "NULL")) << seen->dump();
  ASSERT_TRUE(becomes_registered(absl::Seconds(5)));
  EXPECT_TRUE(absl::StrContains(registration().value("cipherSuite", ""), "NULL")) << registration().dump(1);
  EXPECT_EQ(mode_in_force(), "Authenticated");

  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  seen = lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(20));
  ASSERT_TRUE(seen.ok()) << status().dump(1);
  EXPECT_FALSE(absl::StrContains(seen->value("suite", "NULL"), "NULL")) << seen->dump();
  ASSERT_TRUE(becomes_registered(absl::Seconds(5)));
  EXPECT_EQ(mode_in_force(), "Encrypted");
}

class F12_F19_F33_F37_SecuritySetup_Lab : public Scene {
 protected:
  nlohmann::json menu() { return status().value("security", nlohmann::json::object()); }
  std::string sha1_on_flash(const char* list) {
    auto sum = rig::run({.argv = {"sha1sum", (stage_->state("trust_store") / list).string()}});
    return sum.ok() ? sum->output.substr(0, 40) : sum.status().ToString();
  }
};

// A phone that has only its MIC: the Security Setup menu shows what is in force, at each step.
TEST_F(F12_F19_F33_F37_SecuritySetup_Lab, TheMenuFollowsWhatIsInForce) {
  serve({"--no-ctl", "--capf-mode", "none", "--plain-configuration"});
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(status_becomes([](const auto& now) { return absl::StrContains(now.dump(), "no CTL is installed"); },
                             absl::Seconds(30)))
      << status().dump(1);
  EXPECT_FALSE(is_registered(status())) << "a secure device in a cluster that is not in mixed mode";
  EXPECT_EQ(menu().value("ctlSignature", ""), "Not installed") << menu().dump(1);
  EXPECT_EQ(menu().value("itlSignature", ""), sha1_on_flash("ITLFile.tlv")) << menu().dump(1);

  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  const auto seen =
      lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(2));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->value("certificate", ""), "MIC") << seen->dump();
  const auto secure = menu();
  EXPECT_EQ(secure.value("securityMode", ""), "Encrypted") << secure.dump(1);
  EXPECT_EQ(secure.value("lsc", ""), "Not installed") << secure.dump(1);
  EXPECT_EQ(secure.value("ctlSignature", ""), sha1_on_flash("CTLFile.tlv")) << secure.dump(1);
  EXPECT_TRUE(secure.value("signedFilesRequired", false)) << secure.dump(1);
  EXPECT_FALSE(secure.value("fips", false)) << secure.dump(1);
  EXPECT_NE(secure.value("/trustList/signedConfiguration"_json_pointer, "Not installed"), "Not installed");

  serve({"--capf-mode", "none", "--plain-configuration", "--set", "vendorConfig/fipsMode=1"});
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const auto& now) { return now.value("/security/fips"_json_pointer, false) && is_registered(now); },
      absl::Seconds(30)))
      << menu().dump(1);
  const auto signaling = status().value("signaling", nlohmann::json::object());
  const std::string suite = signaling.value("/registration/0/cipherSuite"_json_pointer, "");
  EXPECT_TRUE(absl::StrContains(suite, "GCM")) << signaling.dump(1);
  ASSERT_TRUE(phone_->power_off().ok());
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(status_becomes([](const auto& now) { return now.value("/security/fips"_json_pointer, false); },
                             absl::Seconds(20)))
      << "it outlives a restart";
  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const auto& now) { return now.contains("security") && !now.value("/security/fips"_json_pointer, false); },
      absl::Seconds(20)))
      << menu().dump(1);
}

class F23_EncryptedConfiguration_Lab : public Scene {};

// What anybody on the way can read of it: the file as the server hands it out.
TEST_F(F23_EncryptedConfiguration_Lab, NothingOfItCanBeReadOnTheWay) {
  constexpr char kMarker[] = "do-not-show-this";
  serve({"--set", absl::StrCat("vendorConfig/sshUserId=", kMarker)});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_EQ(file_ending(".enc.sgn").value("state", ""), "FILE_STATE_ACCEPTED") << status().dump(1);
  const auto on_the_way = [&](const std::string& name) {
    auto got = rig::run({.argv = phone_->beside() +
                                 std::vector<std::string>{"curl", "-s", absl::StrCat("http://10.77.0.1:6970/", name)}});
    return got.ok() ? got->output : got.status().ToString();
  };
  const std::string file = on_the_way(absl::StrCat(kDevice, ".cnf.xml.enc.sgn"));
  ASSERT_GT(file.size(), 1000U);
  for (const char* word : {kMarker, "<device", "sshUserId", "vendorConfig", "</"}) {
    EXPECT_EQ(file.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(on_the_way(absl::StrCat(kDevice, ".cnf.xml.sgn")).find(kMarker), std::string::npos)
      << "what is signed alone does not have it";
  EXPECT_EQ(status().dump().find(kMarker), std::string::npos);
}

class F28_SignallingEncryption_Lab : public Scene {
 protected:
  // What goes over the cable from or to SIP's ports until it is ended: "<segments with data> <of these with SIP in
  // clear>".
  absl::StatusOr<rig::Process> look() {
    static constexpr char kLook[] = R"(
import select, socket, struct, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
link.bind(("lab0", 0))
print("ready", flush=True)
segments = clear = 0
while True:
    ready = select.select([link, sys.stdin], [], [])[0]
    if link not in ready:
        break
    frame = link.recv(65536)
    if frame[12:14] != b"\x08\x00" or frame[23] != 6:
        continue
    at = 14 + (frame[14] & 15) * 4
    if not {5060, 5061} & set(struct.unpack("!HH", frame[at:at + 4])):
        continue
    data = frame[at + (frame[at + 12] >> 4) * 4:14 + struct.unpack("!H", frame[16:18])[0]]
    segments += bool(data)
    clear += b"SIP/2.0" in data or b"sip:" in data
print(segments, clear)
)";
    auto started = rig::Process::start({.argv = phone_->beside() + std::vector<std::string>{"python3", "-c", kLook},
                                        .output = stage_->log("look.log").string(),
                                        .hold_input = true,
                                        .capture = true});
    if (!started.ok()) return started;
    const auto ready = started->read_line(absl::Now() + absl::Seconds(20));
    if (!ready.ok()) return ready.status();
    return started;
  }
  static std::pair<long, long> seen_by(rig::Process& look) {
    const auto said = look.end_input(absl::Seconds(20));
    long segments = -1, clear = -1;
    std::istringstream(said.value_or("")) >> segments >> clear;
    return {segments, clear};
  }
};

// The same look at both: what finds SIP on a nonsecure phone's cable finds none on an encrypted one's.
TEST_F(F28_SignallingEncryption_Lab, NothingOfSipCanBeReadOnTheCable) {
  serve({"--capf-mode", "none", "--plain-configuration", "--security-mode", "nonsecure"});
  auto look_at = look();
  ASSERT_TRUE(look_at.ok()) << look_at.status();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  EXPECT_GT(seen_by(*look_at).second, 0) << "the look itself works";
  ASSERT_TRUE(phone_->power_off().ok());

  serve();
  look_at = look();
  ASSERT_TRUE(look_at.ok()) << look_at.status();
  const auto far_end = ring_up();
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(status_becomes([](const auto& now) { return !has_call(now); }, absl::Seconds(10)));
  const auto [segments, clear] = seen_by(*look_at);
  EXPECT_GT(segments, 10);
  EXPECT_EQ(clear, 0) << "of " << segments << " segments";
}

class F36_FipsShortCertificate_Lab : public Scene {};

// Registered with an LSC of 1024 bits when its configuration switches FIPS on.
TEST_F(F36_FipsShortCertificate_Lab, TheSentenceOfTheArticleIsShownForARealCertificate) {
  serve({"--key", "rsa1024"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto seen = lab_->wait_for(
      [](const auto& event) {
        return event.value("event", "") == "registered" && event.value("key", "") == "RSA 1024";
      },
      absl::Seconds(20));
  ASSERT_TRUE(seen.ok()) << seen.status();
  serve({"--key", "rsa1024", "--capf-mode", "none", "--plain-configuration", "--set", "vendorConfig/fipsMode=1"});
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const auto& now) {
        const auto signaling = now.value("signaling", nlohmann::json::object());
        return signaling.value("displayText", "") == "Phone failed to register. Cert key size is not FIPS compliant" &&
               absl::StrContains(signaling.value("/registration/0/reason"_json_pointer, ""), "RSA 1024; 2048 needed");
      },
      absl::Seconds(60)))
      << status().dump(1);
  EXPECT_FALSE(is_registered(status()));
}

}  // namespace
}  // namespace phone::system

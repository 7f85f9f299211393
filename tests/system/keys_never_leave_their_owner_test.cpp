// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F83: in a running secure call no process but the certificate manager has a private key in its memory, and the
// process that speaks CAPF and SCEP has no way to the token.
#include <gmock/gmock.h>
#include <openssl/rsa.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/numbers.h"
#include "tests/system/scene/memory_search.hpp"
#include "tests/system/scene/scene.hpp"
#include "tools/lab/issue.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using rig::operator+;

// A process that holds a key as OpenSSL holds it, and one of its numbers written out.
class Planted {
 public:
  explicit Planted(const EVP_PKEY* key) {
    int ready[2];
    if (pipe(ready) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      static unsigned char written[256];
      BIGNUM* number = nullptr;
      EVP_PKEY_get_bn_param(key, EVP_PKEY_is_a(key, "RSA") == 1 ? "rsa-factor2" : "priv", &number);
      BN_bn2bin(number, written + 3);
      const bool told = write(ready[1], "x", 1) == 1;
      for (; told;) pause();
      _exit(1);
    }
    char byte = 0;
    ready_ = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    close(ready[1]);
  }
  ~Planted() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  bool ready() const { return ready_; }

 private:
  pid_t pid_ = -1;
  bool ready_ = false;
};

// Every process in the phone's pid namespace, with the name of its executable.
std::map<pid_t, std::string> processes_of(const rig::Phone& phone) {
  const auto words = phone.inside();
  std::error_code error;
  const auto home = fs::read_symlink("/proc/" + words[2] + "/ns/pid", error);
  std::map<pid_t, std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    if (fs::read_symlink(entry.path() / "ns" / "pid", error) != home) continue;
    const auto executable = fs::read_symlink(entry.path() / "exe", error);
    if (!error) found[pid] = executable.filename();
  }
  return found;
}

class F83_KeysNeverLeaveTheirOwner_Lab : public Scene {
 protected:
  // Scene's factory forgets the key it made; here the MIC is made anew, so that its private half is known.
  void make_mic(lab::KeyPtr key) {
    const auto factory = lab::Identity::load(stage_->lab() / "manufacturing.pem");
    ASSERT_TRUE(factory.ok()) << factory.status();
    mic_ = *lab::issued_by(**factory,
                           {.subject = {{"O", "Lab Phones"}, {"CN", std::string("CP-9861-") + kDevice}},
                            .extensions = lab::Extensions::kManufactured,
                            .days = 7300},
                           std::move(key));
    const auto known = stage_->lab() / "devices" / kDevice;
    const auto state = stage_->state("certificate_manager");
    fs::remove_all(state);
    ASSERT_TRUE(lab::write_file(known / "mic.pem", mic_->certificate_pem()).ok());
    const auto made = rig::run(
        {.argv = {(stage_->bin() / "phone-manufacture").string(), "--state-dir", state.string(), "--device", kDevice,
                  "--mic-certificate", (known / "mic.pem").string(), "--mic-key", "-", "--owner", "7402:7402"},
         .output = stage_->log("manufacture.log").string(),
         .input = mic_->key_pem()});
    ASSERT_TRUE(made.ok() && made->exit_code == 0);
    lsc_file_ = known / "lsc.pem";
  }
  // With a MIC of this key, an LSC of the same type and a secure call up. `planted`: what the search must find of such
  // a key in a process of our own that has it.
  void search_in_a_call(lab::KeyPtr key, const char* type, const std::vector<std::string>& lab_options, size_t parts,
                        const std::vector<std::string>& planted) {
    make_mic(std::move(key));
    const auto tones = rig::Lab::make_tones(*stage_, 440, 1000);
    ASSERT_TRUE(tones.ok());
    serve(lab_options);
    auto far_end = rig::FarEnd::start(*stage_, *phone_, lab_->far_end(*stage_, rig::Lab::kFarEnd, tones->far));
    ASSERT_TRUE(far_end.ok()) << far_end.status();
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
    ASSERT_EQ(phone_->phonectl_text({"call", rig::Lab::kFarEnd}).exit_code, 0);
    ASSERT_TRUE(status_becomes(has_call, absl::Seconds(30))) << status().dump(1);

    // The MIC's private half is known, because the test made it. The LSC's was made in the token and is unknown:
    // it is looked for as what its public half was made of.
    const auto lsc = lab::Identity::load(lsc_file_);
    ASSERT_TRUE(lsc.ok()) << lsc.status();
    ASSERT_EQ(EVP_PKEY_is_a((*lsc)->public_key(), type), 1);
    const std::vector<const EVP_PKEY*> keys = {mic_->public_key(), (*lsc)->public_key()};
    const auto needles = needles_of(mic_->key());
    ASSERT_EQ(needles.size(), parts);
    const Planted control(mic_->key());
    ASSERT_TRUE(control.ready());
    EXPECT_THAT(search_memory(control.pid(), "planted", needles, keys).found, testing::IsSupersetOf(planted))
        << "the search finds a key where there is one";
    no_other_process_has(needles, keys);
  }
  void no_other_process_has(const std::vector<Needle>& needles, const std::vector<const EVP_PKEY*>& keys) {
    const auto held = hold_enrolment();
    ASSERT_TRUE(held.ok()) << held.status();
    std::map<std::string, size_t> searched;
    bool owner_is_there = false;
    for (const auto& [pid, name] : processes_of(*phone_)) {
      owner_is_there = owner_is_there || name == "phone-certificate-manager";
      if (name == "phone-certificate-manager") continue;
      const auto result = search_memory(pid, name, needles, keys);
      searched[name] += result.bytes;
      EXPECT_TRUE(result.found.empty()) << testing::PrintToString(result.found);
    }
    EXPECT_TRUE(owner_is_there);
    for (const char* service : {"phone-trust-store", "phone-enrolment", "phone-policy", "phone-network-access",
                                "phone-signaling", "phone-media", "phone-gateway"}) {
      EXPECT_GT(searched[service], size_t{1} << 20) << service;
      std::cout << service << ": " << searched[service] / 1024 << " KiB searched\n";
    }
    EXPECT_TRUE(has_call(status())) << "the call goes on";
  }

  lab::IdentityPtr mic_;
  fs::path lsc_file_;
};

// Its primes are looked for as what divides its modulus.
TEST_F(F83_KeysNeverLeaveTheirOwner_Lab, InASecureCallNoOtherProcessHasAPrivateKeyInItsMemory) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  search_in_a_call(lab::make_rsa(2048), "RSA", {}, 12,
                   {"planted: rsa-factor1, little-endian", "planted: rsa-factor2, big-endian",
                    "planted: d, little-endian", "planted: a prime of key 0"});
}

// What is private of an elliptic key is one number, looked for as what makes its point.
TEST_F(F83_KeysNeverLeaveTheirOwner_Lab, NorOfAnEllipticCurve) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  search_in_a_call(
      lab::make_ec("P-256"), "EC", {"--key", "ec256", "--plain-configuration"}, 2,
      {"planted: priv, little-endian", "planted: priv, big-endian", "planted: the private number of key 0"});
}

TEST_F(F83_KeysNeverLeaveTheirOwner_Lab, TheProcessThatSpeaksCapfAndScepCannotReachTheToken) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto held = hold_enrolment();
  ASSERT_TRUE(held.ok()) << held.status();
  std::string pid = phone_->property("enrolment", "MainPID");
  const std::string uid = phone_->property("enrolment", "User");
  EXPECT_NE(uid, phone_->property("certificate_manager", "User"));
  // As that process: its uid, its groups, its view of the files.
  const auto as_enrolment = [&](std::vector<std::string> command) {
    return rig::run({.argv = phone_->inside() +
                             std::vector<std::string>{"nsenter", "-t", pid, "-m", "setpriv", "--reuid", uid, "--regid",
                                                      uid, "--init-groups"} +
                             command});
  };
  const auto itself = as_enrolment({"cat", "/etc/passwd"});
  ASSERT_TRUE(itself.ok());
  EXPECT_EQ(itself->exit_code, 0) << "the way there works";
  const auto looked = as_enrolment({"ls", "/var/lib/phone/certificate_manager"});
  ASSERT_TRUE(looked.ok());
  EXPECT_NE(looked->exit_code, 0);
  const auto read = as_enrolment({"cat", "/var/lib/phone/certificate_manager/pin"});
  ASSERT_TRUE(read.ok());
  EXPECT_NE(read->exit_code, 0);
  EXPECT_EQ(read->output, "");
}

}  // namespace
}  // namespace phone::system

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the lab writes and what the phone's rules read, which share no code: a good file is taken, each fault of the
// lab's table is refused.
#include <gtest/gtest.h>

#include "services/policy/configuration/configuration.hpp"
#include "services/trust_store/lists/judgement.hpp"
#include "services/trust_store/lists/release.hpp"
#include "tools/lab/issue.hpp"
#include "tools/lab/provisioning.hpp"

namespace phone::lab {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

std::filesystem::path dir() {
  return std::filesystem::temp_directory_path() / ("lab-and-phone-" + std::to_string(getpid()));
}

class OnePki : public testing::Environment {
  void SetUp() override { ASSERT_TRUE(make_pki(dir(), {"127.0.0.1"}).ok()); }
  void TearDown() override { std::filesystem::remove_all(dir()); }
};
[[maybe_unused]] const auto* const kOnePki = testing::AddGlobalTestEnvironment(new OnePki);

class LabAndPhone : public testing::Test {
 protected:
  LabAndPhone() : pki_(*load_pki(dir())), devices_(pki_), files_(pki_, devices_, {.host = "10.0.0.1"}, {}, faults_) {
    std::filesystem::remove_all(dir() / "devices");
    auto mic =
        issued_by(*pki_.manufacturing,
                  {.subject = {{"CN", std::string("CP-9861-") + kDevice}}, .extensions = Extensions::kManufactured},
                  make_rsa(2048));
    EXPECT_TRUE(write_file(pki_.mic_file(kDevice), (*mic)->certificate_pem()).ok());
    devices_.add({.name = kDevice, .number = "1001"});
    ctl_ = trust::judge_list(trust::ListKind::kCtl, *files_.file("CTL" + name_ + ".tlv"), {}, {}, {}).list;
    itl_ = trust::judge_list(trust::ListKind::kItl, *files_.file("ITL" + name_ + ".tlv"), {}, {}, {}).list;
  }

  trust::TrustLists lists() const { return {.ctl = ctl_ ? &*ctl_ : nullptr, .itl = itl_ ? &*itl_ : nullptr}; }

  const std::string name_ = kDevice;
  Pki pki_;
  Devices devices_;
  Faults faults_;
  Provisioning files_;
  std::optional<trust::TrustList> ctl_, itl_;
};

class F9_LabAndPhone_Lab : public LabAndPhone {};
class F87_LabAndPhone_Lab : public LabAndPhone {};
class F10_LabAndPhone_Lab : public LabAndPhone {};
class F15_LabAndPhone_Lab : public LabAndPhone {};
class F16_LabAndPhone_Lab : public LabAndPhone {};

TEST_F(F87_LabAndPhone_Lab, TheReleaseOfTheClusterIsTakenAndThatOfAnotherPhoneIsNot) {
  const std::string release = files_.release(kDevice).value();
  const trust::Verdict verdict = trust::judge_release(kDevice, release, lists(), {});
  EXPECT_TRUE(verdict.trusted) << verdict.reason;
  EXPECT_FALSE(trust::judge_release("SEPFFFFFFFFFFFF", release, lists(), {}).trusted);
}

TEST_F(F9_LabAndPhone_Lab, TheFirstListsAreBelieved) {
  ASSERT_TRUE(ctl_);
  ASSERT_TRUE(itl_);
  EXPECT_EQ(itl_->signers().size(), 2u);
  EXPECT_TRUE(itl_->ec_allowed());
}

TEST_F(F15_LabAndPhone_Lab, EveryServerOfTheLabIsTrustedOnlyInItsRole) {
  const auto trusted = [&](const IdentityPtr& one, trust::Role role) {
    return trust::judge_peer(crypto::Certificate::parse(one->der()), role, lists(), {}, {}).trusted;
  };
  EXPECT_TRUE(trusted(pki_.call_manager, trust::Role::kCcm));
  EXPECT_TRUE(trusted(pki_.capf, trust::Role::kCapf));
  EXPECT_TRUE(trusted(pki_.tvs, trust::Role::kTvs));
  EXPECT_TRUE(trusted(pki_.tftp_ec, trust::Role::kTftp));
  EXPECT_FALSE(trusted(pki_.capf, trust::Role::kCcm));
  EXPECT_FALSE(trusted(pki_.stranger, trust::Role::kCcm));
}

TEST_F(F10_LabAndPhone_Lab, ThePartialConfigurationIsVerifiedAndRead) {
  const std::string file = name_ + ".cnf.xml.sgn";
  const auto verdict = trust::judge_file(file, *files_.file(file), lists(), {}, {});
  ASSERT_TRUE(verdict.trusted) << verdict.reason;
  const auto read = policy::parse_configuration(verdict.file->body);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->full);
  EXPECT_TRUE(read->encrypted_file_wanted);
  EXPECT_EQ(read->cert_hash, devices_.find(kDevice)->mic->md5_hex());
  EXPECT_EQ(read->capf.at(0).port, 3804);
}

TEST_F(F10_LabAndPhone_Lab, TheEncryptedConfigurationIsVerified) {
  const std::string file = name_ + ".cnf.xml.enc.sgn";
  const auto verdict = trust::judge_file(file, *files_.file(file), lists(), {}, {});
  ASSERT_TRUE(verdict.trusted) << verdict.reason;
  EXPECT_TRUE(verdict.file->encryption);
}

TEST_F(F10_LabAndPhone_Lab, TheCompleteConfigurationIsReadAsItWasMeant) {
  const auto read = policy::parse_configuration(full_configuration({.host = "10.0.0.1"}, *devices_.find(kDevice)));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->full);
  EXPECT_EQ(read->security_mode, policy::SecurityMode::kEncrypted);
  EXPECT_EQ(read->transport, policy::Transport::kTls);
  EXPECT_EQ(read->call_managers.at(0).address, "10.0.0.1");
  EXPECT_EQ(read->call_managers.at(0).secure_sip_port, 5061);
  EXPECT_EQ(read->tvs.at(0).port, 2445);
  EXPECT_EQ(read->lines.at(0).directory_number, "1001");
  EXPECT_EQ(read->srtp_suites.front(), "AEAD_AES_256_GCM");
  EXPECT_EQ(read->srtp_suites.size(), 4u);
  EXPECT_EQ(read->codecs, (std::vector<std::string>{"PCMU", "opus"}));
  EXPECT_TRUE(read->protected_device);
  EXPECT_EQ(read->dscp_media, 46u);
}

TEST_F(F16_LabAndPhone_Lab, EachFaultyFileIsRefusedByName) {
  for (const char* fault : {"truncated", "flipped", "stranger", "oversized", "wrong-device"}) {
    for (const char* target : {"ctl", "itl"}) {
      SCOPED_TRACE(std::string(target) + "=" + fault);
      ASSERT_TRUE(faults_.add(std::string(target) + "=" + fault).ok());
      const bool ctl = std::string(target) == "ctl";
      const auto bytes = files_.file((ctl ? "CTL" : "ITL") + name_ + ".tlv");
      const auto kind = ctl ? trust::ListKind::kCtl : trust::ListKind::kItl;
      const auto verdict = trust::judge_list(kind, *bytes, lists(), {.says = trust::TvsVerdict::kNo}, {});
      EXPECT_FALSE(verdict.trusted);
      EXPECT_NE(verdict.reason, "");
    }
    for (const std::string suffix : {".cnf.xml.sgn", ".cnf.xml.enc.sgn"}) {
      const std::string target = suffix.size() > 12 ? "enc" : "sgn";
      SCOPED_TRACE(target + "=" + fault);
      ASSERT_TRUE(faults_.add(target + "=" + fault).ok());
      const auto verdict = trust::judge_file(name_ + suffix, *files_.file(name_ + suffix), lists(),
                                             {.says = trust::TvsVerdict::kNo}, {});
      // An encrypted file for another key is well signed: only the key holder can find out.
      const bool only_the_key_tells = target == "enc" && std::string(fault) == "wrong-device";
      EXPECT_EQ(verdict.trusted, only_the_key_tells) << verdict.reason;
    }
  }
}

}  // namespace
}  // namespace phone::lab

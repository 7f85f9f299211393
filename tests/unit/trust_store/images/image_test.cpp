// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Signed images: one flipped bit, an unknown signer and an older version are refused before the first byte is written.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/os/descriptor.hpp"
#include "services/trust_store/images/image_file.hpp"
#include "services/trust_store/install/install.hpp"
#include "tests/unit/crypto/issue.hpp"
#include "tests/unit/temporary_directory.hpp"
#include "tools/lab/signed_file.hpp"

namespace phone::trust {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

crypto::Issued make_signer(const char* name, int bits) {
  return crypto::issue({.name = name,
                        .extensions = {},
                        .rsa_bits = bits,
                        .from = absl::Now() - absl::Hours(1),
                        .until = absl::Now() + absl::Hours(1)},
                       nullptr);
}

const crypto::Issued& signer() {
  static const crypto::Issued one = make_signer("Image signer", 2048);
  return one;
}

std::string image_by(const crypto::Issued& by, const std::string& package, const std::string& version,
                     const std::string& body, lab::Hash hash = lab::Hash::kSha512) {
  X509_up_ref(by.x509.get());
  EVP_PKEY_up_ref(by.key.get());
  const auto identity = std::make_shared<lab::Identity>(lab::X509Ptr(by.x509.get()), lab::KeyPtr(by.key.get()));
  return lab::sign_image({identity, hash, 1}, "x.deb.sgn", {package, version}, body).value();
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

class Directory : public tests::TemporaryDirectory {
 public:
  // Every file with its bytes and every directory.
  std::map<std::string, std::string> picture() const {
    std::map<std::string, std::string> result;
    for (const auto& each : fs::recursive_directory_iterator(path())) {
      result[each.path()] = each.is_regular_file() ? read(each.path()) : "";
    }
    return result;
  }
};

struct JudgementFinished {
  bool accepted = false;
  std::string reason;
};

JudgementFinished judge(const std::string& bytes, const std::string& installed = "",
                        const std::vector<crypto::Certificate>& signers = {signer().certificate()}) {
  const Directory directory;
  write(directory.path() / "image", bytes);
  const os::Descriptor fd(open((directory.path() / "image").c_str(), O_RDONLY | O_CLOEXEC));
  const auto measured = measure_image(fd.get());
  if (!measured.ok()) return {false, std::string(measured.status().message())};
  std::optional<ImageVersion> version;
  if (!installed.empty()) version = ImageVersion::parse(installed).value();
  const ImageVerdict verdict = judge_image(measured->image, measured->signed_digest, signers, version);
  return {verdict.accepted, verdict.reason};
}

TEST(F13_ImageAuthentication, AnImageOfAKnownSignerIsAccepted) {
  const JudgementFinished verdict =
      judge(image_by(signer(), "phone-media", "1.2.0+7", std::string(200'000, 'x')), "1.2.0+6");
  EXPECT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_THAT(verdict.reason, HasSubstr("image phone-media 1.2.0+7 is signed by CN=Image signer"));
}

TEST(F13_ImageAuthentication, NoBitCanBeFlipped) {
  std::string bytes = image_by(signer(), "phone-media", "1.0", "package");
  ASSERT_TRUE(judge(bytes).accepted);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char before = bytes[at];
    bytes[at] = static_cast<char>(before ^ (1 << (at % 8)));
    ASSERT_FALSE(judge(bytes).accepted) << "byte " << at;
    bytes[at] = before;
  }
}

TEST(F13_ImageAuthentication, NothingCanBeCutOffOrAdded) {
  const std::string bytes = image_by(signer(), "phone-media", "1.0", "package");
  for (std::size_t size = 0; size < bytes.size(); ++size) ASSERT_FALSE(judge(bytes.substr(0, size)).accepted) << size;
  EXPECT_THAT(judge(bytes + "x").reason, HasSubstr("does not verify"));
}

TEST(F13_ImageAuthentication, UnknownSignersAreRefused) {
  const crypto::Issued stranger = make_signer("Image signer", 2048);
  const std::string bytes = image_by(stranger, "phone-media", "1.0", "package");
  EXPECT_THAT(judge(bytes).reason, HasSubstr("is not an image signer of this phone"));
  EXPECT_THAT(judge(bytes, "", {}).reason, HasSubstr("is not an image signer of this phone"));
  EXPECT_TRUE(judge(bytes, "", {stranger.certificate()}).accepted);
}

TEST(F13_ImageAuthentication, WeakSignaturesAreRefused) {
  const crypto::Issued weak = make_signer("Weak", 1024);
  EXPECT_THAT(judge(image_by(weak, "phone-media", "1.0", "package"), "", {weak.certificate()}).reason,
              HasSubstr("RSA 1024"));
  EXPECT_THAT(judge(image_by(signer(), "phone-media", "1.0", "package", lab::Hash::kSha1)).reason,
              HasSubstr("SHA-512"));
}

struct VersionRow {
  const char *installed, *offered;
  bool accepted;
};
void PrintTo(const VersionRow& row, std::ostream* out) { *out << row.installed << " then " << row.offered; }

class F13_ImageVersions : public testing::TestWithParam<VersionRow> {};

TEST_P(F13_ImageVersions, OlderIsRefused) {
  const auto& [installed, offered, accepted] = GetParam();
  const JudgementFinished verdict = judge(image_by(signer(), "phone-media", offered, "package"), installed);
  EXPECT_EQ(verdict.accepted, accepted) << verdict.reason;
  if (!accepted) {
    EXPECT_THAT(verdict.reason, HasSubstr(absl::StrCat("older than ", installed)));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, F13_ImageVersions,
                         testing::Values(VersionRow{"", "0", true}, VersionRow{"1.2.0+7", "1.2.0+7", true},
                                         VersionRow{"1.2.0+7", "1.2.0+6", false},
                                         VersionRow{"1.2.0+9", "1.2.0+10", true},
                                         VersionRow{"1.10.0+1", "1.9.0+2", false}, VersionRow{"1.2.0", "1.2", true},
                                         VersionRow{"1.2.0+1", "1.2", false}, VersionRow{"1.2", "2", true}));

TEST(F13_ImageAuthentication, WhatIsNoPackageOfAPhoneIsRefused) {
  for (const char* package : {"", "media", "phone-", "phone-../../etc", "phone-Media", "phone-a b"}) {
    EXPECT_FALSE(judge(image_by(signer(), package, "1.0", "package")).accepted) << package;
  }
  for (const char* version : {"", "1..2", "1.", ".1", "1.0~rc1", "1.0-2", "12345678901", "1.1.1.1.1.1.1.1.1"}) {
    EXPECT_FALSE(judge(image_by(signer(), "phone-media", version, "package")).accepted) << version;
  }
}

TEST(F13_ImageAuthentication, AFileThatChangesBetweenVerdictAndCopyIsNoticed) {
  const Directory directory;
  const fs::path file = directory.path() / "image";
  std::string bytes = image_by(signer(), "phone-media", "1.0", std::string(100'000, 'x'));
  write(file, bytes);
  const os::Descriptor fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const auto measured = measure_image(fd.get());
  ASSERT_TRUE(measured.ok());
  std::string copy;
  const auto take = [&](std::string_view piece) {
    copy.append(piece);
    return absl::OkStatus();
  };
  EXPECT_TRUE(read_body(fd.get(), *measured, take).ok());
  EXPECT_EQ(copy, std::string(100'000, 'x'));
  bytes.back() = 'y';
  write(file, bytes);
  EXPECT_TRUE(absl::IsDataLoss(read_body(fd.get(), *measured, take)));
}

// A phone's file system with dpkg's own directory, and packages made by dpkg-deb.
class F13_Install_Peer : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "dpkg installs for root alone";
    write(root_ / "var/lib/dpkg/status", "");
    write(root_ / "var/lib/dpkg/info/format", "1\n");
    fs::create_directories(root_ / "var/lib/dpkg/updates");
    write(root_ / kImageSigners, to_pem(signer().certificate()));
  }

  // A package that carries its version where the next image is held against it, as deploy/package makes them.
  std::string deb(const std::string& version) {
    const Directory tree;
    write(tree.path() / kVersions / "phone-test", version + "\n");
    write(tree.path() / "usr/lib/phone/phone-test", "program " + version);
    write(tree.path() / "DEBIAN/control",
          absl::StrCat("Package: phone-test\nVersion: ", version,
                       "\nArchitecture: all\nMaintainer: a <a@b>\nDescription: test\n"));
    const fs::path out = work_.path() / "made.deb";
    const std::string command = absl::StrCat("dpkg-deb --root-owner-group --build -Znone '", tree.path().string(),
                                             "' '", out.string(), "' >/dev/null");
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read(out);
  }

  struct Ran {
    int exit_code = -1;
    std::string output;
  };
  // The command, as people run it.
  Ran phone_install(const std::string& image, const std::string& options = "") {
    write(work_.path() / "image.deb.sgn", image);
    const std::string command =
        absl::StrCat(PHONE_BINARY_DIR "/bin/phone-install ", options, " --root '", root_.string(), "' '",
                     (work_.path() / "image.deb.sgn").string(), "' 2>&1");
    FILE* pipe = popen(command.c_str(), "r");
    Ran ran;
    char buffer[4096];
    for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, size);
    const int status = pclose(pipe);
    ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
  }

  const Directory work_, phone_;
  const fs::path root_ = phone_.path();
  const fs::path program_ = root_ / "usr/lib/phone/phone-test";
};

TEST_F(F13_Install_Peer, DpkgGetsWhatIsBelieved) {
  Ran ran = phone_install(image_by(signer(), "phone-test", "1.0+1", deb("1.0+1")));
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("installed: image phone-test 1.0+1 is signed by CN=Image signer"));
  EXPECT_EQ(read(program_), "program 1.0+1");
  ran = phone_install(image_by(signer(), "phone-test", "1.0+2", deb("1.0+2")));
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_EQ(read(program_), "program 1.0+2");
  EXPECT_TRUE(fs::is_empty(root_ / "var/lib") || !fs::exists(root_ / kIncoming));
}

TEST_F(F13_Install_Peer, WhatIsRefusedWritesNothingAnywhere) {
  ASSERT_EQ(phone_install(image_by(signer(), "phone-test", "1.0+2", deb("1.0+2"))).exit_code, 0);
  const auto before = phone_.picture();
  std::string flipped = image_by(signer(), "phone-test", "1.0+3", deb("1.0+3"));
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  const std::pair<std::string, const char*> images[] = {
      {flipped, "does not verify"},
      {image_by(make_signer("Image signer", 2048), "phone-test", "1.0+3", deb("1.0+3")), "is not an image signer"},
      {image_by(signer(), "phone-test", "1.0+1", deb("1.0+1")), "older than 1.0+2"},
      {deb("1.0+3"), "this is not a signed image (.deb.sgn)"},
  };
  for (const auto& [image, reason] : images) {
    const Ran ran = phone_install(image);
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.output, HasSubstr(reason));
    EXPECT_EQ(std::count(ran.output.begin(), ran.output.end(), '\n'), 1) << ran.output;
    EXPECT_EQ(phone_.picture(), before) << reason;
  }
}

// The trust_store of this phone, as a process of its own on the same root.
class Asked {
 public:
  Asked(const fs::path& directory, const fs::path& root) : directory_(directory) {
    write(directory_ / "roles", "installer 7413\n");
    pid_ = fork();
    if (pid_ == 0) {
      execl(PHONE_TRUST_STORE, PHONE_TRUST_STORE, "--socket-dir", (directory_ / "run").c_str(), "--state-dir",
            (directory_ / "state").c_str(), "--roles", (directory_ / "roles").c_str(), "--image-root", root.c_str(),
            nullptr);
      _exit(127);
    }
    for (int i = 0; i < 500 && !fs::exists(directory_ / "run/trust_store/grpc.sock"); ++i) usleep(10'000);
  }
  ~Asked() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  std::string record() const { return read(directory_ / "state/record/decisions.jsonl"); }
  std::string options() const {
    return absl::StrCat("--socket-dir '", (directory_ / "run").string(), "' --roles '", (directory_ / "roles").string(),
                        "'");
  }

 private:
  const fs::path directory_;
  pid_t pid_ = -1;
};

TEST_F(F13_Install_Peer, TrustStoreHasAWordAndKeepsEveryVerdictOnRecord) {
  const Directory mesh;
  fs::permissions(mesh.path(), fs::perms(0755));
  fs::create_directories(root_ / "usr/lib/phone");  // as the package of what is common leaves it
  const Asked trust_store(mesh.path(), root_);
  Ran ran = phone_install(image_by(signer(), "phone-test", "1.0+2", deb("1.0+2")), trust_store.options());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("installed: image phone-test 1.0+2 is signed by CN=Image signer"));
  EXPECT_THAT(ran.output, testing::Not(HasSubstr("not recorded")));
  const auto before = phone_.picture();
  std::string flipped = image_by(signer(), "phone-test", "1.0+3", deb("1.0+3"));
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  for (const std::string& image :
       {flipped, image_by(make_signer("Image signer", 2048), "phone-test", "1.0+3", deb("1.0+3")),
        image_by(signer(), "phone-test", "1.0+1", deb("1.0+1")), deb("1.0+3")}) {
    ran = phone_install(image, trust_store.options());
    EXPECT_EQ(ran.exit_code, 1) << ran.output;
    EXPECT_EQ(phone_.picture(), before) << ran.output;
  }
  // What an unproven image says it is, is no reason to refuse it.
  ran = phone_install(flipped, trust_store.options() + " --package phone-other");
  EXPECT_THAT(ran.output, HasSubstr("signature does not verify"));
  EXPECT_THAT(ran.output, testing::Not(HasSubstr("the image is of")));
  const std::string newer = image_by(signer(), "phone-test", "1.0+3", deb("1.0+3"));
  EXPECT_EQ(phone_install(newer, trust_store.options() + " --package phone-other").exit_code, 1);
  const std::string record = trust_store.record();
  for (const char* reason :
       {"the image is of phone-test, not of phone-other", "image phone-test 1.0+2 is signed by CN=Image signer",
        "image phone-test 1.0+3: the signature does not verify", "is not an image signer of this phone",
        "older than 1.0+2, which is installed", "this is not a signed image (.deb.sgn)"}) {
    EXPECT_THAT(record, HasSubstr(reason));
  }
  EXPECT_EQ(std::count(record.begin(), record.end(), '\n'), 7) << record;
  EXPECT_THAT(record, HasSubstr("image.deb.sgn")) << "what does not say what it is goes by its file's name";
}

TEST_F(F13_Install_Peer, WithoutATrustStoreTheRulesDecideAndTheWordSaysSo) {
  Ran ran = phone_install(image_by(signer(), "phone-test", "1.0+1", deb("1.0+1")));
  EXPECT_THAT(ran.output, HasSubstr("(not recorded: trust_store is not running)"));
  ran = phone_install(image_by(signer(), "phone-test", "1.0+1", deb("1.0+1")), "--package phone-other");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("the image is of phone-test, not of phone-other"));
}

TEST_F(F13_Install_Peer, WithoutSignersOrWithAnUnreadableVersionNothingIsAccepted) {
  const std::string image = image_by(signer(), "phone-test", "1.0+1", deb("1.0+1"));
  write(root_ / kVersions / "phone-test", "newest");
  EXPECT_THAT(phone_install(image).output, HasSubstr("installed version: \"newest\" is not a version"));
  fs::remove(root_ / kImageSigners);
  EXPECT_THAT(phone_install(image).output, HasSubstr("has no image signers"));
}

}  // namespace
}  // namespace phone::trust

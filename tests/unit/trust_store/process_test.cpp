// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The real process on its real socket, alone: F9, F16, F85 and what a restart keeps. Who the test is to it, a roles
// file decides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <future>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/crypto/x509.hpp"
#include "common/mesh/client/peer.hpp"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "tests/unit/trust_store/tvs_server.hpp"
#include "tests/unit/trust_store/worst_list.hpp"

namespace phone::trust {
namespace {

using testing::HasSubstr;
using Stub = v1::TrustStore::Stub;

std::string sample(const std::string& name) {
  std::ifstream in(PHONE_SHARED_DIR "/testdata/cisco/" + name, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class Process {
 public:
  explicit Process(const std::string& role, const std::string& settings = "") {
    std::string name = (std::filesystem::temp_directory_path() / "phone-trust-process-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    std::filesystem::permissions(directory_, std::filesystem::perms(0755));
    if (!settings.empty()) {
      std::filesystem::create_directory(directory_ / "state");
      std::filesystem::permissions(directory_ / "state", std::filesystem::perms(0700));
      std::ofstream(directory_ / "state" / "settings.json") << settings;
    }
    play(role);
    start();
  }
  ~Process() {
    end(SIGTERM);
    become(0);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  // From the next start on the test is this role. root is nobody's, so as root the test calls under a uid of its own.
  void play(const std::string& role) {
    become(0);
    const uid_t uid = getuid() == 0 ? 7404 : getuid();
    std::ofstream(directory_ / "roles") << role << " " << uid << "\n";
    become(uid);
  }
  void start() {
    pid_ = fork();
    if (pid_ == 0) {
      become(0);
      setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // its search needs ptrace, which the sandbox forbids
      execl(PHONE_TRUST_STORE, PHONE_TRUST_STORE, "--socket-dir", (directory_ / "run").c_str(), "--state-dir",
            (directory_ / "state").c_str(), "--roles", (directory_ / "roles").c_str(), nullptr);
      _exit(127);
    }
  }
  int end(int signal) {
    if (pid_ <= 0) return -1;
    int status = 0;
    kill(pid_, signal);
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

  template <class Req, class Rep>
  absl::StatusOr<Rep> call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Req&, Rep*), const Req& request) {
    return mesh::Peer<v1::TrustStore>(directory_ / "run" / "trust_store" / "grpc.sock")
        .call(method, request, absl::Seconds(10));
  }
  absl::StatusOr<v1::OfferTrustListsReply> offer(const std::string& content) {
    v1::OfferTrustListsRequest request;
    auto* list = request.add_list();
    list->set_kind(v1::LIST_KIND_ITL);
    list->set_content(content);
    list->set_server("127.0.0.1");
    return call(&Stub::OfferTrustLists, request);
  }
  absl::StatusOr<v1::VerifyFileReply> file(const std::string& name, const std::string& content) {
    v1::VerifyFileRequest request;
    request.set_requested_name(name);
    request.set_content(content);
    return call(&Stub::VerifyFile, request);
  }

 private:
  static void become(uid_t uid) {
    if (getuid() == 0 && seteuid(uid) != 0) throw std::runtime_error("cannot change the uid");
  }

  std::filesystem::path directory_;
  pid_t pid_ = -1;
};

class F9_TrustStoreProcess : public testing::Test {
 protected:
  void SetUp() override {
    if (sample("expect.json").empty()) GTEST_SKIP() << "samples are not at " PHONE_SHARED_DIR "/testdata/cisco";
  }
};

using F85_TrustStoreProcess = F9_TrustStoreProcess;

TEST_F(F9_TrustStoreProcess, FirstListIsBelievedOnceAndSurvivesKill) {
  Process process("policy");
  const auto first = process.offer(sample("itl/ITL_v1.1_sha512_rsa4096.tlv"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->alarm(), v1::ITL_INITIAL_SUCCESS);
  EXPECT_TRUE(first->lists().itl().installed());
  EXPECT_TRUE(first->lists().signed_files_required());
  EXPECT_TRUE(first->lists().ec_allowed());
  EXPECT_EQ(first->lists().itl().record_size(), 6) << "ccm-pub is one certificate in two roles";

  process.end(SIGKILL);
  process.start();
  const auto file = process.file("SEP0A1B2C3D4E5F.cnf.xml.sgn", sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->trusted()) << file->reason();
  EXPECT_EQ(file->body(), sample("cnf/SEP0A1B2C3D4E5F.cnf.xml"));
  const auto impostor = process.offer(sample("itl/ITL_impostor_same_names.tlv"));
  ASSERT_TRUE(impostor.ok()) << impostor.status();
  EXPECT_EQ(impostor->alarm(), v1::TL_FAILED_OLD_ITL);
  EXPECT_THAT(impostor->verdict(0).reason(), HasSubstr("TVS: 127.0.0.1:2445"));

  process.play("gateway");
  process.end(SIGKILL);
  process.start();
  const auto decisions = process.call(&Stub::ListDecisions, v1::ListDecisionsRequest());
  ASSERT_TRUE(decisions.ok()) << decisions.status();
  EXPECT_EQ(decisions->decision_size(), 3);
  EXPECT_FALSE(decisions->decision(0).accepted());
}

TEST_F(F9_TrustStoreProcess, WhatIsNoQuestionIsAnInvalidArgument) {
  Process process("policy");
  EXPECT_TRUE(absl::IsInvalidArgument(process.call(&Stub::OfferTrustLists, v1::OfferTrustListsRequest()).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(process.file("", "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(process.call(&Stub::VerifyPeer, v1::VerifyPeerRequest()).status()));
  v1::VerifyPeerRequest peer;
  peer.add_chain("x");
  peer.set_role(v1::TRUST_ROLE_SAST);
  EXPECT_TRUE(absl::IsInvalidArgument(process.call(&Stub::VerifyPeer, peer).status()));
  peer.set_role(v1::TRUST_ROLE_CCM);
  const auto verdict = process.call(&Stub::VerifyPeer, peer);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_FALSE(verdict->trusted());
}

TEST_F(F9_TrustStoreProcess, OnlyPolicyMayOfferLists) {
  Process process("signaling");
  EXPECT_TRUE(absl::IsPermissionDenied(process.offer("x").status()));
  EXPECT_TRUE(process.call(&Stub::GetTrustLists, v1::GetTrustListsRequest()).ok());
}

// A TVS server that accepts and never answers, and everybody else's verdicts meanwhile.
TEST_F(F9_TrustStoreProcess, ASilentTvsServerCostsItsOwnCallersTwoSecondsAndNobodyElseAnything) {
  tvs::Server silent("tvs-pub", "");
  Process process("policy", absl::StrCat("{\"fips\":false,\"device_name\":\"SEP0A1B2C3D4E5F\",\"tvs\":[{\"host\":"
                                         "\"127.0.0.1\",\"port\":",
                                         silent.address().port, "}]}"));
  ASSERT_TRUE(process.offer(sample("itl/ITL_v1.1_sha512_rsa4096.tlv")).ok());
  const auto peer = [&](const std::string& pem_name, v1::TrustRole role) {
    v1::VerifyPeerRequest request;
    request.add_chain(crypto::certificate_from_pem(sample("pki/" + pem_name + ".pem"))->der());
    request.set_role(role);
    request.set_host(pem_name);
    return process.call(&Stub::VerifyPeer, request);
  };
  const absl::Time start = absl::Now();
  std::vector<std::future<absl::StatusOr<v1::VerifyPeerReply>>> hanging;
  for (const char* name : {"tomcat", "ccm-sub", "tftp4096", "evil-tftp"}) {
    hanging.push_back(std::async(std::launch::async, [&, name] { return peer(name, v1::TRUST_ROLE_APP_SERVER); }));
  }
  int quick = 0;
  absl::Duration worst;
  while (hanging[0].wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const absl::Time before = absl::Now();
    const auto listed = peer("capf", v1::TRUST_ROLE_CAPF);
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_TRUE(listed->trusted());
    const auto file = process.file("SEP0A1B2C3D4E5F.cnf.xml.sgn", sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"));
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE(file->trusted());
    worst = std::max(worst, absl::Now() - before);
    ++quick;
  }
  for (auto& each : hanging) {
    const auto verdict = each.get();
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_FALSE(verdict->trusted());
    EXPECT_THAT(verdict->reason(), HasSubstr("TVS: 127.0.0.1:"));
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(4)) << "four callers at once wait as long as one";
  EXPECT_GT(quick, 2);
  EXPECT_LT(worst, absl::Seconds(1));
}

// Eight previews of the dearest list at once, from the UI or a remote diagnostics client.
TEST_F(F9_TrustStoreProcess, AFloodOfPreviewsCostsNobodyElseAnything) {
  Process process("gateway");
  v1::PreviewTrustListRequest request;
  request.set_content(WorstList{.certificates = many_certificates()}.make());
  std::atomic<bool> flooding = true;
  std::atomic<int> previewed = 0, refused = 0;
  std::vector<std::future<void>> flood;
  for (int i = 0; i < 8; ++i) {
    flood.push_back(std::async(std::launch::async, [&] {
      while (flooding) {
        const auto reply = process.call(&Stub::PreviewTrustList, request);
        if (reply.ok()) {
          EXPECT_TRUE(reply->would_accept()) << reply->reason();
          ++previewed;
        } else {
          EXPECT_TRUE(absl::IsResourceExhausted(reply.status())) << reply.status();
          ++refused;
        }
      }
    }));
  }
  absl::Duration worst;
  int rounds = 0;
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while ((rounds < 50 || previewed < 4 || refused < 8) && absl::Now() < end) {
    const absl::Time before = absl::Now();
    const auto lists = process.call(&Stub::GetTrustLists, v1::GetTrustListsRequest());
    EXPECT_TRUE(lists.ok()) << lists.status();
    worst = std::max(worst, absl::Now() - before);
    ++rounds;
  }
  flooding = false;
  for (auto& each : flood) each.get();
  EXPECT_GE(previewed, 4);
  EXPECT_GE(refused, 8) << "few are in flight";
  EXPECT_LT(worst, absl::Seconds(2)) << "on a machine that does nothing but this flood";
}

// Issue 11, attack 17: strangers knock until the record knows nothing else.
TEST_F(F85_TrustStoreProcess, AFloodOfStrangersLeavesTheRecordOfChanges) {
  Process process("policy");
  ASSERT_TRUE(process.offer(sample("itl/ITL_v1.1_sha512_rsa4096.tlv")).ok());
  ASSERT_TRUE(process.file("SEP0A1B2C3D4E5F.cnf.xml.sgn", sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"))->trusted());
  for (int i = 0; i < 700; ++i) {
    v1::VerifyPeerRequest request;
    request.add_chain(many_certificates()[static_cast<std::size_t>(i)]);
    request.set_role(v1::TRUST_ROLE_TVS);  // of whom TVS is not asked
    request.set_host(absl::StrCat("host", i % 50));
    const auto verdict = process.call(&Stub::VerifyPeer, request);
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_FALSE(verdict->trusted());
    EXPECT_GT(verdict->decision(), 0u) << "each is on record, alone or with others";
    ASSERT_TRUE(process.file(absl::StrCat("x", i, ".sgn"), "junk").ok());
  }
  const auto is_kept = [&] {
    v1::ListDecisionsRequest request;
    request.set_maximum(500);
    const auto decisions = process.call(&Stub::ListDecisions, request);
    ASSERT_TRUE(decisions.ok()) << decisions.status();
    std::map<std::string, int> kinds;
    std::uint64_t counted = 0;
    for (const v1::Decision& each : decisions->decision()) {
      ++kinds[absl::StrCat(each.kind(), each.accepted() ? " accepted" : " refused")];
      if (each.what() == "others") counted += each.times();
    }
    EXPECT_EQ(kinds["list accepted"], 1);
    EXPECT_EQ(kinds["file accepted"], 1);
    EXPECT_GE(kinds["peer refused"], 30);
    EXPECT_LE(kinds["peer refused"], 80);
    EXPECT_LE(kinds["file refused"], 80);
    EXPECT_GT(counted, 0u);
  };
  process.end(SIGKILL);
  process.play("gateway");
  process.start();
  is_kept();
}

TEST_F(F9_TrustStoreProcess, EndsCleanlyOnSigterm) {
  Process process("policy");
  ASSERT_TRUE(process.call(&Stub::GetTrustLists, v1::GetTrustListsRequest()).ok());
  const int status = process.end(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace phone::trust

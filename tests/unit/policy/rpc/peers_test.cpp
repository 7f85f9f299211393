// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What policy asks of trust_store, as it goes over the wire. Real sockets and real gRPC, as in the phone.
#include "services/policy/rpc/peers_rpc.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>

#include "common/mesh/listen/acceptor.hpp"
#include "common/os/event_loop.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

// A trust_store that writes down what it is asked.
class AskedTrustStore {
 public:
  explicit AskedTrustStore(trust::v1::VerifyPeerReply reply) {
    router_.unary<trust::v1::VerifyPeerRequest, trust::v1::VerifyPeerReply>(
        "phone.trust.v1.TrustStore/VerifyPeer", [this, reply](const trust::v1::VerifyPeerRequest& request,
                                                              const mesh::Reply<trust::v1::VerifyPeerReply>& answer) {
          {
            const std::lock_guard lock(mutex_);
            last_ = request;
          }
          answer.ok(reply);
        });
    mesh::Roles roles;
    roles.set(getuid(), mesh::v1::ROLE_POLICY);
    auto listening = mesh::listen_unix(socket());
    EXPECT_TRUE(listening.ok()) << listening.status();
    loop_.start("loop");
    door_.emplace(loop_, router_, std::move(roles), *std::move(listening));
    router_.set_serving(true);
  }
  ~AskedTrustStore() { door_->drain(absl::Now()); }
  std::filesystem::path socket() const { return directory_.path() / "grpc.sock"; }
  trust::v1::VerifyPeerRequest last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  const tests::TemporaryDirectory directory_;
  mesh::Router router_;
  os::EventLoop loop_;
  std::optional<mesh::Acceptor> door_;
  std::mutex mutex_;
  trust::v1::VerifyPeerRequest last_;
};

TEST(F11_TrustQuestion, AServerOfFilesIsJudgedAsTftpAndAsNothingElse) {
  trust::v1::VerifyPeerReply yes;
  yes.set_trusted(true);
  yes.set_by("ITL");
  AskedTrustStore trust_store(yes);
  mesh::Peer<trust::v1::TrustStore> peer(trust_store.socket());
  const auto verdict = TrustStorePeer(peer).verify_server({"leaf", "issuer"}, "tftp.lab");
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(*verdict, "ITL");
  EXPECT_EQ(trust_store.last().role(), trust::v1::TRUST_ROLE_TFTP);
  EXPECT_EQ(trust_store.last().host(), "tftp.lab");
  EXPECT_EQ(trust_store.last().purpose(), "https");
  ASSERT_EQ(trust_store.last().chain_size(), 2);
  EXPECT_EQ(trust_store.last().chain(0), "leaf");
}

TEST(F11_TrustQuestion, ANoIsARefusalInItsWords) {
  trust::v1::VerifyPeerReply no;
  no.set_reason("is not on the CTL or ITL, needed as TFTP");
  no.set_by("ITL");
  AskedTrustStore trust_store(no);
  mesh::Peer<trust::v1::TrustStore> peer(trust_store.socket());
  const auto verdict = TrustStorePeer(peer).verify_server({"leaf"}, "tftp.lab");
  EXPECT_TRUE(absl::IsPermissionDenied(verdict.status())) << verdict.status();
  EXPECT_EQ(verdict.status().message(), "is not on the CTL or ITL, needed as TFTP");
}

}  // namespace
}  // namespace phone::policy

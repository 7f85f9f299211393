// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// As what each server is judged: what signaling asks of trust_store, as it goes over the wire.
#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>

#include "common/mesh/listen/acceptor.hpp"
#include "common/os/event_loop.hpp"
#include "services/signaling/rpc/trust_rpc.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::signaling {
namespace {

TEST(F15_TrustQuestion, EachServerIsJudgedInItsOwnRole) {
  const tests::TemporaryDirectory directory;
  std::mutex mutex;
  trust::v1::VerifyPeerRequest asked;
  mesh::Router router;
  router.unary<trust::v1::VerifyPeerRequest, trust::v1::VerifyPeerReply>(
      "phone.trust.v1.TrustStore/VerifyPeer",
      [&](const trust::v1::VerifyPeerRequest& request, const mesh::Reply<trust::v1::VerifyPeerReply>& answer) {
        {
          const std::lock_guard lock(mutex);
          asked = request;
        }
        trust::v1::VerifyPeerReply reply;
        reply.set_trusted(request.chain(0) == "known");
        reply.set_by("ITL");
        reply.set_reason("unknown");
        answer.ok(reply);
      });
  mesh::Roles roles;
  roles.set(getuid(), mesh::v1::ROLE_SIGNALING);
  const auto socket = directory.path() / "grpc.sock";
  auto listening = mesh::listen_unix(socket);
  ASSERT_TRUE(listening.ok()) << listening.status();
  os::EventLoop loop;
  loop.start("loop");
  mesh::Acceptor door(loop, router, std::move(roles), *std::move(listening));
  router.set_serving(true);

  const auto trust =
      make_flow_trust(std::make_shared<mesh::Peer<trust::v1::TrustStore>>(socket),
                      std::make_shared<mesh::Peer<certificates::v1::CertificateManager>>(directory.path() / "nobody"));
  const Target manager{.name = "cucm", .address = "cucm.lab"};
  Target router_of_srst = manager, oauth = manager;
  router_of_srst.srst = true;
  oauth.oauth = true;
  for (const auto& [target, role] :
       {std::pair(manager, trust::v1::TRUST_ROLE_CCM), std::pair(router_of_srst, trust::v1::TRUST_ROLE_SRST),
        std::pair(oauth, trust::v1::TRUST_ROLE_APP_SERVER)}) {
    const auto verdict = trust.verify({"known"}, target);
    EXPECT_TRUE(verdict.ok() && *verdict == "ITL") << verdict.status();
    EXPECT_TRUE(absl::IsPermissionDenied(trust.verify({"stranger"}, target).status()));
    const std::lock_guard lock(mutex);
    EXPECT_EQ(asked.role(), role);
    EXPECT_EQ(asked.host(), "cucm.lab");
    EXPECT_EQ(asked.purpose(), "sip");
  }
  door.drain(absl::Now());
}

}  // namespace
}  // namespace phone::signaling

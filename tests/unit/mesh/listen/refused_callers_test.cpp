// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F98: whoever is refused is told who it is to the phone.
#include <poll.h>
#include <sys/socket.h>

#include "common/mesh/call/reason.hpp"
#include "common/os/unix_socket.hpp"
#include "tests/unit/mesh/house.hpp"

namespace phone::mesh {
namespace {

void serve_dial(Router& router) {
  router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest& request, const Reply<CallReply>& reply) { reply.ok(answer(request.number())); });
}

bool ends(const os::Descriptor& fd, int patience_ms) {
  pollfd readable{fd.get(), POLLIN, 0};
  char byte = 0;
  return poll(&readable, 1, patience_ms) > 0 && recv(fd.get(), &byte, 1, 0) <= 0;
}

TEST(F98_RefusedCallers, UidWithoutARoleIsTold) {
  House house;
  serve_dial(house.router);
  Roles roles;
  roles.set(getuid() + 1, v1::ROLE_GATEWAY);
  house.open(std::move(roles));
  const auto told = house.peer().once(&Signaling::Stub::Dial, dial("1"), kSoon).status();
  EXPECT_EQ(told, with_reason(absl::PermissionDeniedError(
                                  absl::StrCat("you are uid ", getuid(), ", which has no role on this phone")),
                              reason::kUidWithoutRole, {{"uid", absl::StrCat(getuid())}}));
  // So are a few at a time, and the others find a closed door.
  std::vector<os::Descriptor> held;
  for (size_t i = 0; i < Acceptor::kStrangers; ++i) held.push_back(*os::connect_unix(house.socket()));
  EXPECT_TRUE(eventually([&] { return ends(*os::connect_unix(house.socket()), 100); }));
  EXPECT_TRUE(eventually([&] { return ends(held.front(), 100); }, absl::Seconds(5))) << "its time is over";
}

TEST(F98_RefusedCallers, RoleThatMayNotCallIsTold) {
  House house(v1::ROLE_MEDIA);
  serve_dial(house.router);
  house.open();
  EXPECT_EQ(house.peer().once(&Signaling::Stub::Dial, dial("1"), kSoon).status(),
            with_reason(absl::PermissionDeniedError(absl::StrCat(
                            "you are uid ", getuid(), ", which has the role media: the role media may not call ",
                            "phone.signaling.v1.Signaling/Dial, only gateway may")),
                        reason::kRoleNotPermitted, {{"role", "media"}, {"permitted", "gateway"}}));
}

}  // namespace
}  // namespace phone::mesh

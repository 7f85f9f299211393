// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F85: no service writes a line of the audit log in another's name. Real sockets and real gRPC, as in the phone.
#include <absl/synchronization/notification.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/listen/acceptor.hpp"
#include "common/os/event_loop.hpp"
#include "services/policy/audit/audit_log.hpp"
#include "services/policy/audit/audit_rpc.hpp"
#include "services/policy/audit/own_events.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

TEST(F85_AuditStreams, AnEventIsOfTheServiceWhoseSocketItCameOver) {
  const tests::TemporaryDirectory directory;
  const mesh::Paths paths{.socket_dir = directory.path()};
  mesh::EventLog events("trust_store");  // is what media says
  mesh::Router router;
  router.events("phone.media.v1.Media/WatchEvents", events);
  mesh::Roles roles;
  roles.set(getuid(), mesh::v1::ROLE_POLICY);
  const auto socket = mesh::socket_of(paths, "media");
  std::filesystem::create_directories(socket.parent_path());
  auto listening = mesh::listen_unix(socket);
  ASSERT_TRUE(listening.ok()) << listening.status();
  os::EventLoop loop;
  loop.start("loop");
  mesh::Acceptor door(loop, router, std::move(roles), *std::move(listening));
  router.set_serving(true);

  absl::Notification told;
  std::string line;
  AuditWatcher streams(paths, [&](const mesh::v1::Event& event) {
    if (told.HasBeenNotified()) return;
    line = audit_line(event);
    told.Notify();
  });
  events.add("list.accepted", mesh::Severity::kInfo, "not for the audit");
  events.add("list.accepted", mesh::Severity::kInfo, "a new list is believed", {}, true);
  ASSERT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_NE(line.find(R"("service":"media","kind":"list.accepted")"), std::string::npos) << line;
  EXPECT_NE(line.find("a new list is believed"), std::string::npos) << line;
  streams.stop();
  door.drain(absl::Now());
}

TEST(F2_AuditStreams, OfTheGatewaysStreamOnlyItsOwnEventsCount) {
  const tests::TemporaryDirectory directory;
  const mesh::Paths paths{.socket_dir = directory.path()};
  mesh::EventLog events("gateway");
  mesh::Router router;
  router.events("phone.gateway.v1.Gateway/WatchEvents", events);
  mesh::Roles roles;
  roles.set(getuid(), mesh::v1::ROLE_POLICY);
  const auto socket = mesh::socket_of(paths, "gateway");
  std::filesystem::create_directories(socket.parent_path());
  auto listening = mesh::listen_unix(socket);
  ASSERT_TRUE(listening.ok()) << listening.status();
  os::EventLoop loop;
  loop.start("loop");
  mesh::Acceptor door(loop, router, std::move(roles), *std::move(listening));
  router.set_serving(true);

  absl::Notification told;
  std::string line;
  AuditWatcher streams(paths, [&](const mesh::v1::Event& event) {
    if (told.HasBeenNotified()) return;
    line = audit_line(event);
    told.Notify();
  });
  mesh::v1::Event merged;
  merged.set_service("signaling");
  merged.set_kind("registration.registered");
  merged.set_audit(true);
  merged.mutable_time()->set_seconds(4'000'000'000);  // whatever its clock says
  events.add(merged);
  events.add("diagnostics.opened", mesh::Severity::kWarning, "remote diagnostics is open", {}, true);
  ASSERT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_NE(line.find(R"("service":"gateway","kind":"diagnostics.opened")"), std::string::npos) << line;
  streams.stop();
  door.drain(absl::Now());
}

TEST(F2_AuditStreams, AnEventIsRecordedAlsoWhenTheClockWasSetBackBeforeIt) {
  const tests::TemporaryDirectory directory;
  const mesh::Paths paths{.socket_dir = directory.path()};
  mesh::EventLog events("media");
  mesh::Router router;
  router.events("phone.media.v1.Media/WatchEvents", events);
  mesh::Roles roles;
  roles.set(getuid(), mesh::v1::ROLE_POLICY);
  const auto socket = mesh::socket_of(paths, "media");
  std::filesystem::create_directories(socket.parent_path());
  auto listening = mesh::listen_unix(socket);
  ASSERT_TRUE(listening.ok()) << listening.status();
  os::EventLoop loop;
  loop.start("loop");
  mesh::Acceptor door(loop, router, std::move(roles), *std::move(listening));
  router.set_serving(true);

  absl::Notification told;
  AuditWatcher streams(paths, [&](const mesh::v1::Event& event) {
    if (event.kind() == "clock.after" && !told.HasBeenNotified()) told.Notify();
  });
  for (const auto& [kind, seconds] : {std::pair{"clock.before", 4'000'000'000}, {"clock.after", 1'800'000'000}}) {
    mesh::v1::Event event;
    event.set_service("media");
    event.set_kind(kind);
    event.set_audit(true);
    event.mutable_time()->set_seconds(seconds);
    events.add(event);
  }
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(20)));
  streams.stop();
  door.drain(absl::Now());
}

TEST(F2_AuditStreams, PolicysOwnEventsCountWhoeverInItTellsThem) {
  mesh::EventLog events("policy");
  events.add("process.restarted", mesh::Severity::kInfo, "before", {}, true);
  std::vector<std::string> kinds;
  const OwnAuditEvents own(events, [&](const mesh::v1::Event& event) { kinds.push_back(event.kind()); });
  events.add("caller.refused", mesh::Severity::kWarning, "a uid without a role", {}, true);
  events.add("provisioning.servers", mesh::Severity::kInfo, "not for the audit");
  EXPECT_EQ(kinds, (std::vector<std::string>{"process.restarted", "caller.refused"}));
}

}  // namespace
}  // namespace phone::policy

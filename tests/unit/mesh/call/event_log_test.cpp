// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/event_log.hpp"

#include <gtest/gtest.h>

#include "common/mesh/call/event_limits.hpp"
#include "common/metrics/metrics.hpp"

namespace phone::mesh {
namespace {

std::shared_ptr<const v1::Event> next(Stream& stream) {
  return std::static_pointer_cast<const v1::Event>(stream.next());
}

TEST(Mesh_Journal, EventsAreNumberedFromOneAndCarryWhatWasSaid) {
  EventLog event_log("trust_store");
  event_log.add("before", Severity::kInfo, "not seen by those who come later");
  int woken = 0;
  const auto stream = event_log.subscribe(0, [&] { ++woken; });
  EXPECT_EQ(next(*stream), nullptr);
  event_log.add("trust_list.refused", Severity::kError, "signed by a stranger", {{"signer", "CN=x"}}, true);
  EXPECT_EQ(woken, 1);
  const auto event = next(*stream);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->sequence(), 2u);
  EXPECT_EQ(event->service(), "trust_store");
  EXPECT_EQ(event->kind(), "trust_list.refused");
  EXPECT_EQ(event->severity(), v1::SEVERITY_ERROR);
  EXPECT_EQ(event->detail().at("signer"), "CN=x");
  EXPECT_TRUE(event->audit());
  EXPECT_EQ(event->lost(), 0u);
  EXPECT_GT(event->time().seconds(), 0);
}

TEST(Mesh_Journal, AfterANumberComesWhatIsLeftOfIt) {
  EventLog event_log("x");
  for (int i = 0; i < 5; ++i) event_log.add("k", Severity::kInfo, "t");
  const auto stream = event_log.subscribe(3, [] {});
  EXPECT_EQ(next(*stream)->sequence(), 4u);
  EXPECT_EQ(next(*stream)->sequence(), 5u);
  EXPECT_EQ(next(*stream), nullptr);
}

TEST(Mesh_Journal, NumberFromBeforeARestartStartsFromTheFirst) {
  EventLog event_log("x");
  event_log.add("k", Severity::kInfo, "t");
  EXPECT_EQ(next(*event_log.subscribe(900, [] {}))->sequence(), 1u);
}

TEST(Mesh_Journal, BoundIsKeptAndTheLossCounted) {
  EventLog event_log("x", 3);
  const auto stream = event_log.subscribe(0, [] {});
  for (int i = 0; i < 10; ++i) event_log.add("k", Severity::kInfo, "t");
  const auto first = next(*stream);
  EXPECT_EQ(first->sequence(), 8u);
  EXPECT_EQ(first->lost(), 7u);
  EXPECT_EQ(next(*stream)->lost(), 0u);
  EXPECT_EQ(next(*stream)->sequence(), 10u);
  EXPECT_EQ(next(*stream), nullptr);
}

TEST(Mesh_Journal, TextsOfPeersAreBoundedAndPrintable) {
  EventLog event_log("x");
  const auto stream = event_log.subscribe(0, [] {});
  std::map<std::string, std::string> many;
  for (int i = 0; i < 100; ++i) many["key" + std::to_string(i)] = std::string(5000, 'v');
  event_log.add("k", Severity::kWarning, std::string("\xff\x01 \n") + std::string(10'000, 'x'), many);
  const auto event = next(*stream);
  EXPECT_LE(event->ByteSizeLong(), 64u * 1024);
  EXPECT_EQ(event->text().substr(0, 4), "\xEF\xBF\xBD ");
  v1::Event parsed;
  EXPECT_TRUE(parsed.ParseFromString(event->SerializeAsString()));
}

TEST(Mesh_EventLimits, SixteenAtOnceThenOneASecondForEachKind) {
  EventLimits limits;
  absl::Time now = absl::FromUnixSeconds(1'000'000);
  const auto told = [&](const std::string& kind) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) count += limits.take(kind, now) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(told("a"), 16);
  EXPECT_EQ(told("b"), 16) << "one kind costs another nothing";
  now += absl::Milliseconds(999);
  EXPECT_EQ(told("a"), 0);
  now += absl::Milliseconds(1);
  EXPECT_EQ(told("a"), 1);
  now += absl::Hours(1);
  EXPECT_EQ(told("a"), 16) << "a long pause saves up no more";
  now -= absl::Hours(100'000);
  EXPECT_EQ(told("a"), 0);
  now += absl::Seconds(1);
  EXPECT_EQ(told("a"), 1) << "a clock set back silences nothing for long";
}

TEST(Mesh_EventLimits, KindsWithoutEndShareOne) {
  EventLimits limits;
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  size_t told = 0;
  for (int i = 0; i < 10'000; ++i) told += limits.take(std::to_string(i), now) ? 1 : 0;
  EXPECT_EQ(told, EventLimits::kKinds + EventLimits::kAtOnce);
  EXPECT_EQ(limits.limited_as("new"), "other");
  EXPECT_EQ(limits.limited_as("1"), "1");
}

TEST(Mesh_Journal, OneKindCannotPushTheOthersOut) {
  EventLog event_log("x", 128);
  const auto stream = event_log.subscribe(0, [] {});
  event_log.add("registration.lost", Severity::kWarning, "what must be kept");
  for (int i = 0; i < 500; ++i) event_log.add("call.flooded", Severity::kError, "provoked");
  for (int i = 0; i < 40; ++i) event_log.add("call.flooded", Severity::kError, "audited", {}, true);
  EXPECT_EQ(next(*stream)->text(), "what must be kept");
  std::map<std::string, uint64_t> told;
  while (const auto event = next(*stream)) {
    ++told[event->text()];
    EXPECT_EQ(event->lost(), 0u);
  }
  EXPECT_EQ(told["audited"], 40u);
  EXPECT_GE(told["provoked"], 16u);
  EXPECT_LT(told["provoked"], 80u);
  uint64_t counted = 0;
  for (const metrics::Reading& reading : metrics::read()) {
    if (reading.what == "event.call.flooded") counted = reading.value;
  }
  EXPECT_EQ(counted, 500 - told["provoked"]);
}

v1::Event merged(const std::string& service, const std::string& kind, const std::string& text) {
  v1::Event event;
  event.set_service(service);
  event.set_kind(kind);
  event.set_text(text);
  event.set_audit(true);
  return event;
}

TEST(Mesh_Journal, AChattyKindOfAnotherServicePushesOutItsOwnEventsOnly) {
  EventLog event_log("gateway", 64);
  event_log.add(merged("signaling", "registration.lost", "what must be kept"));
  for (int i = 0; i < 1000; ++i) event_log.add(merged("trust_store", "peer.refused", "provoked"));
  event_log.add(merged("media", "peer.refused", "the same kind of another service"));
  const auto stream = event_log.subscribe(5000, [] {});
  EXPECT_EQ(next(*stream)->text(), "what must be kept");
  const auto oldest = next(*stream);
  EXPECT_EQ(oldest->text(), "provoked");
  EXPECT_EQ(oldest->sequence(), 940u);
  EXPECT_EQ(oldest->lost(), oldest->sequence() - 2) << "a watcher is told how many it missed";
  size_t provoked = 1;
  std::shared_ptr<const v1::Event> last;
  while (auto event = next(*stream)) {
    last = std::move(event);
    provoked += last->service() == "trust_store" ? 1 : 0;
  }
  EXPECT_EQ(provoked, 62u);
  EXPECT_EQ(last->service(), "media");
  EXPECT_EQ(last->sequence(), 1002u);
}

TEST(Mesh_Journal, AmongManyKindsTheOldestEventGoes) {
  EventLog event_log("gateway", 64);
  for (int i = 0; i < 100; ++i) event_log.add(merged("media", "kind" + std::to_string(i), std::to_string(i)));
  EXPECT_EQ(next(*event_log.subscribe(5000, [] {}))->text(), "36");
}

// What the gateway merges comes from services that may have been taken over.
TEST(Mesh_Journal, EventOfAnotherServiceIsBoundedAndReadableToo) {
  EventLog event_log("x");
  const auto stream = event_log.subscribe(0, [] {});
  v1::Event foreign;
  foreign.set_service(
      "me\xe9"
      "dia");
  foreign.set_kind("incident\n.x");
  foreign.set_text(std::string(1 << 20, '\xe9'));
  for (int i = 0; i < 1000; ++i) (*foreign.mutable_detail())["k\xff" + std::to_string(i)] = "v\xff";
  event_log.add(foreign);
  const auto event = next(*stream);
  v1::Event parsed;
  ASSERT_TRUE(parsed.ParseFromString(event->SerializeAsString()));
  EXPECT_LE(event->ByteSizeLong(), 8u * 1024);
  EXPECT_EQ(event->service(),
            "me\xEF\xBF\xBD"
            "dia");
  EXPECT_EQ(event->kind(), "incident .x");
  EXPECT_EQ(event->detail_size(), 32);
}

}  // namespace
}  // namespace phone::mesh

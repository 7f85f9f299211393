// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/user_rpc.hpp"

#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"
#include "services/signaling/rpc/feature_rpc.hpp"

namespace phone::signaling {
namespace {

namespace pb = policy::v1;

}  // namespace

google::protobuf::Timestamp to_proto(WallTime time) {
  auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(nanoseconds / 1'000'000'000);
  stamp.set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
  return stamp;
}

void take_lines(const pb::EffectivePolicy& policy, Settings& settings) {
  for (const pb::Line& line : policy.line()) {
    settings.lines.emplace_back();
    LineSettings& to = settings.lines.back();
    to.directory_number = line.directory_number();
    to.display_name = line.display_name();
    to.label = line.label();
    to.contact = line.contact();
    to.auth_name = line.auth_name().empty() ? line.directory_number() : line.auth_name();
    to.auth_password = crypto::Secret::copy_of(line.auth_password());
    to.max_calls = line.max_calls();
    to.busy_trigger = line.busy_trigger();
    to.auto_answer = from_proto(line.auto_answer());
    to.keeps_missed_calls = !line.missed_calls_forgotten();
    to.shared = line.shared();
  }
  for (const pb::SpeedDial& dial : policy.speed_dial())
    settings.speed_dials.push_back({.label = dial.label(),
                                    .number = dial.number(),
                                    .watched = dial.watched(),
                                    .pickup = dial.pickup(),
                                    .park_slot = dial.park_slot(),
                                    .retrieval_prefix = dial.retrieval_prefix()});
  take_features(policy, settings);
  settings.emergency_numbers.assign(policy.emergency_number().begin(), policy.emergency_number().end());
  settings.time_zone = policy.time_zone();
  settings.date_template = policy.date_template();
  settings.kpml = policy.kpml();
  if (policy.inter_digit_milliseconds() > 0) settings.inter_digit = Milliseconds(policy.inter_digit_milliseconds());
  if (policy.off_hook_milliseconds() > 0) settings.off_hook = Milliseconds(policy.off_hook_milliseconds());
  settings.auto_answer_after = std::chrono::seconds(policy.auto_answer_seconds());
  settings.hold_reversion = std::chrono::seconds(policy.hold_reversion_seconds());
  if (policy.hold_reversion_interval_seconds() > 0)
    settings.hold_reversion_interval = std::chrono::seconds(policy.hold_reversion_interval_seconds());
}

v1::GetMemoryReply to_proto(const MemoryView& view) {
  v1::GetMemoryReply reply;
  for (const HistoryEntry& one : view.history) {
    v1::HistoryEntry* entry = reply.add_history();
    entry->set_entry(one.entry);
    entry->set_kind(to_proto(one.kind));
    entry->set_number(text::clean(one.number));
    entry->set_name(text::clean(one.name));
    entry->set_hidden(one.hidden);
    entry->set_line(one.line);
    if (one.time.has_value()) *entry->mutable_time() = to_proto(*one.time);
    entry->set_duration_seconds(one.duration_seconds);
  }
  for (const SpeedDial& one : view.speed_dials) {
    v1::SpeedDial* dial = reply.add_speed_dial();
    dial->set_index(static_cast<uint32_t>(reply.speed_dial_size()));
    dial->set_label(text::clean(one.label));
    dial->set_number(text::clean(one.number));
  }
  reply.set_redial_number(text::clean(view.redial_number));
  reply.set_time_zone(text::clean(view.time_zone));
  reply.set_date_template(text::clean(view.date_template));
  return reply;
}

}  // namespace phone::signaling

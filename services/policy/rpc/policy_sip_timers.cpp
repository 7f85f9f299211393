// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/policy_sip_timers.hpp"

namespace phone::policy {

void put_sip_timers(const Configuration& from, v1::EffectivePolicy& to) {
  to.set_register_expires_seconds(from.register_expires_seconds);
  to.set_keepalive_seconds(from.keepalive_seconds);
  to.set_connection_monitor_seconds(from.connection_monitor_seconds);
  to.set_timer_t1_milliseconds(from.timer_t1_milliseconds);
  to.set_timer_t2_milliseconds(from.timer_t2_milliseconds);
  to.set_timer_invite_expires_seconds(from.invite_expires_seconds);
  to.set_subscribe_expires_seconds(from.subscribe_expires_seconds);
  to.set_sip_retransmissions(from.sip_retransmissions);
  to.set_invite_retransmissions(from.invite_retransmissions);
}

void take_sip_timers(const v1::EffectivePolicy& from, Configuration& to) {
  to.register_expires_seconds = from.register_expires_seconds();
  to.keepalive_seconds = from.keepalive_seconds();
  to.connection_monitor_seconds = from.connection_monitor_seconds();
  to.timer_t1_milliseconds = from.timer_t1_milliseconds();
  to.timer_t2_milliseconds = from.timer_t2_milliseconds();
  to.invite_expires_seconds = from.timer_invite_expires_seconds();
  to.subscribe_expires_seconds = from.subscribe_expires_seconds();
  to.sip_retransmissions = from.sip_retransmissions();
  to.invite_retransmissions = from.invite_retransmissions();
}

}  // namespace phone::policy

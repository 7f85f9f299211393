// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The registration is ended and made again because the call manager or another configuration asks for it.
#include <utility>

#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

bool RegistrationClient::needs_other_connections(const Settings& settings) const {
  const Settings& left = settings_;
  const bool same = left.complete == settings.complete && left.device_name == settings.device_name &&
                    left.targets == settings.targets && left.directory_number == settings.directory_number &&
                    left.auth_name == settings.auth_name && left.sip_oauth == settings.sip_oauth &&
                    left.auth_password == settings.auth_password && left.fips == settings.fips &&
                    left.tls == settings.tls;
  return !same;
}

std::optional<RegistrationClient::Held> RegistrationClient::held_by(FlowId flow) const {
  const Server* server = find(flow);
  const bool active = server != nullptr && active_.has_value() && server == &servers_[*active_];
  if (!active || !holds_registration(server->state)) return std::nullopt;
  return Held{.call_id = server->call_id,
              .speaks_dialect = server->speaks_dialect,
              .local_address = server->facts.local_address};
}

void RegistrationClient::renew(TimePoint now) {
  if (!active_.has_value() || servers_[*active_].state != ServerState::kRegistered) return;
  servers_[*active_].next_at = now;
  reconcile(now);
}

void RegistrationClient::register_anew(LastReason reason, bool new_connections, std::function<void(TimePoint)> left,
                                       TimePoint now) {
  anew_ = Anew{.reason = reason, .new_connections = new_connections, .left = std::move(left)};
  reconcile(now);
}

// One step: the unregistration is sent once nothing else is out to that server, and answered, or its connection ends.
void RegistrationClient::pursue_anew(TimePoint now) {
  if (!active_.has_value()) return begin_anew(now);
  const Server& server = servers_[*active_];
  if (is_busy(server.state)) return;
  if (!holds_registration(server.state)) return begin_anew(now);
  note_out_of_service(server, server.flow, anew_->reason);
  send_unregister(*active_, anew_->reason, cat("to register anew: ", reason_word(anew_->reason)), now);
}

void RegistrationClient::begin_anew(TimePoint now) {
  const Anew anew = *std::exchange(anew_, std::nullopt);
  anew_reason_ = anew.reason;
  active_.reset();
  for (Server& server : servers_) {
    if (is_busy(server.state)) continue;  // what is out to it is answered first
    server.call_id = cat(random_token(ua_port_, 12), "@", settings_.device_name);
    server.local_tag = random_token(ua_port_, 8);
  }
  const FlowId before = last_flow_;
  if (anew.left) anew.left(now);
  if (anew.new_connections && last_flow_ == before) reset(now);  // unless another profile has done so
}

}  // namespace phone::signaling

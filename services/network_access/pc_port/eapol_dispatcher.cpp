// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/pc_port/eapol_dispatcher.hpp"

#include <algorithm>

namespace phone::network {
namespace {

using Station = EapolDispatcher::Station;
using State = Station::State;

bool is(std::uint8_t code, EapCode which) { return code == static_cast<std::uint8_t>(which); }

// A station's frames show the state of its session.
void spoken_by(Station& station, const EapolFrame& frame) {
  if (frame.type == EapolType::kStart) {
    station.state = State::kStarted;
    station.last_response.reset();
  } else if (frame.type == EapolType::kLogoff) {
    station = Station();
  } else if (is(frame.code, EapCode::kResponse)) {
    station.last_response = frame.identifier;
    if (station.state != State::kAuthenticated) station.state = State::kRunning;
  }
}

void spoken_to(Station& station, const EapolFrame& frame) {
  if (is(frame.code, EapCode::kSuccess)) station.state = State::kAuthenticated;
  if (is(frame.code, EapCode::kFailure)) station.state = State::kSeen;
}

// Whether a frame that the switch sent to the group continues this station's session. EAP has no addresses: the
// identifier of the last response, or one more for a new request, is all there is.
bool continues(const Station& station, const EapolFrame& frame) {
  const bool known = station.last_response.has_value();
  const bool same = known && frame.identifier == *station.last_response;
  if (!is(frame.code, EapCode::kRequest)) return same;
  const bool next = known && frame.identifier == static_cast<std::uint8_t>(*station.last_response + 1);
  return same || next || (frame.method == kEapIdentity && station.state == State::kStarted);
}

}  // namespace

EapolDispatcher::Ways EapolDispatcher::take(Port from, std::string_view bytes, Time now) {
  if (from == Port::kPc && !pc_allowed_) {
    ++counts_.refused;
    return {};
  }
  // Before anything is read: a flood costs as little as possible.
  if (from == Port::kPc && !within_rate(now)) {
    ++counts_.flooded;
    return {};
  }
  const auto frame = parse_eapol(bytes);
  if (!frame) {
    ++counts_.malformed;
    return {};
  }
  Ways ways;
  switch (from) {
    case Port::kSupplicant:
      spoken_by(self_, *frame);
      ways.to_switch = true;
      break;
    case Port::kPc:
      ways = from_pc(*frame);
      break;
    case Port::kSwitch:
      ways = from_switch(*frame);
      break;
  }
  if (ways.to_switch || ways.to_pc || ways.to_supplicant) ++counts_.forwarded;
  return ways;
}

EapolDispatcher::Ways EapolDispatcher::from_pc(const EapolFrame& frame) {
  // A PC that speaks as the phone could log it off; one that asks or answers as a switch does is an impostor.
  const bool authenticator =
      frame.type == EapolType::kEapPacket && frame.code != 0 && !is(frame.code, EapCode::kResponse);
  if (frame.source == own_ || authenticator) {
    ++counts_.forged;
    return {};
  }
  if (!stations_.contains(frame.source) && stations_.size() >= kMaxStations) {
    ++counts_.strangers;
    return {};
  }
  spoken_by(stations_[frame.source], frame);
  return {.to_switch = true};
}

EapolDispatcher::Ways EapolDispatcher::from_switch(const EapolFrame& frame) {
  if (frame.destination == own_) {
    spoken_to(self_, frame);
    return {.to_supplicant = true};
  }
  if (const auto found = stations_.find(frame.destination); found != stations_.end()) {
    spoken_to(found->second, frame);
    return {.to_pc = !bridged_ && pc_allowed_};
  }
  if (frame.destination != kPaeGroup) return {};
  if (frame.code == 0) return {.to_pc = pc_allowed_, .to_supplicant = true};  // announcements: to all
  const bool mine = continues(self_, frame);
  Station* other = nullptr;
  for (auto& [mac, station] : stations_) {
    if (continues(station, frame)) other = &station;
  }
  if (mine) spoken_to(self_, frame);
  if (other != nullptr) spoken_to(*other, frame);
  if (mine || other != nullptr) return {.to_pc = other != nullptr && pc_allowed_, .to_supplicant = mine};
  // It continues no session: a first request after link-up. Stations that are not authenticated yet may answer it.
  const bool waiting = std::any_of(stations_.begin(), stations_.end(),
                                   [](const auto& one) { return one.second.state != State::kAuthenticated; });
  return {.to_pc = pc_allowed_ && (waiting || stations_.empty()),
          .to_supplicant = self_.state != State::kAuthenticated || stations_.empty()};
}

bool EapolDispatcher::within_rate(Time now) {
  const std::chrono::duration<double> passed = now - filled_;
  filled_ = now;
  tokens_ = std::min<double>(kFramesPerSecond, tokens_ + std::max(0.0, passed.count()) * kFramesPerSecond);
  if (tokens_ < 1) return false;
  --tokens_;
  return true;
}

void EapolDispatcher::allow_pc(bool allowed) { pc_allowed_ = allowed; }

std::vector<std::string> EapolDispatcher::pc_gone() {
  std::vector<std::string> frames;
  for (const auto& [mac, station] : stations_) {
    if (station.state == State::kAuthenticated) frames.push_back(logoff_frame(mac));
  }
  stations_.clear();
  return frames;
}

}  // namespace phone::network

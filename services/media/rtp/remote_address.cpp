// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/remote_address.hpp"

#include "common/net/far_address.hpp"

namespace phone::media {
namespace {

constexpr int64_t kSilentUs = 500'000;  // an address silent for so long may be replaced by an authentic one

}  // namespace

void RemoteAddress::set(const Endpoint& ordered) {
  if (ordered == ordered_) return;
  ordered_ = ordered;
  followed_ = Endpoint{};
  heard_us_ = 0;
  state_ = State::kUnproven;
}

bool RemoteAddress::silent(int64_t now_us) const { return now_us - heard_us_ >= kSilentUs; }

void RemoteAddress::authentic(const Endpoint& from, int64_t arrival_us) {
  if (from == destination()) {
    heard_us_ = arrival_us;
    if (state_ == State::kUnproven) state_ = State::kProven;
    return;
  }
  if (state_ != State::kUnproven && !silent(arrival_us)) return;
  if (!net::check_far_address(from.raw.sin6_addr, ordered_.raw.sin6_addr).ok() && !from.same_host(ordered_)) return;
  followed_ = from;
  heard_us_ = arrival_us;
  state_ = from == ordered_ ? State::kProven : State::kFollowed;
}

Endpoint RemoteAddress::filter(int64_t now_us) const {
  return state_ == State::kUnproven || silent(now_us) ? Endpoint{} : destination();
}

}  // namespace phone::media

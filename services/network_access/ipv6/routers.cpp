// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/routers.hpp"

#include <algorithm>

namespace phone::network {
namespace {

// RFC 4861: all ones is for ever; for a phone a month is.
SteadyTime after(SteadyTime at, std::chrono::seconds lifetime) {
  return at + std::min(lifetime, std::chrono::seconds(std::chrono::hours(24 * 30)));
}

template <class T>
void add(std::vector<T>& to, const std::vector<T>& from) {
  for (const T& one : from) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
  }
}

}  // namespace

SteadyTime Routers::Heard::end() const {
  SteadyTime last = after(at, said.lifetime);
  for (const auto& one : said.dns) last = std::max(last, after(at, one.lifetime));
  for (const auto& one : said.search) last = std::max(last, after(at, one.lifetime));
  return last;
}

void Routers::start(SteadyTime now) {
  routers_.clear();
  asked_ = 0;
  next_ = now;
}

void Routers::stop() {
  routers_.clear();
  next_ = SteadyTime::max();
}

bool Routers::received(const Ipv6& router, const RouterAdvertisement& said, SteadyTime now) {
  const Heard heard{.said = said, .at = now};
  const auto known = routers_.find(router);
  if (heard.end() <= now) return routers_.erase(router) > 0;  // it leaves
  next_ = SteadyTime::max();
  if (known == routers_.end() && routers_.size() == kMost) {
    // Real routers repeat themselves.
    routers_.erase(std::min_element(routers_.begin(), routers_.end(),
                                    [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
  }
  const bool same = known != routers_.end() && known->second.said == said;
  routers_[router] = heard;
  return !same;
}

SteadyTime Routers::due() const {
  SteadyTime first = next_;
  for (const auto& [router, heard] : routers_) {
    for (const auto& one : heard.said.dns) first = std::min(first, after(heard.at, one.lifetime));
    first = std::min(first, heard.end());
  }
  return first;
}

Routers::Turn Routers::turn(SteadyTime now) {
  Turn turn;
  // What has ended is taken out, so that due() moves on.
  for (auto& [router, heard] : routers_) {
    turn.changed |= std::erase_if(heard.said.dns,
                                  [&, at = heard.at](const auto& one) { return after(at, one.lifetime) <= now; }) > 0;
  }
  turn.changed |= std::erase_if(routers_, [now](const auto& one) { return one.second.end() <= now; }) > 0;
  if (now < next_) return turn;
  if (asked_ < kQuestions) {
    ++asked_;
    turn.ask = true;
    next_ = now + kAskEvery;
  } else {
    next_ = SteadyTime::max();
    turn.changed = true;
  }
  return turn;
}

bool Routers::managed() const {
  return std::any_of(routers_.begin(), routers_.end(), [](const auto& one) { return one.second.said.managed; });
}

bool Routers::other() const {
  return std::any_of(routers_.begin(), routers_.end(), [](const auto& one) { return one.second.said.other; });
}

std::vector<Ipv6> Routers::default_routers(SteadyTime now) const {
  std::vector<Ipv6> found;
  for (const auto& [router, heard] : routers_) {
    if (after(heard.at, heard.said.lifetime) > now) found.push_back(router);
  }
  return found;
}

std::vector<Ipv6> Routers::dns(SteadyTime now) const {
  std::vector<Ipv6> found;
  for (const auto& [router, heard] : routers_) {
    for (const auto& one : heard.said.dns) {
      if (after(heard.at, one.lifetime) > now) add(found, one.addresses);
    }
  }
  return found;
}

std::vector<std::string> Routers::search(SteadyTime now) const {
  std::vector<std::string> found;
  for (const auto& [router, heard] : routers_) {
    for (const auto& one : heard.said.search) {
      if (after(heard.at, one.lifetime) > now) add(found, one.names);
    }
  }
  return found;
}

}  // namespace phone::network

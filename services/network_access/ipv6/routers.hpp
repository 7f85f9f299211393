// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/network_access/ipv6/router_advertisement.hpp"
#include "services/network_access/link/dhcp_story.hpp"

namespace phone::network {

// The routers of one link as they announce themselves, each for as long as it says, and when they are asked
// (RFC 4861 section 6.3.7). Time is a parameter.
class Routers {
 public:
  static constexpr std::size_t kMost = 4;  // more on one link are not kept
  static constexpr int kQuestions = 3;
  static constexpr std::chrono::seconds kAskEvery{4};

  // Forgets the routers of the previous link, and solicits.
  void start(SteadyTime now);
  void stop();
  // True when managed(), dns() or the others may have changed.
  bool received(const Ipv6& router, const RouterAdvertisement& said, SteadyTime now);
  // When turn() is to be called next; max(): not before an event.
  SteadyTime due() const;
  struct Turn {
    bool ask = false;  // a solicitation is to be sent
    bool changed = false;
  };
  Turn turn(SteadyTime now);

  bool heard() const { return !routers_.empty(); }
  // Nobody has answered all the questions.
  bool silent() const { return !heard() && asked_ == kQuestions && next_ == SteadyTime::max(); }
  bool managed() const;
  bool other() const;
  std::vector<Ipv6> default_routers(SteadyTime now) const;
  std::vector<Ipv6> dns(SteadyTime now) const;
  std::vector<std::string> search(SteadyTime now) const;

 private:
  struct Heard {
    RouterAdvertisement said;
    SteadyTime at{};
    SteadyTime end() const;  // nothing of it holds after that
  };
  std::map<Ipv6, Heard> routers_;
  int asked_ = 0;
  SteadyTime next_ = SteadyTime::max();  // the next question, or the end of the wait for an answer to the last one
};

}  // namespace phone::network

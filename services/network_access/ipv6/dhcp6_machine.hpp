// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "services/network_access/ipv6/dhcp6_message.hpp"
#include "services/network_access/ipv6/lease6.hpp"
#include "services/network_access/link/dhcp_story.hpp"

// The DHCPv6 client (RFC 8415 section 18.2): an address when routers say so, else settings alone. Time is a parameter.
namespace phone::network {

enum class Dhcp6State : std::uint8_t {
  kOff,
  kSoliciting,  // advertisements are collected
  kRequesting,  // one was chosen
  kBound,
  kConfirming,  // the link has come back: does the address still fit it?
  kRenewing,    // after T1, asks the server that granted it
  kRebinding,   // after T2, asks all
  kDeclining,   // another device has the address
  kAsking,      // settings alone (INFORMATION-REQUEST)
  kInformed,
};

enum class Dhcp6Wish : std::uint8_t { kNothing, kSettings, kAddress };

// In force.
struct Held6 {
  Lease6 lease;
  std::string server;  // DUID
  SteadyTime obtained{};
  SteadyTime after(std::uint32_t seconds) const;
  SteadyTime end() const { return after(lease.valid); }
  friend bool operator==(const Held6&, const Held6&) = default;
};

// What the client does to the world.
class Dhcp6Port {
 public:
  virtual ~Dhcp6Port() = default;
  // To all servers and relays of the link (ff02::1:2).
  virtual void send(const Dhcp6Message& message) = 0;
  // In force from now on; also after each renewal.
  virtual void hold(const Held6& held) = 0;
  // No address is in force any more.
  virtual void release(const Ipv6& address) = 0;
  virtual std::uint32_t random() = 0;
};

class Dhcp6Machine {
 public:
  static constexpr std::chrono::seconds kSlowest{120};  // between two questions to servers that do not answer

  Dhcp6Machine(Dhcp6Port& port, std::string own) : port_(port), own_(std::move(own)) {}

  // What the routers' flags call for. Repeating the same wish does nothing.
  void want(Dhcp6Wish wish, SteadyTime now);
  // The cable came back: what was granted may belong to another network.
  void link_up(SteadyTime now);
  // Another device has the address (the kernel's own detection, RFC 4862).
  void conflict(const Ipv6& address, SteadyTime now);
  void received(const Dhcp6Message& message, SteadyTime now);
  // When turn() is to be called next; max(): not before an event.
  SteadyTime due() const { return next_; }
  void turn(SteadyTime now);

  Dhcp6State state() const { return state_; }
  const std::optional<Held6>& held() const { return held_; }
  // Why the server refuses; empty: it does not.
  const std::string& refusal() const { return refusal_; }
  const DhcpStory& story() const { return story_; }

 private:
  struct Offer {
    Dhcp6Message message;
    Lease6 lease;
  };

  void begin(Dhcp6State state, SteadyTime now);
  void begin_later(Dhcp6State state, std::chrono::milliseconds pause, SteadyTime now);
  void start_over(SteadyTime now);
  void ask(SteadyTime now);
  Dhcp6Message question(SteadyTime now) const;
  bool given_up(SteadyTime now) const;
  void without_answer(SteadyTime now);
  void advertised(const Dhcp6Message& message, SteadyTime now);
  void replied(const Dhcp6Message& message, SteadyTime now);
  void refused(const Dhcp6Message& message, const absl::Status& why, SteadyTime now);
  void take(const Dhcp6Message& message, Lease6 lease, SteadyTime now);
  void settle(SteadyTime now);
  void lose(const std::string& why, SteadyTime now);
  void note(DhcpStepKind kind, std::string text, SteadyTime now, const std::string& address = {});

  Dhcp6Port& port_;
  const std::string own_;  // DUID
  Dhcp6Wish wish_ = Dhcp6Wish::kNothing;
  Dhcp6State state_ = Dhcp6State::kOff;
  std::optional<Held6> held_;
  std::optional<Offer> best_;
  std::optional<Ipv6> declined_;
  std::string refusal_;
  unsigned setbacks_ = 0;  // refusals and conflicts since the last lease
  std::uint32_t transaction_ = 0;
  SteadyTime began_{}, asked_{};       // the exchange, its last question
  std::chrono::milliseconds pause_{};  // before the question is repeated
  unsigned tries_ = 0;
  SteadyTime next_ = SteadyTime::max();
  DhcpStory story_;
};

}  // namespace phone::network

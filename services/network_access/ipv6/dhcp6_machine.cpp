// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/dhcp6_machine.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongest = std::chrono::hours(24 * 365 * 10);  // of a lease that ends: what a clock can hold
constexpr seconds kLeastPause{5};                                // before a renewal, whatever lifetimes a server grants
constexpr seconds kConfirmFor{10};                               // RFC 8415 section 7.6: CNF_MAX_RD
constexpr milliseconds kFirstWithin{1000};                       // SOL_MAX_DELAY
constexpr unsigned kSecondChoice = 4;                            // tries
constexpr seconds kAddressAgain{300};  // settings alone are in force, though routers say that addresses are granted

// How a question is repeated (RFC 8415 sections 7.6 and 15).
struct Pace {
  Dhcp6Type type;
  seconds first, slowest;
  unsigned most = 0;  // tries; 0: without end
};

Pace pace_of(Dhcp6State state) {
  switch (state) {
    case Dhcp6State::kRequesting:
      return {.type = Dhcp6Type::kRequest, .first = seconds(1), .slowest = seconds(30), .most = 10};
    case Dhcp6State::kConfirming:
      return {.type = Dhcp6Type::kConfirm, .first = seconds(1), .slowest = seconds(4)};
    case Dhcp6State::kRenewing:
      return {.type = Dhcp6Type::kRenew, .first = seconds(10), .slowest = seconds(600)};
    case Dhcp6State::kRebinding:
      return {.type = Dhcp6Type::kRebind, .first = seconds(10), .slowest = seconds(600)};
    case Dhcp6State::kDeclining:
      return {.type = Dhcp6Type::kDecline, .first = seconds(1), .slowest = seconds(8), .most = 4};
    case Dhcp6State::kAsking:
      return {.type = Dhcp6Type::kInformationRequest, .first = seconds(1), .slowest = Dhcp6Machine::kSlowest};
    default:
      return {.type = Dhcp6Type::kSolicit, .first = seconds(1), .slowest = Dhcp6Machine::kSlowest};
  }
}

bool needs_its_server(Dhcp6State state) {
  return state == Dhcp6State::kRequesting || state == Dhcp6State::kRenewing || state == Dhcp6State::kDeclining;
}

std::string named_by(const Lease6& lease) {
  if (lease.servers.empty()) return "without a provisioning server";
  return absl::StrCat("the provisioning servers ", absl::StrJoin(lease.servers, ", "), " (", lease.source, ")");
}

}  // namespace

SteadyTime Held6::after(std::uint32_t seconds_after) const {
  return seconds_after == Lease6::kForever ? SteadyTime::max()
                                           : obtained + std::min<seconds>(seconds(seconds_after), kLongest);
}

void Dhcp6Machine::want(Dhcp6Wish wish, SteadyTime now) {
  if (std::exchange(wish_, wish) == wish) return;
  if (held_ && held_->lease.address) return;  // stays as long as it was granted
  if (wish == Dhcp6Wish::kNothing) held_.reset();
  start_over(now);
}

void Dhcp6Machine::link_up(SteadyTime now) {
  refusal_.clear();
  setbacks_ = 0;
  if (held_ && held_->lease.address) return begin(Dhcp6State::kConfirming, now);
  start_over(now);
}

void Dhcp6Machine::conflict(const Ipv6& address, SteadyTime now) {
  if (!held_ || held_->lease.address != address) return;
  note(DhcpStepKind::kConflict, absl::StrCat("another device has ", text_of(address), "; it is declined"), now,
       text_of(address));
  declined_ = address;
  best_ = Offer{.message = {.server = held_->server}, .lease = {}};
  held_.reset();
  ++setbacks_;
  port_.release(address);
  begin(Dhcp6State::kDeclining, now);
}

// The first question of an exchange leaves at once.
void Dhcp6Machine::begin(Dhcp6State state, SteadyTime now) {
  state_ = state;
  transaction_ = port_.random() & 0xffffffU;
  began_ = now;
  pause_ = {};
  tries_ = 0;
  ask(now);
}

void Dhcp6Machine::begin_later(Dhcp6State state, milliseconds pause, SteadyTime now) {
  state_ = state;
  transaction_ = port_.random() & 0xffffffU;
  began_ = next_ = now + pause;
  pause_ = {};
  tries_ = 0;
}

// Slower after each setback.
void Dhcp6Machine::start_over(SteadyTime now) {
  best_.reset();
  declined_.reset();
  if (wish_ == Dhcp6Wish::kNothing) {
    refusal_.clear();
    if (const auto held = std::exchange(held_, std::nullopt); held && held->lease.address) {
      port_.release(*held->lease.address);
    }
    state_ = Dhcp6State::kOff;
    next_ = SteadyTime::max();
    return;
  }
  const milliseconds pause = setbacks_ == 0 ? milliseconds(port_.random() % kFirstWithin.count())
                                            : std::min<milliseconds>(seconds(1U << std::min(setbacks_, 7U)), kSlowest);
  begin_later(wish_ == Dhcp6Wish::kAddress ? Dhcp6State::kSoliciting : Dhcp6State::kAsking, pause, now);
}

void Dhcp6Machine::ask(SteadyTime now) {
  const Pace pace = pace_of(state_);
  const milliseconds base = tries_ == 0 ? milliseconds(pace.first) : std::min<milliseconds>(2 * pause_, pace.slowest);
  // RAND is between -0.1 and 0.1; above 0 for the first SOLICIT, so that advertisements have a whole second.
  const std::int64_t thousandths = static_cast<std::int64_t>(port_.random() % 101) *
                                   (state_ != Dhcp6State::kSoliciting && port_.random() % 2 == 0 ? -1 : 1);
  pause_ = base + base * thousandths / 1000;
  if (tries_++ == 0 && state_ == Dhcp6State::kSoliciting) {
    note(DhcpStepKind::kAsked, "asks for an address, as the router says", now);
  }
  if (tries_ == 1 && state_ == Dhcp6State::kAsking) note(DhcpStepKind::kAsked, "asks for settings only", now);
  if (tries_ == 4) note(DhcpStepKind::kNoAnswer, "no DHCPv6 server has answered yet", now);
  next_ = now + pause_;
  asked_ = now;
  if (state_ == Dhcp6State::kRenewing) next_ = std::min(next_, held_->after(held_->lease.rebinding));
  if (held_ && held_->lease.address) next_ = std::min(next_, held_->end());
  port_.send(question(now));
}

Dhcp6Message Dhcp6Machine::question(SteadyTime now) const {
  const auto passed = std::chrono::duration_cast<milliseconds>(now - began_).count() / 10;
  Dhcp6Message message{.type = pace_of(state_).type,
                       .transaction = transaction_,
                       .client = own_,
                       .elapsed = static_cast<std::uint16_t>(std::clamp<std::int64_t>(passed, 0, 0xffff))};
  if (needs_its_server(state_)) message.server = best_ ? best_->message.server : held_->server;
  if (state_ != Dhcp6State::kAsking) {
    Dhcp6Association association{.id = 1};
    std::optional<Ipv6> address = best_ ? best_->lease.address : std::nullopt;
    if (!address && held_) address = held_->lease.address;
    if (state_ == Dhcp6State::kDeclining) address = declined_;
    if (address) association.addresses.push_back({.address = *address});
    message.association = association;
  }
  if (state_ == Dhcp6State::kConfirming || state_ == Dhcp6State::kDeclining) return message;
  message.requested = {Dhcp6Option::kVendor, Dhcp6Option::kDns, Dhcp6Option::kDomains, Dhcp6Option::kBootFile};
  if (state_ == Dhcp6State::kAsking) message.requested.push_back(Dhcp6Option::kRefresh);
  return message;
}

bool Dhcp6Machine::given_up(SteadyTime now) const {
  const Pace pace = pace_of(state_);
  if (pace.most != 0 && tries_ >= pace.most) return true;
  if (state_ == Dhcp6State::kConfirming) return now >= began_ + kConfirmFor;
  // Settings were a second choice: addresses are asked for again.
  if (state_ == Dhcp6State::kAsking && wish_ == Dhcp6Wish::kAddress) return tries_ >= kSecondChoice;
  return state_ == Dhcp6State::kRenewing && now >= held_->after(held_->lease.rebinding);
}

void Dhcp6Machine::turn(SteadyTime now) {
  if (now < next_) return;
  if (held_ && held_->lease.address && now >= held_->end()) {
    return lose("it has ended, and no server has renewed it", now);
  }
  switch (state_) {
    case Dhcp6State::kBound:
      return begin(now < held_->after(held_->lease.rebinding) ? Dhcp6State::kRenewing : Dhcp6State::kRebinding, now);
    case Dhcp6State::kInformed:
      return begin(wish_ == Dhcp6Wish::kAddress ? Dhcp6State::kSoliciting : Dhcp6State::kAsking, now);
    case Dhcp6State::kSoliciting:
      if (best_) return begin(Dhcp6State::kRequesting, now);
      // What the server does tell without an address is worth having.
      if (tries_ > 0 && !refusal_.empty() && !held_) return begin(Dhcp6State::kAsking, now);
      return ask(now);
    case Dhcp6State::kOff:
      next_ = SteadyTime::max();
      return;
    default:
      return given_up(now) ? without_answer(now) : ask(now);
  }
}

void Dhcp6Machine::without_answer(SteadyTime now) {
  switch (state_) {
    case Dhcp6State::kConfirming:  // RFC 8415 section 18.2.3: it may be used on
      return settle(now);
    case Dhcp6State::kRenewing:
      note(DhcpStepKind::kNoAnswer, "the server does not renew it; all servers are asked", now);
      return begin(Dhcp6State::kRebinding, now);
    default:
      ++setbacks_;
      return start_over(now);
  }
}

void Dhcp6Machine::received(const Dhcp6Message& message, SteadyTime now) {
  if (message.client != own_ || message.transaction != transaction_ || tries_ == 0) return;
  if (message.type == Dhcp6Type::kAdvertise && state_ == Dhcp6State::kSoliciting) return advertised(message, now);
  if (message.type == Dhcp6Type::kReply) replied(message, now);
}

void Dhcp6Machine::advertised(const Dhcp6Message& message, SteadyTime now) {
  auto lease = lease6_of(message, true);
  if (!lease.ok()) {
    refusal_ = std::string(lease.status().message());
    note(DhcpStepKind::kRefused, absl::StrCat("the server grants no address: ", refusal_), now);
    return;
  }
  const std::string address = text_of(*lease->address);
  note(DhcpStepKind::kOffered, absl::StrCat("offers ", address, " with ", named_by(*lease)), now, address);
  const auto rank = [](const Offer& offer) { return std::pair(worth(offer.lease), offer.message.preference); };
  Offer offer{.message = message, .lease = *std::move(lease)};
  if (!best_ || rank(offer) > rank(*best_)) best_ = std::move(offer);
  // Nothing better can come, or the time to compare is over (RFC 8415 section 18.2.1).
  if (worth(best_->lease) == 2 || best_->message.preference == 255 || tries_ > 1) {
    begin(Dhcp6State::kRequesting, now);
  }
}

void Dhcp6Machine::replied(const Dhcp6Message& message, SteadyTime now) {
  if (needs_its_server(state_) && message.server != (best_ ? best_->message.server : held_->server)) return;
  switch (state_) {
    case Dhcp6State::kConfirming:
      if (message.status.code == Dhcp6Code::kNotOnLink) return lose("it does not belong to this network", now);
      if (message.status.code == Dhcp6Code::kSuccess) settle(now);
      return;
    case Dhcp6State::kDeclining:
      return start_over(now);
    case Dhcp6State::kRequesting:
    case Dhcp6State::kRenewing:
    case Dhcp6State::kRebinding:
    case Dhcp6State::kAsking: {
      auto lease = lease6_of(message, state_ != Dhcp6State::kAsking);
      return lease.ok() ? take(message, *std::move(lease), now) : refused(message, lease.status(), now);
    }
    default:
      return;
  }
}

void Dhcp6Machine::refused(const Dhcp6Message& message, const absl::Status& why, SteadyTime now) {
  refusal_ = std::string(why.message());
  note(DhcpStepKind::kDenied, absl::StrCat("the server refuses: ", refusal_), now);
  const bool unknown = message.association && message.association->status.code == Dhcp6Code::kNoBinding;
  if (held_ && unknown && state_ != Dhcp6State::kRequesting) {
    // It may grant what it no longer knows of (RFC 8415 section 18.2.10.1).
    best_ = Offer{.message = message, .lease = held_->lease};
    return begin(Dhcp6State::kRequesting, now);
  }
  if (state_ == Dhcp6State::kRenewing || state_ == Dhcp6State::kRebinding) return;  // asked again, up to its end
  ++setbacks_;
  start_over(now);
}

void Dhcp6Machine::take(const Dhcp6Message& message, Lease6 lease, SteadyTime now) {
  const auto before = held_ ? held_->lease.address : std::nullopt;
  const bool again = held_ && before == lease.address;
  const std::string address = lease.address ? text_of(*lease.address) : "";
  const std::string what = lease.address ? address : std::string("the settings");
  note(again ? DhcpStepKind::kRenewed : DhcpStepKind::kInForce,
       absl::StrCat(what, again ? " renewed, with " : " in force, with ", named_by(lease)), now, address);
  if (lease.address || wish_ != Dhcp6Wish::kAddress) refusal_.clear();
  held_ = Held6{.lease = std::move(lease), .server = message.server, .obtained = asked_};
  if (held_->lease.address && again) setbacks_ = 0;  // not at a grant, which a conflict may follow at once
  settle(now);
  port_.hold(*held_);
  if (before && !again) port_.release(*before);
}

// What is held is in force until it is to be renewed.
void Dhcp6Machine::settle(SteadyTime now) {
  best_.reset();
  state_ = held_->lease.address ? Dhcp6State::kBound : Dhcp6State::kInformed;
  next_ = std::max(held_->after(held_->lease.renewal), now + kLeastPause);
  if (state_ == Dhcp6State::kInformed && wish_ == Dhcp6Wish::kAddress) {
    next_ = std::min(next_, held_->obtained + kAddressAgain);
  }
}

void Dhcp6Machine::lose(const std::string& why, SteadyTime now) {
  const Ipv6 address = *held_->lease.address;
  note(DhcpStepKind::kLost, absl::StrCat(text_of(address), " is given up: ", why), now, text_of(address));
  held_.reset();
  port_.release(address);
  start_over(now);
}

void Dhcp6Machine::note(DhcpStepKind kind, std::string text, SteadyTime now, const std::string& address) {
  story_.add({.kind = kind, .at = now, .server = {}, .address = address, .text = std::move(text)});
}

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_machine.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned kTries = 3;      // of a REQUEST
constexpr unsigned kMaxNotes = 16;  // on what others sent in one exchange
constexpr seconds kFirstLook{30};   // for a better server, while bound to one without provisioning servers
constexpr seconds kLastLook{600};
constexpr seconds kDefendEvery{10};  // RFC 5227 section 1.1, DEFEND_INTERVAL

}  // namespace

SteadyTime HeldLease::after(std::uint32_t seconds_after) const {
  return lease.seconds == Lease::kForever ? SteadyTime::max() : obtained + seconds(seconds_after);
}

void DhcpMachine::note(DhcpStepKind kind, std::string text, SteadyTime now, const std::string& server,
                       const std::string& address) {
  story_.add({.kind = kind, .at = now, .server = server, .address = address, .text = std::move(text)});
}

// False when others have sent so much that no more is told of this exchange.
bool DhcpMachine::bounded() { return ++notes_ <= kMaxNotes; }

void DhcpMachine::enter(DhcpState state, SteadyTime next) {
  state_ = state;
  next_ = next;
  tries_ = 0;
}

void DhcpMachine::new_exchange(SteadyTime now) {
  transaction_ = port_.random();
  began_ = now;
  notes_ = 0;
  offers_.clear();
  granted_.reset();
  denial_.reset();
  choose_by_ = SteadyTime::max();
}

void DhcpMachine::start(std::optional<HeldLease> before, bool in_force, bool link, SteadyTime now) {
  stop();
  link_ = link;
  if (before) {
    wanted_ = before->acknowledgement.yours;
    if (in_force && now < before->end()) held_ = std::move(before);
  }
  if (!link_) return enter(DhcpState::kNoLink, SteadyTime::max());
  wanted_ != 0 ? reboot(now) : select(now);
}

void DhcpMachine::stop() {
  enter(DhcpState::kOff, SteadyTime::max());
  held_.reset();
  granted_.reset();
  wanted_ = 0;
  offers_.clear();
}

void DhcpMachine::link(bool up, SteadyTime now) {
  if (std::exchange(link_, up) == up || state_ == DhcpState::kOff) return;
  note(DhcpStepKind::kLink, up ? "the link is up" : "the link is down", now);
  if (!up) return enter(DhcpState::kNoLink, SteadyTime::max());
  // The cable may lead to another network (RFC 2131 section 3.7).
  wanted_ != 0 ? reboot(now) : select(now);
}

SteadyTime DhcpMachine::due() const {
  SteadyTime due = next_;
  if (state_ == DhcpState::kSelecting && !offers_.empty()) due = std::min(due, choose_by_);
  if (state_ == DhcpState::kBound) due = std::min(due, look_at_);
  if (held_) due = std::min(due, held_->end());
  return due;
}

void DhcpMachine::turn(SteadyTime now) {
  if (state_ == DhcpState::kOff) return;
  if (held_ && now >= held_->end()) {
    lose("the lease has expired", now);
    if (link_ && state_ != DhcpState::kChecking) select(now);
  }
  if (state_ == DhcpState::kSelecting && !offers_.empty() && now >= choose_by_) return choose_offer(now);
  if (state_ == DhcpState::kBound && now >= look_at_ && now < next_) {
    note(DhcpStepKind::kAsked, "looks for a server that names provisioning servers", now);
    return select(now);
  }
  if (now < next_) return;
  switch (state_) {
    case DhcpState::kOff:
    case DhcpState::kNoLink:
      next_ = SteadyTime::max();
      return;
    case DhcpState::kRebooting:
      return tries_ < kTries ? confirm(now) : rebooted_without_answer(now);
    case DhcpState::kSelecting:
      // A better server than the one of the lease was looked for.
      if (held_ && now >= began_ + kPatience) return settle(now);
      return discover(now);
    case DhcpState::kRequesting:
      if (tries_ < kTries) return request(now);
      note(DhcpStepKind::kNoAnswer, "the server did not answer when its offer was accepted", now,
           offers_.front().lease.server, offers_.front().lease.address);
      return drop_offer(now);
    case DhcpState::kChecking:
      return probe(now);
    case DhcpState::kDeclined:
      return select(now);
    case DhcpState::kBound:
      return settle(now);
    case DhcpState::kRenewing:
      if (now >= held_->after(held_->lease.rebinding)) return settle(now);
      return renew(now);
    case DhcpState::kRebinding:
      return renew(now);
  }
}

// RFC 5227 section 2.1, with shorter pauses: a phone is waited for.
void DhcpMachine::check(HeldLease lease, SteadyTime now) {
  granted_ = std::move(lease);
  enter(DhcpState::kChecking, now);
  probe(now);
}

void DhcpMachine::probe(SteadyTime now) {
  if (tries_ == kProbes) return put_in_force(*std::exchange(granted_, std::nullopt), false, now);
  ++tries_;
  next_ = now + kProbeEvery;
  port_.send(ArpPacket{.sender = settings_.own, .target_address = granted_->acknowledgement.yours});
}

void DhcpMachine::received(const ArpPacket& packet, SteadyTime now) {
  if (packet.sender == settings_.own) return;
  if (state_ == DhcpState::kChecking) {
    const Ipv4 address = granted_->acknowledgement.yours;
    // A probe of another device for the same address counts; not one that is sent to a certain device, by which
    // switches look whether it is still there ("IP device tracking").
    const bool probes =
        packet.request && packet.sender_address == 0 && packet.target_address == address && packet.target == Mac{};
    if (packet.sender_address == address || probes) return conflict(packet.sender, now);
  }
  if (!held_ || packet.sender_address != held_->acknowledgement.yours) return;
  if (defended_ != SteadyTime{} && now < defended_ + kDefendEvery) return;
  defended_ = now;
  note(DhcpStepKind::kConflict,
       absl::StrCat("another device (", text_of(packet.sender), ") uses the phone's address; it is defended"), now, "",
       held_->lease.address);
  port_.send(ArpPacket{
      .sender = settings_.own, .sender_address = packet.sender_address, .target_address = packet.sender_address});
}

void DhcpMachine::conflict(const Mac& other, SteadyTime now) {
  const HeldLease refused = *std::exchange(granted_, std::nullopt);
  note(DhcpStepKind::kConflict,
       absl::StrCat("another device (", text_of(other), ") has ", refused.lease.address, " already; declined"), now,
       refused.lease.server, refused.lease.address);
  transaction_ = port_.random();
  auto decline = message(DhcpType::kDecline, now);
  decline.set_number(DhcpOption::kRequestedAddress, refused.acknowledgement.yours);
  if (const auto server = refused.acknowledgement.number(DhcpOption::kServer)) {
    decline.set_number(DhcpOption::kServer, *server);
  }
  port_.send(decline, kBroadcast);
  if (wanted_ == refused.acknowledgement.yours) wanted_ = 0;
  enter(held_ ? DhcpState::kBound : DhcpState::kDeclined, now + kDeclinePause);
}

void DhcpMachine::put_in_force(HeldLease lease, bool again, SteadyTime now) {
  const bool same_values = held_ && held_->lease == lease.lease;
  held_ = std::move(lease);
  wanted_ = held_->acknowledgement.yours;
  const Lease& now_held = held_->lease;
  if (!again || !same_values) {
    note(DhcpStepKind::kInForce,
         absl::StrCat(now_held.address, "/", now_held.prefix, " is in use ", length_of(now_held), ", ",
                      routes_text(now_held), ", ", named_by(now_held)),
         now, now_held.server, now_held.address);
    for (const auto& one : now_held.left_out) {
      note(DhcpStepKind::kRefused, absl::StrCat("of its values ", one), now, now_held.server, now_held.address);
    }
  } else {
    note(DhcpStepKind::kRenewed, absl::StrCat("confirms ", now_held.address, " ", length_of(now_held)), now,
         now_held.server, now_held.address);
  }
  if (!again) look_pause_ = {};
  port_.hold(*held_);
  if (!again) {
    port_.send(ArpPacket{.sender = settings_.own, .sender_address = wanted_, .target_address = wanted_});
  }
  settle(now);
}

bool DhcpMachine::wants_better() const { return settings_.needs_servers && worth(held_->lease) < kWorthByOption; }

// The state that the age of the lease in force asks for.
void DhcpMachine::settle(SteadyTime now) {
  offers_.clear();
  if (now < held_->after(held_->lease.renewal)) {
    enter(DhcpState::kBound, held_->after(held_->lease.renewal));
    look_pause_ = std::min(std::max(kFirstLook, look_pause_ * 2), kLastLook);
    look_at_ = wants_better() ? now + look_pause_ : SteadyTime::max();
    return;
  }
  transaction_ = port_.random();
  began_ = now;
  notes_ = 0;
  const bool rebinding = now >= held_->after(held_->lease.rebinding);
  enter(rebinding ? DhcpState::kRebinding : DhcpState::kRenewing, now);
  renew(now);
}

void DhcpMachine::lose(const std::string& why, SteadyTime now) {
  note(DhcpStepKind::kLost, absl::StrCat(held_->lease.address, " is given up: ", why), now, held_->lease.server,
       held_->lease.address);
  held_.reset();
  port_.release();
}

}  // namespace phone::network

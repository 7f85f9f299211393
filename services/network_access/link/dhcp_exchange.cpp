// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the DHCP client asks servers, and what it makes of their answers (RFC 2131 sections 4.3 and 4.4).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"
#include "services/network_access/link/dhcp_machine.hpp"
#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {
namespace {

constexpr std::chrono::seconds kTryEvery{2};     // a REQUEST
constexpr std::chrono::seconds kSlowest{8};      // between two DISCOVER
constexpr std::chrono::seconds kRenewEvery{60};  // RFC 2131 section 4.4.5
constexpr std::size_t kMostWords = 100;

// Why a server refuses, in its own words (option 56): ": \"no free address\"".
std::string words_of(const DhcpMessage& refusal) {
  const auto* words = refusal.option(DhcpOption::kMessage);
  const std::string clean = words == nullptr ? std::string() : text::printable(*words, kMostWords);
  return clean.empty() ? clean : absl::StrCat(": \"", clean, "\"");
}

}  // namespace

DhcpMessage DhcpMachine::message(DhcpType type, SteadyTime now) const {
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - began_).count();
  DhcpMessage message{.type = type,
                      .transaction = transaction_,
                      .seconds = static_cast<std::uint16_t>(std::min<std::int64_t>(passed, 0xffff)),
                      .hardware = settings_.own};
  const std::string hardware(settings_.own.begin(), settings_.own.end());
  message.set(DhcpOption::kClient, "\x01" + hardware);
  if (type == DhcpType::kDecline) return message;
  std::string parameters;
  // RFC 3442: 121 is to be asked for before 3.
  for (const DhcpOption option :
       {DhcpOption::kMask, DhcpOption::kClasslessRoutes, DhcpOption::kRouter, DhcpOption::kDns, DhcpOption::kDomain,
        DhcpOption::kTimeServers, DhcpOption::kVendor, DhcpOption::kLeaseTime, DhcpOption::kServer,
        DhcpOption::kRenewal, DhcpOption::kRebinding, DhcpOption::kTftpName, DhcpOption::kTftpServers}) {
    parameters += static_cast<char>(option);
  }
  message.set(DhcpOption::kParameters, parameters);
  message.set(DhcpOption::kMaxSize, std::string("\x05\xdc", 2));
  return message;
}

// Asks everybody for an address. Offers to any of the DISCOVER count, so late ones do.
void DhcpMachine::select(SteadyTime now) {
  new_exchange(now);
  enter(DhcpState::kSelecting, now);
  discover(now);
}

void DhcpMachine::discover(SteadyTime now) {
  auto ask = message(DhcpType::kDiscover, now);
  if (wanted_ != 0) ask.set_number(DhcpOption::kRequestedAddress, wanted_);
  if (!held_) {
    const std::string address = wanted_ == 0 ? "" : text_of_ipv4(wanted_);
    note(DhcpStepKind::kAsked, absl::StrCat("asks for an address", address.empty() ? "" : ", preferably " + address),
         now, "", address);
  }
  port_.send(ask, kBroadcast);
  const auto pause = std::min(kSlowest, std::chrono::seconds(2U << std::min(tries_ / 2, 4U)));
  ++tries_;
  next_ = now + pause + std::chrono::milliseconds(port_.random() % 500);
}

void DhcpMachine::offered(const DhcpMessage& message, SteadyTime now) {
  const std::string server = server_of(message), address = text_of_ipv4(message.yours);
  if (state_ != DhcpState::kSelecting) {
    if (state_ != DhcpState::kRebooting && bounded()) {
      note(DhcpStepKind::kNotTaken, absl::StrCat("offers ", address, ", which came after the choice"), now, server,
           address);
    }
    return;
  }
  const auto lease =
      server.empty() ? absl::InvalidArgumentError("it does not name its server (option 54)") : lease_of(message);
  if (!lease.ok()) {
    if (bounded()) {
      note(DhcpStepKind::kRefused, absl::StrCat("an offer cannot be used: ", std::string(lease.status().message())),
           now, server, address);
    }
    return;
  }
  const std::size_t before = offers_.size();
  if (!add_offer(offers_, {message, *lease, worth(*lease)})) return;
  if (offers_.size() > before) {
    note(DhcpStepKind::kOffered, absl::StrCat("offers ", address, "/", lease->prefix, " with ", named_by(*lease)), now,
         server, address);
  }
  const int best = best_worth(offers_);
  // With a lease in force only a better one counts.
  if (held_ && best < kWorthByOption) return;
  if (best == kWorthMost || !settings_.needs_servers) return choose_offer(now);
  const SteadyTime by = best >= kWorthByOption ? now + kCompare : began_ + kPatience;
  choose_by_ = std::max(std::min(choose_by_, by), now);
}

void DhcpMachine::choose_offer(SteadyTime now) {
  sort_offers(offers_, wanted_, settings_.needs_servers);
  const DhcpOffer& chosen = offers_.front();
  if (held_ && chosen.worth < kWorthByOption) return settle(now);
  note(DhcpStepKind::kChosen, absl::StrCat("its offer is taken: ", named_by(chosen.lease)), now, chosen.lease.server,
       chosen.lease.address);
  for (std::size_t i = 1; i < offers_.size(); ++i) {
    const DhcpOffer& other = offers_[i];
    note(DhcpStepKind::kNotTaken, why_not(other, chosen), now, other.lease.server, other.lease.address);
  }
  enter(DhcpState::kRequesting, now);
  request(now);
}

void DhcpMachine::request(SteadyTime now) {
  const DhcpOffer& chosen = offers_.front();
  auto ask = message(DhcpType::kRequest, now);
  ask.set_number(DhcpOption::kRequestedAddress, chosen.message.yours);
  ask.set_number(DhcpOption::kServer, *chosen.message.number(DhcpOption::kServer));
  if (tries_ == 0) sent_ = now;
  next_ = now + kTryEvery * (1U << tries_++);  // a server that is slow to offer is slow to grant
  port_.send(ask, kBroadcast);
}

// The next best one, or everything from the start.
void DhcpMachine::drop_offer(SteadyTime now) {
  offers_.erase(offers_.begin());
  if (!offers_.empty() && !(held_ && offers_.front().worth < kWorthByOption)) return choose_offer(now);
  held_ ? settle(now) : select(now);
}

// RFC 2131 section 3.2. A lease in force stays so meanwhile.
void DhcpMachine::reboot(SteadyTime now) {
  new_exchange(now);
  enter(DhcpState::kRebooting, now);
  confirm(now);
}

void DhcpMachine::confirm(SteadyTime now) {
  auto ask = message(DhcpType::kRequest, now);
  ask.set_number(DhcpOption::kRequestedAddress, wanted_);
  const std::string address = text_of_ipv4(wanted_);
  note(DhcpStepKind::kAsked, absl::StrCat("asks whether ", address, " may still be used"), now, "", address);
  ++tries_;
  sent_ = now;
  next_ = now + kTryEvery;
  port_.send(ask, kBroadcast);
}

void DhcpMachine::rebooted_without_answer(SteadyTime now) {
  if (denial_) {
    const DhcpMessage denial = *std::exchange(denial_, std::nullopt);
    if (held_) lose(absl::StrCat(server_of(denial), " refused it and no other server answered"), now);
    return select(now);
  }
  note(DhcpStepKind::kNoAnswer,
       held_ ? "no server answered; the lease has time left and stays in force" : "no server answered", now);
  held_ ? settle(now) : select(now);
}

void DhcpMachine::renew(SteadyTime now) {
  const bool rebinding = state_ == DhcpState::kRebinding;
  auto ask = message(DhcpType::kRequest, now);
  ask.client = held_->acknowledgement.yours;
  if (tries_++ > 0) {
    note(DhcpStepKind::kNoAnswer,
         rebinding ? "no server answers to renew the lease" : "does not answer to renew the lease", now,
         rebinding ? "" : held_->lease.server, held_->lease.address);
  }
  sent_ = now;
  const SteadyTime end = rebinding ? held_->end() : held_->after(held_->lease.rebinding);
  const auto half = std::max<SteadyTime::duration>((end - now) / 2, std::chrono::seconds(1));
  next_ = std::min(end, now + std::min<SteadyTime::duration>(half, kRenewEvery));
  const auto server = held_->acknowledgement.number(DhcpOption::kServer);
  port_.send(ask, rebinding || !server ? kBroadcast : *server);
}

void DhcpMachine::received(const DhcpMessage& message, SteadyTime now) {
  if (!message.reply || message.transaction != transaction_ || message.hardware != settings_.own || !link_) return;
  if (message.type == DhcpType::kOffer) offered(message, now);
  if (message.type == DhcpType::kAck) granted(message, now);
  if (message.type == DhcpType::kNak) denied(message, now);
}

void DhcpMachine::granted(const DhcpMessage& message, SteadyTime now) {
  const bool requesting = state_ == DhcpState::kRequesting;
  if (!requesting && state_ != DhcpState::kRebooting && state_ != DhcpState::kRenewing &&
      state_ != DhcpState::kRebinding) {
    return;
  }
  const std::string server = server_of(message), address = text_of_ipv4(message.yours);
  if (requesting && server != offers_.front().lease.server) return;
  auto lease = lease_of(message);
  if (!lease.ok()) {
    if (bounded())
      note(DhcpStepKind::kRefused, absl::StrCat("its answer cannot be used: ", std::string(lease.status().message())),
           now, server, address);
    if (requesting) drop_offer(now);
    return;
  }
  HeldLease granted{.lease = *std::move(lease), .acknowledgement = message, .obtained = sent_};
  if (held_ && held_->acknowledgement.yours == message.yours) return put_in_force(std::move(granted), true, now);
  note(DhcpStepKind::kGranted,
       absl::StrCat("grants ", address, "/", granted.lease.prefix, " ", length_of(granted.lease)), now, server,
       address);
  check(std::move(granted), now);
}

void DhcpMachine::denied(const DhcpMessage& message, SteadyTime now) {
  const std::string server = server_of(message);
  if (state_ == DhcpState::kRequesting) {
    if (server != offers_.front().lease.server) return;
    note(DhcpStepKind::kDenied, absl::StrCat("refuses what it had offered", words_of(message)), now, server,
         offers_.front().lease.address);
    return drop_offer(now);
  }
  const bool asked =
      state_ == DhcpState::kRebooting || state_ == DhcpState::kRenewing || state_ == DhcpState::kRebinding;
  if (!asked) return;
  const std::string address = text_of_ipv4(wanted_);
  const bool of_another = held_ && server != held_->lease.server;
  // Whether another server knows the address says nothing while the one that granted it may still answer.
  if (of_another && state_ != DhcpState::kRebinding) {
    if (!bounded()) return;
    note(DhcpStepKind::kDenied, absl::StrCat("refuses the address, which another server granted", words_of(message)),
         now, server, address);
    if (state_ == DhcpState::kRebooting) denial_ = message;
    return;
  }
  note(DhcpStepKind::kDenied, absl::StrCat("refuses the address", words_of(message)), now, server, address);
  if (held_) lose(absl::StrCat(server, " refuses it"), now);
  wanted_ = 0;
  select(now);
}

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/network_access/link/dhcp_message.hpp"
#include "services/network_access/link/dhcp_offer.hpp"
#include "services/network_access/link/dhcp_story.hpp"
#include "services/network_access/link/lease.hpp"

// The DHCP client (RFC 2131 section 4.4): compares the offers by what a phone needs, looks whether an address is free
// before it uses it (RFC 5227), asks for its previous address, and tells what happened. Time is a parameter.
namespace phone::network {

enum class DhcpState : std::uint8_t {
  kOff,         // not wanted
  kNoLink,      // a lease that was in force stays so
  kRebooting,   // asks whether the previous lease still holds (RFC 2131 section 3.2)
  kSelecting,   // DISCOVER was sent, offers are collected
  kRequesting,  // an offer was chosen
  kChecking,    // granted; does another device answer for the address?
  kDeclined,    // one does: a pause before the next DISCOVER
  kBound,
  kRenewing,   // after T1, asks the server that granted it
  kRebinding,  // after T2, asks all
};

struct HeldLease {
  Lease lease;
  DhcpMessage acknowledgement;  // from which it was read
  SteadyTime obtained{};        // when it was asked for
  SteadyTime after(std::uint32_t seconds) const;
  SteadyTime end() const { return after(lease.seconds); }
  friend bool operator==(const HeldLease&, const HeldLease&) = default;
};

// What the client does to the world.
class DhcpPort {
 public:
  virtual ~DhcpPort() = default;
  // To kBroadcast from no address; else from `message.client`.
  virtual void send(const DhcpMessage& message, Ipv4 to) = 0;
  virtual void send(const ArpPacket& packet) = 0;
  // In force from now on, in place of the previous one; also after each renewal.
  virtual void hold(const HeldLease& held) = 0;
  // None is in force any more.
  virtual void release() = 0;
  virtual std::uint32_t random() = 0;
};

class DhcpMachine {
 public:
  struct Settings {
    Mac own{};
    // Without any other source of provisioning servers, an offer that names none has to wait for a better one.
    bool needs_servers = true;
  };
  static constexpr std::chrono::seconds kPatience{8};        // for an offer with provisioning servers
  static constexpr std::chrono::milliseconds kCompare{500};  // for one with option 150 instead of 66 or 43
  static constexpr std::chrono::seconds kDeclinePause{10};   // RFC 2131 section 3.1, 5
  static constexpr int kProbes = 3;
  static constexpr std::chrono::milliseconds kProbeEvery{250};

  DhcpMachine(DhcpPort& port, Settings settings) : port_(port), settings_(settings) {}

  // `before`: the lease of a predecessor. In force: its address is in use and time is left; else it is only asked for.
  void start(std::optional<HeldLease> before, bool in_force, bool link, SteadyTime now);
  // A lease in force stays with the kernel.
  void stop();
  void link(bool up, SteadyTime now);
  void received(const DhcpMessage& message, SteadyTime now);
  void received(const ArpPacket& packet, SteadyTime now);
  // When turn() is to be called next; max(): not before an event.
  SteadyTime due() const;
  void turn(SteadyTime now);

  DhcpState state() const { return state_; }
  const std::optional<HeldLease>& held() const { return held_; }
  // The address under detection; 0: none.
  Ipv4 checking() const { return granted_ ? granted_->acknowledgement.yours : 0; }
  const DhcpStory& story() const { return story_; }
  void note(DhcpStepKind kind, std::string text, SteadyTime now, const std::string& server = {},
            const std::string& address = {});

 private:
  void enter(DhcpState state, SteadyTime next);
  void new_exchange(SteadyTime now);
  DhcpMessage message(DhcpType type, SteadyTime now) const;
  void select(SteadyTime now);
  void discover(SteadyTime now);
  void reboot(SteadyTime now);
  void confirm(SteadyTime now);
  void rebooted_without_answer(SteadyTime now);
  void renew(SteadyTime now);
  void request(SteadyTime now);
  void offered(const DhcpMessage& message, SteadyTime now);
  void choose_offer(SteadyTime now);
  void drop_offer(SteadyTime now);
  void granted(const DhcpMessage& message, SteadyTime now);
  void denied(const DhcpMessage& message, SteadyTime now);
  void check(HeldLease lease, SteadyTime now);
  void probe(SteadyTime now);
  void conflict(const Mac& other, SteadyTime now);
  void put_in_force(HeldLease lease, bool again, SteadyTime now);
  void settle(SteadyTime now);
  void lose(const std::string& why, SteadyTime now);
  bool bounded();
  bool wants_better() const;

  DhcpPort& port_;
  const Settings settings_;
  DhcpState state_ = DhcpState::kOff;
  bool link_ = false;
  std::optional<HeldLease> held_;      // in force
  std::optional<HeldLease> granted_;   // kChecking
  Ipv4 wanted_ = 0;                    // asked for
  std::optional<DhcpMessage> denial_;  // kRebooting: from another server than the one that had granted it
  std::vector<DhcpOffer> offers_;      // the chosen one first, in kRequesting
  std::uint32_t transaction_ = 0;
  SteadyTime began_{}, sent_{};  // the exchange, its last message
  SteadyTime next_ = SteadyTime::max();
  SteadyTime choose_by_ = SteadyTime::max();
  SteadyTime look_at_ = SteadyTime::max();  // for a better server, while bound
  SteadyTime defended_{};
  std::chrono::seconds look_pause_{};
  unsigned tries_ = 0, notes_ = 0;
  DhcpStory story_;
};

}  // namespace phone::network

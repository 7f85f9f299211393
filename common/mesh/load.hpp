// load.hpp -- how much is in flight, in the whole process and for one role, so that no caller can fill the mailboxes
// behind us.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <utility>

#include "common/mesh/call_info.hpp"

namespace phone::mesh {

struct Limits {
  int unary = 256;  // actors' mailboxes have no bound of their own; 256 answers of 1 ms are a quarter of a second
  int unary_per_role = 64;
  int streams = 64;
  int streams_per_role = 32;
};

class Load {
 public:
  explicit Load(Limits limits) : limits_(limits) {}
  bool enter(bool stream, Role role) {
    Counter& counter = stream ? streams_ : unary_;
    const int most = stream ? limits_.streams : limits_.unary;
    const int most_of_role = stream ? limits_.streams_per_role : limits_.unary_per_role;
    if (counter.all.fetch_add(1) < most) {
      if (counter.of_role[index(role)].fetch_add(1) < most_of_role) return true;
      counter.of_role[index(role)].fetch_sub(1);
    }
    counter.all.fetch_sub(1);
    return false;
  }
  void leave(bool stream, Role role) {
    Counter& counter = stream ? streams_ : unary_;
    counter.of_role[index(role)].fetch_sub(1);
    counter.all.fetch_sub(1);
  }
  int unary() const { return unary_.all; }
  int streams() const { return streams_.all; }

 private:
  static constexpr size_t kRoles = 16;
  static size_t index(Role role) { return static_cast<size_t>(role) % kRoles; }
  struct Counter {
    std::atomic<int> all = 0;
    std::array<std::atomic<int>, kRoles> of_role = {};
  };
  const Limits limits_;
  Counter unary_, streams_;
};

// One place in the load, given back when the ticket goes.
class Ticket {
 public:
  Ticket() = default;
  static Ticket take(std::shared_ptr<Load> load, bool stream, Role role) {
    Ticket ticket;
    if (load->enter(stream, role)) ticket.load_ = std::move(load);
    ticket.stream_ = stream;
    ticket.role_ = role;
    return ticket;
  }
  Ticket(Ticket&& other) noexcept { *this = std::move(other); }
  Ticket& operator=(Ticket&& other) noexcept {
    release();
    load_ = std::exchange(other.load_, nullptr);
    stream_ = other.stream_;
    role_ = other.role_;
    return *this;
  }
  ~Ticket() { release(); }
  void release() {
    if (load_) load_->leave(stream_, role_);
    load_.reset();
  }
  explicit operator bool() const { return load_ != nullptr; }

 private:
  std::shared_ptr<Load> load_;
  bool stream_ = false;
  Role role_ = v1::ROLE_UNSPECIFIED;
};

}  // namespace phone::mesh

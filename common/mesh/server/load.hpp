// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// load.hpp -- how much is in flight, in the whole process, for one role, and for one role of a method that is dear, so
// that no caller can fill the mailboxes behind us, and a few callers together cannot shut the others out; and how many
// bytes a role may ask us to parse.
#pragma once

#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "common/mesh/call/call_info.hpp"
#include "common/mesh/call/method_table.hpp"
#include "common/rate/token_bucket.hpp"

namespace phone::mesh {

struct Limits {
  int unary = 256;  // actors' mailboxes have no bound of their own; 256 answers of 1 ms are a quarter of a second
  int unary_per_role = 64;
  int unary_reserved = 4;  // places of each role that no other role can take; part of the total
  int streams = 64;
  int streams_per_role = 32;
  int streams_reserved = 2;
};

class Load {
 public:
  explicit Load(Limits limits)
      : unary_(limits.unary, limits.unary_per_role, limits.unary_reserved),
        streams_(limits.streams, limits.streams_per_role, limits.streams_reserved) {}
  // `row`: the method, when it has a limit of its own.
  absl::Status enter(bool stream, Role role, const MethodRow* row) {
    if (row != nullptr && !enter_expensive(*row, role)) {
      return absl::ResourceExhaustedError(absl::StrCat("too many calls of ",
                                                       absl::string_view(row->method.data(), row->method.size()),
                                                       " in progress: at most ", row->in_flight, " at a time"));
    }
    if (places(stream).enter(role)) return absl::OkStatus();
    if (row != nullptr) leave_expensive(*row, role);
    return absl::ResourceExhaustedError("too many calls in progress");
  }
  void leave(bool stream, Role role, const MethodRow* row) {
    places(stream).leave(role);
    if (row != nullptr) leave_expensive(*row, role);
  }
  // Requests larger than what every method takes are paid for by their caller, whatever comes of them; one in debt is
  // refused before the next is read.
  void pay(Role role, size_t bytes, absl::Time now) {
    if (bytes <= kLargestRequest) return;
    const std::lock_guard lock(mutex_);
    bytes_.try_emplace(role, kBytes, kBytesPerSecond).first->second.owe(static_cast<double>(bytes), now);
  }
  absl::Status solvent(Role role, absl::Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = bytes_.find(role);
    if (found == bytes_.end() || found->second.take(0, now)) return absl::OkStatus();
    return absl::ResourceExhaustedError("too many large requests within a second");
  }
  int unary() const { return unary_.taken(); }
  int streams() const { return streams_.taken(); }

 private:
  static constexpr double kBytes = 24.0 * 1024 * 1024, kBytesPerSecond = 6.0 * 1024 * 1024;
  // The places of calls, or of streams. Each role has some of its own; beyond them it takes from those that all share.
  class Places {
   public:
    // A total too small for `reserved` places of every role leaves each its equal part.
    Places(int all, int per_role, int reserved) : per_role_(per_role) {
      const auto roles = role_table();
      const int own = std::min({reserved, per_role, all / static_cast<int>(roles.size())});
      for (const RoleRow& row : roles) own_[index(static_cast<Role>(row.number))] = own;
      shared_ = all - own * static_cast<int>(roles.size());
    }
    bool enter(Role role) {
      const std::lock_guard lock(mutex_);
      int& taken = of_role_[index(role)];
      if (taken >= per_role_) return false;
      if (taken >= own_[index(role)]) {
        if (shared_taken_ >= shared_) return false;
        ++shared_taken_;
      }
      ++taken;
      ++taken_;
      return true;
    }
    void leave(Role role) {
      const std::lock_guard lock(mutex_);
      int& taken = of_role_[index(role)];
      if (taken > own_[index(role)]) --shared_taken_;
      --taken;
      --taken_;
    }
    int taken() const {
      const std::lock_guard lock(mutex_);
      return taken_;
    }

   private:
    static constexpr size_t kRoles = 16;
    static size_t index(Role role) { return static_cast<size_t>(role) % kRoles; }
    const int per_role_;
    int shared_ = 0;
    std::array<int, kRoles> own_ = {};
    mutable std::mutex mutex_;
    int taken_ = 0, shared_taken_ = 0;
    std::array<int, kRoles> of_role_ = {};
  };
  Places& places(bool stream) { return stream ? streams_ : unary_; }
  bool enter_expensive(const MethodRow& row, Role role) {
    const std::lock_guard lock(mutex_);
    uint32_t& under_way = expensive_[{&row, role}];
    if (under_way >= row.in_flight) return false;
    ++under_way;
    return true;
  }
  void leave_expensive(const MethodRow& row, Role role) {
    const std::lock_guard lock(mutex_);
    --expensive_[{&row, role}];
  }
  Places unary_, streams_;
  std::mutex mutex_;  // for methods with a price only
  std::map<std::pair<const MethodRow*, Role>, uint32_t> expensive_;
  std::map<Role, TokenBucket> bytes_;
};

// One place in the load, given back when the ticket is destroyed.
class AdmissionTicket {
 public:
  AdmissionTicket() = default;
  static absl::StatusOr<AdmissionTicket> take(std::shared_ptr<Load> load, bool stream, Role role,
                                              const MethodRow& row) {
    AdmissionTicket admission;
    admission.stream_ = stream;
    admission.role_ = role;
    admission.row_ = row.in_flight > 0 ? &row : nullptr;
    if (auto entered = load->enter(stream, role, admission.row_); !entered.ok()) return entered;
    admission.load_ = std::move(load);
    return admission;
  }
  AdmissionTicket(AdmissionTicket&& other) noexcept { *this = std::move(other); }
  AdmissionTicket& operator=(AdmissionTicket&& other) noexcept {
    release();
    load_ = std::exchange(other.load_, nullptr);
    stream_ = other.stream_;
    role_ = other.role_;
    row_ = other.row_;
    return *this;
  }
  ~AdmissionTicket() { release(); }
  void release() {
    if (load_) load_->leave(stream_, role_, row_);
    load_.reset();
  }
  explicit operator bool() const { return load_ != nullptr; }

 private:
  std::shared_ptr<Load> load_;
  bool stream_ = false;
  Role role_ = v1::ROLE_UNSPECIFIED;
  const MethodRow* row_ = nullptr;
};

}  // namespace phone::mesh

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// load.hpp -- how much is in flight, in the whole process, for one role, and for one role of a method that is dear, so
// that no caller can fill the mailboxes behind us; and how many bytes a role may ask us to parse.
#pragma once

#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "common/mesh/call/call_info.hpp"
#include "common/mesh/call/method_table.hpp"
#include "common/mesh/guard/budget.hpp"

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
  // `row`: the method, when it has a limit of its own.
  absl::Status enter(bool stream, Role role, const MethodRow* row) {
    if (row != nullptr && !enter_expensive(*row, role)) {
      return absl::ResourceExhaustedError(absl::StrCat("too many calls of ",
                                                       absl::string_view(row->method.data(), row->method.size()),
                                                       " in progress: at most ", row->in_flight, " at a time"));
    }
    if (enter(stream, role)) return absl::OkStatus();
    if (row != nullptr) leave_expensive(*row, role);
    return absl::ResourceExhaustedError("too many calls in progress");
  }
  void leave(bool stream, Role role, const MethodRow* row) {
    leave(stream, role);
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
  int unary() const { return unary_.all; }
  int streams() const { return streams_.all; }

 private:
  static constexpr double kBytes = 24.0 * 1024 * 1024, kBytesPerSecond = 6.0 * 1024 * 1024;
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
  static constexpr size_t kRoles = 16;
  static size_t index(Role role) { return static_cast<size_t>(role) % kRoles; }
  struct Counter {
    std::atomic<int> all = 0;
    std::array<std::atomic<int>, kRoles> of_role = {};
  };
  const Limits limits_;
  Counter unary_, streams_;
  std::mutex mutex_;  // of what is dear alone
  std::map<std::pair<const MethodRow*, Role>, uint32_t> expensive_;
  std::map<Role, Budget> bytes_;
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

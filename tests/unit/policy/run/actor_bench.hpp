// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/policy/run/provisioning_actor.hpp"

namespace phone::policy::actors {

inline Configuration complete(const std::string& stamp) {
  Configuration configuration;
  configuration.version_stamp = stamp;
  configuration.lines = {{.number = 1, .directory_number = "1001"}};
  return configuration;
}

inline RunResult run_of(const std::string& stamp) {
  return {.end = RunOutcome::kComplete,
          .configuration = complete(stamp),
          .encrypted = true,
          .device_name = "SEP1",
          .server = "srv"};
}

// The actor with hands that write down what they are told to do.
class Bench {
 public:
  explicit Bench(State initial = {}, TrialTimes trial = {}) {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", 1);
    system_ = std::make_unique<caf::actor_system>(config_);
    actor_ = system_->spawn(
        &provisioning, std::move(initial),
        ProvisioningDelegate{.publish = [this](const Policy& policy) { note([&] { published.push_back(policy); }); },
                             .save =
                                 [this](const State& state) {
                                   absl::Status status;
                                   note([&] {
                                     saved.push_back(state);
                                     status = save_status;
                                   });
                                   return status;
                                 },
                             .trial = trial,
                             .save_again = std::chrono::milliseconds(20),
                             .start_run = [this](RunInput input) { note([&] { rounds.push_back(std::move(input)); }); },
                             .cancel_run = [this] { note([&] { ++cancels; }); },
                             .tell = [this](std::string kind, mesh::Severity, std::string,
                                            bool) { note([&] { told.push_back(std::move(kind)); }); },
                             .tell_lowered =
                                 [this](const std::vector<Downgrade>& lowered, const Source& source) {
                                   note([&] { lowerings.push_back(lowering_text(lowered, source)); });
                                 },
                             .order_factory_reset =
                                 [this] {
                                   absl::Status status;
                                   note([&] {
                                     ++factory_resets;
                                     status = save_status;
                                   });
                                   return status;
                                 },
                             .set_password =
                                 [this](const std::string& password, bool fips, const std::string&) {
                                   note([&] { passwords.push_back(password + (fips ? " fips" : "")); });
                                 }});
  }
  ~Bench() {
    for (std::thread& one : asking_) one.join();
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
    actor_ = nullptr;
    system_.reset();
  }
  void make_room() {
    note([&] { save_status = absl::OkStatus(); });
  }
  template <class Message>
  void send(Message message) {
    caf::anon_send(actor_, std::move(message));
  }
  // Why it was refused; empty: it was not.
  std::string reset(const std::string& reason, bool factory = false) {
    caf::scoped_actor self(*system_);
    std::string refused;
    self->request(actor_, std::chrono::seconds(5), ResetRequest{.reason = reason, .factory = factory})
        .receive([](const std::string&) {},
                 [&](const caf::error& error) { refused = std::string(mesh::to_status(error).message()); });
    return refused;
  }
  Status status() {
    caf::scoped_actor self(*system_);
    Status answer;
    self->request(actor_, std::chrono::seconds(5), StatusRequest{})
        .receive([&](const Status& status) { answer = status; },
                 [](const caf::error&) { ADD_FAILURE() << "no answer"; });
    return answer;
  }
  // What a refetch is answered, as it comes.
  void refetch() {
    asking_.emplace_back([this] {
      caf::scoped_actor self(*system_);
      self->request(actor_, std::chrono::seconds(20), RefetchRequest{"reset"})
          .receive([&](const Refetched& answer) { note([&] { refetched.push_back(answer); }); },
                   [&](const caf::error& error) {
                     note([&] { refused.push_back(std::string(mesh::to_status(error).message())); });
                   });
    });
  }
  template <class Condition>
  bool becomes(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), condition);
  }

  std::vector<Policy> published;
  std::vector<State> saved;
  std::vector<RunInput> rounds;
  std::vector<std::string> told;
  std::vector<std::string> lowerings;
  std::vector<std::string> passwords;
  int cancels = 0;
  int factory_resets = 0;
  std::vector<Refetched> refetched;
  std::vector<std::string> refused;
  absl::Status save_status;

 private:
  template <class Action>
  void note(Action action) {
    const std::lock_guard lock(mutex_);
    action();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  ProvisioningActor actor_;
  std::vector<std::thread> asking_;
};

}  // namespace phone::policy::actors

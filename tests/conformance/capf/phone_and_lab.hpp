// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/all.hpp>

#include "common/mesh/actor/actor_error.hpp"
#include "services/certificate_manager/certificate_store_actor.hpp"
#include "services/certificate_manager/enrolment/capf_client.hpp"
#include "tools/lab/enrolment/capf.hpp"

// A phone's key holder with its own token, its CAPF client, and the lab's CAPF server; time is what the test says.
namespace phone::certificates {

inline constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

class PhoneAndLab : public testing::Test {
 public:
  template <class Result, class Message>
  absl::StatusOr<Result> ask_store(const Message& message) {
    return ask<Result>(message);
  }

 protected:
  static void SetUpTestSuite();
  void SetUp() override;
  void TearDown() override;

  template <class Result, class Message>
  absl::StatusOr<Result> ask(Message message) {
    caf::scoped_actor self(*system_);
    absl::StatusOr<Result> result = absl::UnknownError("no answer");
    self->request(certificate_store_, std::chrono::seconds(120), std::move(message))
        .receive([&](Result& answer) { result = std::move(answer); },
                 [&](caf::error& error) { result = mesh::to_status(error); });
    return result;
  }
  void tell(caf::message message);  // and waits until it has been worked on

  // What the call manager has scheduled, and how it wants to know us.
  void schedule(lab::CapfOperation operation, lab::CapfAuth auth, lab::KeyOrder key = {}, std::string string = {});
  std::uint64_t order(CapfAuthentication authentication, const std::string& string = {});
  // Works on the order that stands, as the enrolment process does, and reports its end.
  enrolment::SessionResult work();
  LookupAnswer sip_identity() { return *ask<LookupAnswer>(LookupRequest{Caller::kSignaling, Purpose::kSipTls, {}}); }
  bool signs(const KeyId& key);
  std::vector<std::string> events() const;  // their texts, oldest first
  lab::CapfSession session();

  static inline std::filesystem::path dir_;
  absl::Time now_ = absl::Now();
  std::optional<lab::Pki> pki_;
  std::unique_ptr<lab::Devices> devices_;
  std::uint32_t sessions_ = 7;
  bool lab_renews_ = false;
  bool server_is_away_ = false;
  int lsc_days_ = 365;
  bool proven_by_hardware_ = false;
  std::vector<enrolment::Progress> progress_;

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  mesh::EventLog event_log_{"test"};
  TokenActor signer_, maker_;
  CertificateStoreActor certificate_store_;
  std::mutex mutex_;
  Order standing_;
};

}  // namespace phone::certificates

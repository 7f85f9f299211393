// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include <caf/fwd.hpp>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/mesh/server/router.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "services/certificate_manager/certificate_store_actor.hpp"

// The two gRPC services of this process: CertificateManager for all services, EnrolmentKeys only for the enrolment
// process.
namespace phone::certificates {

class CertificateRpc {
 public:
  CertificateRpc(caf::actor_system& system, CertificateStoreActor certificate_store, const mesh::Paths& paths);
  ~CertificateRpc();

  void serve(mesh::Router& router, const mesh::Latest<v1::CertificateState>& state,
             const mesh::Latest<v1::EnrolmentOrder>& orders, const mesh::EventLog& event_log);
  // Follows the policy; what it says never delays an answer.
  void follow_policy();
  void stop();

 private:
  struct Peers;
  void serve_enrolment(mesh::Router& router, const mesh::Latest<v1::EnrolmentOrder>& orders);

  caf::actor_system& system_;
  const CertificateStoreActor certificate_store_;
  const std::unique_ptr<Peers> peers_;
};

}  // namespace phone::certificates

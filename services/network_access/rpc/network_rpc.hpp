// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>

#include "common/mesh/call/latest.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/mesh/server/router.hpp"
#include "services/network_access/access/access_actor.hpp"
#include "services/network_access/rpc/convert.hpp"
#include "services/network_access/time/time_keeper.hpp"

namespace phone::network {

class NetworkRpc {
 public:
  NetworkRpc(caf::actor_system& system, const mesh::Paths& paths);
  ~NetworkRpc();

  void serve(mesh::Router& router, const mesh::Latest<v1::NetworkFacts>& facts, const mesh::EventLog& event_log,
             AccessActor wire, AccessActor wlan);  // none: the phone has no such port
  // Each call manager's Date goes to `take`, which answers on any thread.
  using TakeDate =
      std::function<void(std::string server, absl::Time date, std::function<void(const DateVerdict&)> done)>;
  void take_dates(mesh::Router& router, TakeDate take);
  // Watches policy, trust_store and certificate_manager. Delays nothing: until they answer, the stored policies hold.
  void follow(std::function<void(AccessPolicy, PortPolicy)> policy, std::function<void(TimePolicy)> time,
              std::function<void(AuthoritiesListed)> authorities,
              std::function<void(CertificatesChanged)> certificates);
  void stop();

 private:
  template <class Message, class Answer>
  void serve_profile(mesh::Router& router, const char* method, const AccessActor& actor);
  struct Peers;
  caf::actor_system& system_;
  const std::unique_ptr<Peers> peers_;
};

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/network_servers.hpp"

#include <algorithm>

#include "common/http/plain.hpp"

namespace phone::policy {

NetworkServers::Answer NetworkServers::update(const NetworkFacts& facts) {
  Answer answer;
  if (!facts.link_up || facts.addresses.empty()) return answer;
  answer.moved = !addresses_.empty() && std::none_of(facts.addresses.begin(), facts.addresses.end(),
                                                     [&](const std::string& one) { return addresses_.contains(one); });
  addresses_ = {facts.addresses.begin(), facts.addresses.end()};
  for (const std::string& server : facts.servers) {
    if (answer.servers.size() < kMostServers && http::plain_host(server)) answer.servers.push_back(server);
  }
  return answer;
}

}  // namespace phone::policy

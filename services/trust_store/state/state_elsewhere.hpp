// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// For the files of TrustStoreState: how it judges on another thread.
#pragma once

#include <memory>
#include <utility>

#include "services/trust_store/state/trust_store_state.hpp"

namespace phone::trust {

template <class V>
void TrustStoreState::judge_elsewhere(QueueKind queue, std::function<V(const TrustLists&, KeyPolicy)> rule,
                                      std::function<void(V)> then) {
  const std::shared_ptr<const InstalledLists> basis = installed_lists_;
  const KeyPolicy policy_then = policy();
  Work work = [=, this]() -> std::function<void()> {
    const auto verdict = std::make_shared<V>(rule(basis->lists(), policy_then));
    return [=, this] {
      if (basis != installed_lists_ || policy_then.fips != policy().fips) return judge_elsewhere<V>(queue, rule, then);
      then(std::move(*verdict));
    };
  };
  if (delegate_.elsewhere != nullptr) return delegate_.elsewhere(queue, std::move(work));
  work()();
}

}  // namespace phone::trust

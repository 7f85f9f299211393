// For the keeper's own files: how it judges away from its thread.
#pragma once

#include <memory>
#include <utility>

#include "services/trust_store/trust_store_state.hpp"

namespace phone::trust {

template <class V>
void Keeper::judge_elsewhere(Bench bench, std::function<V(const Lists&, KeyPolicy)> rule, std::function<void(V)> then) {
  const std::shared_ptr<const InForce> basis = in_force_;
  const KeyPolicy policy_then = policy();
  Work work = [=, this]() -> std::function<void()> {
    const auto verdict = std::make_shared<V>(rule(basis->lists(), policy_then));
    return [=, this] {
      if (basis != in_force_ || policy_then.fips != policy().fips) return judge_elsewhere<V>(bench, rule, then);
      then(std::move(*verdict));
    };
  };
  if (outside_.elsewhere != nullptr) return outside_.elsewhere(bench, std::move(work));
  work()();
}

}  // namespace phone::trust

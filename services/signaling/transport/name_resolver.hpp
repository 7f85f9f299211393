// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace phone::signaling {

// Resolves the host names of far ends, one after the other on a thread of its own: the name servers decide how long
// that takes. The thread begins with the first name.
class NameResolver {
 public:
  using Addresses = absl::StatusOr<std::vector<std::string>>;  // numeric, in the resolver's order; never empty
  using Done = std::function<void(Addresses)>;

  NameResolver();
  ~NameResolver();
  NameResolver(const NameResolver&) = delete;
  NameResolver& operator=(const NameResolver&) = delete;

  // `done` is called once, on the thread or, when too many names wait, at once.
  void resolve(std::string host, Done done);
  // No `done` is called any more. Does not wait for a name server.
  void stop();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace phone::signaling

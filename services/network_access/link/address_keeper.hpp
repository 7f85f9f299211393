// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/os/descriptor.hpp"
#include "services/network_access/link/address_plan.hpp"

namespace phone::network {

// Keeps the kernel's address and routes of one port as the lease in force says, whatever else changes them.
class AddressKeeper {
 public:
  struct Outcome {
    bool there = true;                  // the address is there now; true when none is wanted
    std::vector<std::string> repaired;  // was gone though it had been set before, and is there again
    std::vector<std::string> failures;  // with the kernel's reasons
  };

  AddressKeeper();
  // Of which port from now on; takes away what it had set on the other.
  void use(const std::string& port);
  // A predecessor set this one: it goes when another one comes.
  void had(Ipv4 address) { ours_.push_back(address); }
  // None: what was set goes.
  Outcome want(std::optional<WantedState> wanted);
  // Sets what is missing.
  Outcome look();
  // Readable when the kernel's routes or addresses have changed, of any port; -1: cannot be watched.
  int fd() const { return changes_.get(); }
  void drain();

 private:
  Outcome reconcile(bool fresh);

  os::Descriptor changes_;
  std::string port_;
  std::optional<WantedState> wanted_;
  std::vector<Ipv4> ours_;
};

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// method_table.hpp -- every method of our .proto files and its callers, as constants: made from the
// descriptors at build time, so that a process need not build descriptors (0.3 MB and some milliseconds each) to know
// its own methods. Only reflection builds them, when asked.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace phone::mesh {

struct MethodRow {
  std::string_view service;         // "phone.trust.v1.TrustStore"
  std::string_view method;          // "VerifyPeer"
  std::string_view request, reply;  // full names of the messages
  bool client_streams, server_streams;
  uint32_t callers;          // bit n: the role with number n is among the `callers` of the .proto
  uint32_t largest_request;  // bytes
  uint32_t in_flight;        // of one role at a time; 0: no limit of its own
};
struct RoleRow {
  int number;
  std::string_view name;  // "trust_store", of ROLE_TRUST_STORE
};

inline constexpr uint32_t kLargestRequest = 64 * 1024;  // of a method whose .proto names no price

// Sorted by service and method.
std::span<const MethodRow> method_table();
// The rows of one service; empty where no .proto has it.
std::span<const MethodRow> methods_of(std::string_view service);
// Without ROLE_UNSPECIFIED.
std::span<const RoleRow> role_table();

}  // namespace phone::mesh

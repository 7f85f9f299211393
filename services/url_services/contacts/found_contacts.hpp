// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// The answer of UDS to a search: XML of a server, read within limits (cucm-calls.md 8.8).
namespace phone::url_services {

inline constexpr std::size_t kMostAnswerBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMostContacts = 64;          // what UDS itself gives at most
inline constexpr std::size_t kMostAnswerNodes = 300'000;  // elements, texts and attributes: 5,000 users have 200,000
inline constexpr int kDeepestAnswer = 8;
inline constexpr std::size_t kMostFieldBytes = 128;

// Text of the server, clean and bounded.
struct Contact {
  std::string name;
  std::string number;  // the first there is of the work, home and mobile numbers
  std::string home_number, mobile_number;
  std::string user;
  std::string mail;
  std::string uri;
  std::string department;
  std::string title;
  friend bool operator==(const Contact&, const Contact&) = default;
};

struct FoundContacts {
  std::vector<Contact> contacts;  // at most kMostContacts, in the order of the server
  std::uint32_t total = 0;        // as many as the server says there are, and no fewer than it sent
  friend bool operator==(const FoundContacts&, const FoundContacts&) = default;
};

// INVALID_ARGUMENT for what is not such an answer, RESOURCE_EXHAUSTED for one beyond the limits. A user without a name
// and without a number is left out.
absl::StatusOr<FoundContacts> read_found_contacts(std::string_view xml);

}  // namespace phone::url_services

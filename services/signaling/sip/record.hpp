// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

// A record of this process for the next one: a line "name value" for each fact, the value percent-encoded.
namespace phone::signaling {

class RecordWriter {
 public:
  void text(std::string_view name, std::string_view value);
  void count(std::string_view name, uint64_t value);
  std::string take() { return std::move(record_); }

 private:
  std::string record_;
};

// A fact as it is read: any bytes on flash are some facts.
struct RecordedFact {
  std::string_view name;
  std::string value;
  uint64_t count = 0;  // the value as a number; 0 for what is none
};
void read_record(std::string_view record, const std::function<void(const RecordedFact&)>& each);

}  // namespace phone::signaling

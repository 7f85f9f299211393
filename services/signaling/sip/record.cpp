// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/record.hpp"

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

void RecordWriter::text(std::string_view name, std::string_view value) {
  const std::string encoded =
      percent_encoded(value, [](char c) { return c != '%' && c != '\n' && c != '\r' && c != '\0'; });
  record_ += cat(name, " ", encoded, "\n");
}

void RecordWriter::count(std::string_view name, uint64_t value) { record_ += cat(name, " ", value, "\n"); }

void read_record(std::string_view record, const std::function<void(const RecordedFact&)>& each) {
  while (!record.empty()) {
    std::string_view line = take_until(record, '\n');
    const std::string_view name = take_until(line, ' ');
    RecordedFact fact{.name = name, .value = percent_decoded(line)};
    fact.count = number(fact.value).value_or(0);
    each(fact);
  }
}

}  // namespace phone::signaling

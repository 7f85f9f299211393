// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Any bytes are a bounded list of contacts in clean text, or a reason for the refusal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/text/foreign_text.hpp"
#include "services/url_services/contacts/found_contacts.hpp"

namespace {

using namespace phone::url_services;

void must(bool true_) {
  if (!true_) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto found = read_found_contacts(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!found.ok()) {
    must(!found.status().message().empty());
    return 0;
  }
  must(found->contacts.size() <= kMostContacts && found->contacts.size() <= found->total);
  for (const Contact& one : found->contacts) {
    must(!one.name.empty() || !one.number.empty());
    for (const std::string* text : {&one.name, &one.number, &one.home_number, &one.mobile_number, &one.user, &one.mail,
                                    &one.uri, &one.department, &one.title}) {
      must(text->size() <= kMostFieldBytes && phone::text::is_clean(*text));
    }
  }
  return 0;
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/url/print_contacts.hpp"

#include <absl/strings/str_cat.h>

namespace phone::phonectl {

std::string print_contacts(const phone::url::v1::SearchContactsReply& reply, const View& view) {
  if (reply.contact().empty()) return paint(view, Tone::kDim, "no contact found") + "\n";
  Table table;
  for (const phone::url::v1::Contact& one : reply.contact()) {
    const bool mobile = !one.mobile_number().empty() && one.mobile_number() != one.number();
    table.row({{or_dash(one.name()), Tone::kStrong},
               {or_dash(one.number())},
               {mobile ? absl::StrCat("mobile ", one.mobile_number()) : ""},
               {one.department()},
               {one.mail()}});
  }
  std::string out = table.print(view);
  const auto shown = static_cast<std::uint32_t>(reply.contact_size());
  if (reply.total() > shown) {
    absl::StrAppend(
        &out,
        paint(view, Tone::kDim,
              absl::StrCat("the first ", shown, " of ", reply.total(), "; give more of the name to find the others")),
        "\n");
  }
  return out;
}

}  // namespace phone::phonectl

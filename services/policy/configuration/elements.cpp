// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/elements.hpp"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace phone::policy {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

struct Table {
  std::vector<Element> rows;
  absl::flat_hash_map<std::string, const Element*> by_path;  // without case
};

const Table& table() {
  static const Table* const kTable = [] {
    auto* made = new Table;
    for (const auto part :
         {internal::device_elements(), internal::calling_elements(), internal::hardening_elements()}) {
      made->rows.insert(made->rows.end(), part.begin(), part.end());
    }
    for (const Element& row : made->rows) made->by_path.emplace(lower_case(row.path), &row);
    return made;
  }();
  return *kTable;
}

// How many letters are wrong, missing, too many or exchanged; at most `most` + 1 is worked out.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() > b.size() + most || b.size() > a.size() + most) return most + 1;
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), earlier(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    earlier.swap(before);
    before.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], earlier[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// commonConfig/x, commonConfig/vendorConfig/x and so on are vendorConfig/x at another level.
std::string plain_path(std::string_view path) {
  std::string lower = lower_case(path);
  for (const std::string_view level : {"commonconfig/", "enterpriseconfig/"}) {
    if (!lower.starts_with(level)) continue;
    lower.erase(0, level.size());
    if (lower == "vendorconfig" || lower.starts_with("vendorconfig/")) return lower;
    return absl::StrCat("vendorconfig/", lower);
  }
  return lower;
}

}  // namespace

std::span<const Element> elements() { return table().rows; }

const Element* find_element(std::string_view path) {
  const auto found = table().by_path.find(plain_path(path));
  return found == table().by_path.end() ? nullptr : found->second;
}

std::string_view meant_element(std::string_view unknown_path) {
  constexpr std::size_t kMostWrong = 2, kLongest = 64;
  const std::string path = plain_path(unknown_path);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name.size() > kLongest || name.size() <= kMostWrong) return {};
  const std::string group = path.substr(0, path.size() - name.size());
  std::string_view best;
  std::size_t least = kMostWrong + 1;
  for (const Element& row : elements()) {
    if (row.type == ElementType::kGroup) continue;
    const std::string known = lower_case(row.path);
    const std::string known_name = known.substr(known.rfind('/') + 1);
    // The same name in another place is what was meant, too, but one in the same place is nearer.
    const bool here = known.substr(0, known.size() - known_name.size()) == group;
    const std::size_t wrong = distance(name, known_name, kMostWrong);
    if (wrong > (here ? kMostWrong : 0) || wrong >= least) continue;
    least = wrong;
    best = row.path;
  }
  return best;
}

}  // namespace phone::policy

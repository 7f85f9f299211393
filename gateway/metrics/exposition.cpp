// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/metrics/exposition.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>

#include <cmath>

#include "common/text/foreign_text.hpp"

namespace phone::gateway {
namespace {

// Backslash, quote and line feed are written out, as the format has it.
std::string escaped(const std::string& value) {
  return absl::StrReplaceAll(phone::text::clean(value), {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
}

// Counters and times are whole numbers and are written as such: to six digits they would stand still.
std::string number(double value) {
  if (value == std::floor(value) && std::fabs(value) < 9e15) return absl::StrFormat("%.0f", value);
  return absl::StrFormat("%.6g", value);
}

}  // namespace

void Exposition::family(std::string name, const char* type, const std::string& help) {
  name_ = std::move(name);
  absl::StrAppend(&text_, "# HELP ", name_, " ", help, "\n# TYPE ", name_, " ", type, "\n");
}

void Exposition::sample(Labels labels, double value) {
  text_ += name_;
  const char* before = "{";
  for (const auto& [label, text] : labels) {
    absl::StrAppend(&text_, before, label, "=\"", escaped(text), "\"");
    before = ",";
  }
  absl::StrAppend(&text_, labels.size() > 0 ? "} " : " ", number(value), "\n");
}

}  // namespace phone::gateway

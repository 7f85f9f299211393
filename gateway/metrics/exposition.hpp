// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The Prometheus text exposition format, version 0.0.4.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace phone::gateway {

class Exposition {
 public:
  // A family begins; its samples follow.
  void family(std::string name, const char* type, const std::string& help);
  // Values of labels may be foreign text.
  using Labels = std::initializer_list<std::pair<const char*, std::string>>;
  void sample(Labels labels, double value);
  const std::string& text() const { return text_; }

 private:
  std::string name_, text_;
};

}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record of decisions on flash, one JSON object a line. It lives in a directory of its own, so that a refusal
// leaves the directory of the lists untouched.
#pragma once

#include <cstddef>
#include <filesystem>

#include "absl/status/status.h"
#include "services/trust_store/state/storage_port.hpp"

namespace phone::trust {

class AuditFile final : public AuditPort {
 public:
  explicit AuditFile(const std::filesystem::path& directory);

  std::vector<Decision> load() override;
  void keep(const Decision& newest, const std::function<std::vector<Decision>()>& all) override;

 private:
  absl::Status append(const Decision& decision);
  absl::Status rewrite(const std::vector<Decision>& all);

  const std::filesystem::path file_;
  std::size_t lines_ = 0;
  bool torn_ = false;  // its last line has no end
};

}  // namespace phone::trust

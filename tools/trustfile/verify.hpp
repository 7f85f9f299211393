// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The verdict on a signed file with the lists an administrator names, for verify and decrypt.
#pragma once

#include <optional>
#include <string_view>

#include "services/trust_store/lists/judgement.hpp"
#include "tools/trustfile/commands.hpp"

namespace phone::trustfile {

// As the phone holds them; bytes that are no list are refused.
class Installed {
 public:
  static absl::StatusOr<Installed> read(const Path& ctl, const Path& itl);
  trust::TrustLists lists() const { return {ctl_ ? &*ctl_ : nullptr, itl_ ? &*itl_ : nullptr}; }

 private:
  std::optional<trust::TrustList> ctl_, itl_;
};

// The name it is taken to have been asked for: a file named for a device keeps that name, any other has the one it is
// signed for.
trust::FileVerdict judge_signed(const Path& file, std::string_view content, const Installed& installed, bool fips);

}  // namespace phone::trustfile

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lists on flash: the signed bytes themselves, and beside them their server, time and signer.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/trust_store/lists/installed_list.hpp"

namespace phone::trust {

class ListFiles {
 public:
  explicit ListFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // NOT_FOUND when there is none; any other failure means that a list is there and cannot be read.
  absl::StatusOr<StoredList> load(ListKind kind) const;
  // The list's own file changes last and at once: a power cut leaves the old list or the new one. A failure leaves the
  // old one.
  absl::Status store(const InstalledList& installed);

  // Whether a release with these bytes was used before.
  bool released_by(std::string_view release) const;
  bool releases_damaged() const { return releases().damaged; }
  // Both lists go. What is on flash afterwards is both of them or, once it is loaded, none: a start that finds a
  // release unfinished finishes it. A failure before the commit leaves everything; ABORTED is one after it.
  absl::Status release(std::string_view release);
  // Before anything is loaded.
  absl::Status finish_release();

 private:
  // What the signed bytes do not say.
  struct Note {
    std::string sha1, server, signer_der;
    absl::Time installed_at;
  };
  std::vector<Note> notes() const;
  absl::Status write_notes(const std::vector<Note>& notes) const;
  std::optional<std::string> sha1_on_flash(ListKind kind) const;
  struct Releases {
    std::vector<std::string> used;  // SHA-256, oldest first
    bool pending = false;           // the last of them is decided and not carried out yet
    bool damaged = false;           // which they are is not known any more
  };
  Releases releases() const;
  absl::Status write_releases(const Releases& releases) const;

  std::filesystem::path directory_;
};

}  // namespace phone::trust

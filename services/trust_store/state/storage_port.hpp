// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the trust store needs of flash. storage/flash_storage is the real one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/trust_store/images/image.hpp"
#include "services/trust_store/lists/freshness.hpp"
#include "services/trust_store/lists/installed_list.hpp"
#include "services/trust_store/state/decision.hpp"
#include "services/trust_store/state/settings.hpp"

namespace phone::trust {

struct LoadedMarks {
  enum class Found { kWhole, kSpare, kNone };  // kNone: both copies are damaged, or there never was one
  Found found = Found::kNone;
  Marks marks;
};

// The record of decisions.
class AuditPort {
 public:
  virtual ~AuditPort() = default;
  // Oldest first; a line that a power cut tore is left out.
  virtual std::vector<Decision> load() = 0;
  // `all` is the whole record with the newest, for a file that has to be begun anew. A failure is logged there: it
  // costs the line on flash, not the decision.
  virtual void keep(const Decision& newest, const std::function<std::vector<Decision>()>& all) = 0;
};

class StoragePort : public AuditPort {
 public:
  // NOT_FOUND when there is none; any other failure means that a list is there and cannot be read.
  virtual absl::StatusOr<StoredList> load_list(ListKind kind) const = 0;
  // A power cut or a failure leaves the old list or the new one.
  virtual absl::Status store_list(const InstalledList& installed) = 0;

  // Whether a release with these bytes was used before.
  virtual bool released_by(std::string_view release) const = 0;
  virtual bool releases_damaged() const = 0;
  // Both lists go. A failure before the commit leaves everything; ABORTED is one after it.
  virtual absl::Status release(std::string_view release) = 0;
  // Before anything is loaded: finishes what a power cut interrupted.
  virtual absl::Status finish_release() = 0;

  virtual LoadedMarks load_marks() const = 0;
  virtual absl::Status store_marks(const Marks& marks) = 0;

  virtual Settings load_settings() const = 0;
  virtual absl::Status store_settings(const Settings& settings) = 0;

  // Who may sign images here, and which version of `package` is installed. From any thread.
  virtual ImagePlace image_place(const std::string& package) const = 0;
};

}  // namespace phone::trust

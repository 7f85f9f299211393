// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/storage/flash_storage.hpp"

#include <utility>

#include "services/trust_store/images/image_place.hpp"
#include "services/trust_store/storage/marks_file.hpp"
#include "services/trust_store/storage/settings_file.hpp"

namespace phone::trust {

FlashStorage::FlashStorage(const std::filesystem::path& directory, std::filesystem::path image_root)
    : directory_(directory), image_root_(std::move(image_root)), lists_(directory), audit_(directory / "record") {}

LoadedMarks FlashStorage::load_marks() const { return trust::load_marks(directory_); }
absl::Status FlashStorage::store_marks(const Marks& marks) { return trust::store_marks(directory_, marks); }
Settings FlashStorage::load_settings() const { return trust::load_settings(directory_); }
absl::Status FlashStorage::store_settings(const Settings& settings) {
  return trust::store_settings(directory_, settings);
}
ImagePlace FlashStorage::image_place(const std::string& package) const {
  return read_image_place(image_root_, package);
}

}  // namespace phone::trust

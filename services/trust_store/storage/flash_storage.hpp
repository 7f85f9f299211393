// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The trust store's state on flash: lists, releases, marks, settings and the record of decisions.
#pragma once

#include <filesystem>

#include "services/trust_store/state/storage_port.hpp"
#include "services/trust_store/storage/audit_file.hpp"
#include "services/trust_store/storage/list_files.hpp"

namespace phone::trust {

class FlashStorage final : public StoragePort {
 public:
  // `image_root`: of the file system that images are installed in.
  explicit FlashStorage(const std::filesystem::path& directory, std::filesystem::path image_root = "/");

  std::vector<Decision> load() override { return audit_.load(); }
  void keep(const Decision& newest, const std::function<std::vector<Decision>()>& all) override {
    audit_.keep(newest, all);
  }
  absl::StatusOr<StoredList> load_list(ListKind kind) const override { return lists_.load(kind); }
  absl::Status store_list(const InstalledList& installed) override { return lists_.store(installed); }
  bool released_by(std::string_view release) const override { return lists_.released_by(release); }
  bool releases_damaged() const override { return lists_.releases_damaged(); }
  absl::Status release(std::string_view release) override { return lists_.release(release); }
  absl::Status finish_release() override { return lists_.finish_release(); }
  LoadedMarks load_marks() const override;
  absl::Status store_marks(const Marks& marks) override;
  Settings load_settings() const override;
  absl::Status store_settings(const Settings& settings) override;
  ImagePlace image_place(const std::string& package) const override;

 private:
  const std::filesystem::path directory_, image_root_;
  ListFiles lists_;
  AuditFile audit_;
};

}  // namespace phone::trust

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phone::rig {

// A directory that looks like an installed phone: bin (-> /usr/lib/phone), etc (-> /etc/phone), state (->
// /var/lib/phone), units, log. Removed when it goes, unless kept.
class Stage {
 public:
  static absl::StatusOr<Stage> make();
  Stage(Stage&& other) noexcept : root_(std::move(other.root_)), kept_(other.kept_) { other.root_.clear(); }
  Stage(const Stage&) = delete;
  ~Stage();

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path bin() const { return root_ / "bin"; }
  std::filesystem::path etc() const { return root_ / "etc"; }
  std::filesystem::path state(const std::string& service) const { return root_ / "state" / service; }
  std::filesystem::path log(const std::string& name) const { return root_ / "log" / name; }
  std::filesystem::path lab() const { return root_ / "lab"; }

  // Command-line options of one service ("network_access"), as /etc/phone/<service>.options gives them to its unit.
  absl::Status set_options(const std::string& service, const std::string& options) const;
  // A file that all can read.
  absl::Status put(const std::filesystem::path& file, const std::string& content) const;
  void keep() { kept_ = true; }

 private:
  explicit Stage(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
  bool kept_ = false;
};

}  // namespace phone::rig

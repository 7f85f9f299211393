// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The program trustfile, as people and scripts run it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace phone::trustfile {

struct Ran {
  int exit_code = -1;
  std::string out, err;
  // One line and nothing else: what a refusal is.
  bool one_line() const;
};

// The words are given as they are, without a shell; standard input is `input`.
Ran trustfile(const std::vector<std::string>& words, const std::string& input = "");

bool samples_present();
std::string sample(const std::string& name);  // path below ../shared/testdata/cisco
std::string bytes_of(const std::filesystem::path& file);

// A directory of the test's own.
class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string put(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace phone::trustfile

#define NEEDS_SAMPLES() \
  if (!phone::trustfile::samples_present()) GTEST_SKIP() << "samples are not at " PHONE_SHARED_DIR "/testdata/cisco"

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/trustfile/ran.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace phone::trustfile {

namespace fs = std::filesystem;

bool Ran::one_line() const {
  return out.empty() && std::count(err.begin(), err.end(), '\n') == 1 && err.starts_with("trustfile: ") &&
         err.size() > 20;
}

Ran trustfile(const std::vector<std::string>& words, const std::string& input) {
  const Directory directory;
  directory.put("in", input);
  std::vector<std::string> all = words;
  all.insert(all.begin(), PHONE_BINARY_DIR "/bin/trustfile");
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, (directory / "in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (directory / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (directory / "err").c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t child = 0;
  if (posix_spawn(&child, arguments[0], &files, nullptr, arguments.data(), environ) != 0) {
    throw std::runtime_error("trustfile cannot be started");
  }
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, bytes_of(directory / "out"), bytes_of(directory / "err")};
}

bool samples_present() { return fs::exists(sample("expect.json")); }

std::string sample(const std::string& name) { return PHONE_SHARED_DIR "/testdata/cisco/" + name; }

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Directory::Directory() {
  std::string pattern = fs::path(testing::TempDir()) / "trustfile-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

Directory::~Directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Directory::put(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return *this / name;
}

}  // namespace phone::trustfile

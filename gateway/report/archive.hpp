// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

// A .tar.gz (POSIX ustar, RFC 1952) of a few small text files.
namespace phone::gateway {

struct ReportFile {
  std::string name;  // at most 99 bytes
  std::string content;
};

// `seconds`: the files' time, Unix.
std::string tar_gz(const std::vector<ReportFile>& files, std::int64_t seconds);

}  // namespace phone::gateway

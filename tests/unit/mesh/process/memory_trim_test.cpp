// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/memory_trim.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace phone::mesh {
namespace {

// Pages of files that are mapped (proc(5), statm, third number).
long mapped_pages() {
  std::ifstream in("/proc/self/statm");
  long size = 0, resident = 0, shared = 0;
  in >> size >> resident >> shared;
  return shared;
}

int g_written = 17;  // relocated and written data is another matter
const char* const g_relocated[] = {"here", "there"};

TEST(Resident, WhatTheStartNeededIsUnmappedAndEverythingGoesOn) {
  g_written = 18;
  const long before = mapped_pages();
  trim_memory();
  const long after = mapped_pages();
  EXPECT_LT(after, before * 3 / 4) << "pages before " << before;
  EXPECT_EQ(g_written, 18);
  EXPECT_STREQ(g_relocated[after >= 0 ? 1 : 0], "there");
  EXPECT_THROW(throw std::string("unwinding reads its tables from the file again"), std::string);
}

}  // namespace
}  // namespace phone::mesh

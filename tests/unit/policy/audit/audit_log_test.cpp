// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/audit_log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

mesh::v1::Event event(const std::string& text) {
  mesh::v1::Event event;
  event.set_service("trust_store");
  event.set_kind("file.refused");
  event.set_text(text);
  event.mutable_time()->set_seconds(1'700'000'000);
  return event;
}

TEST(AuditLog, TextOfAPeerCannotMakeALineOfItsOwn) {
  const std::string line = audit_line(event("a\n{\"kind\":\"forged\"}\xff\xfe"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.rfind("{\"time\":\"2023-11-14T22:13:20.000Z\"", 0), 0U) << line;
}

TEST(AuditLog, NeverTakesMoreThanTwoFilesOfItsLimit) {
  const tests::TemporaryDirectory directory;
  AuditLog log(directory, 2000);
  for (int i = 0; i < 200; ++i) log.append(event("number " + std::to_string(i)));
  std::size_t bytes = 0;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    bytes += entry.file_size();
    ++files;
    struct stat facts {};
    stat(entry.path().c_str(), &facts);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
  }
  EXPECT_EQ(files, 2);
  EXPECT_LE(bytes, 4000U);
  std::ifstream in(directory / "audit.log");
  const std::string all((std::istreambuf_iterator<char>(in)), {});
  EXPECT_NE(all.find("number 199"), std::string::npos);
}

TEST(AuditLog, WhatFindsNoRoomWaitsForIt) {
  const tests::TemporaryDirectory directory;
  AuditLog log(directory / "later");
  for (std::size_t i = 0; i < AuditLog::kMostWaiting + 5; ++i) log.append(event("number " + std::to_string(i) + "."));
  std::filesystem::create_directory(directory / "later");
  log.append(event("the last."));
  std::ifstream in(directory / "later" / "audit.log");
  const std::string all((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), static_cast<long>(AuditLog::kMostWaiting));
  EXPECT_NE(all.find("number 6."), std::string::npos);
  EXPECT_NE(all.find("the last."), std::string::npos);
  EXPECT_LT(all.find("number 203."), all.find("number 204.")) << "in their order";
}

}  // namespace
}  // namespace phone::policy

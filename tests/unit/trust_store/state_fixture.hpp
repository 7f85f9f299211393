// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A trust store on a directory of its own, with a TVS and a clock in the test's hand.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/trust_store/state/trust_store_state.hpp"
#include "services/trust_store/storage/flash_storage.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::trust {

class Phone {
 public:
  Phone();
  // With a copy of that state directory.
  explicit Phone(const std::filesystem::path& like);
  ~Phone();
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  static bool samples_present();
  static std::string sample(const std::string& name);
  static crypto::Certificate certificate(const std::string& pem_name);

  void restart();
  TrustStoreState& trust_state() { return *trust_state_; }
  // Nothing while TVS has not answered.
  std::optional<OfferResult> offer(std::vector<OfferedList> lists);
  OfferResult install(ListKind kind, const std::string& sample_name);
  ReleaseResult release(const std::string& content);

  // Everything under the state directory but the record of decisions: name to content.
  std::map<std::string, std::string> state() const;
  const std::filesystem::path& directory() const { return directory_; }
  std::vector<TvsJob>& jobs() { return jobs_; }
  const std::vector<Notice>& notices() const { return notices_; }
  absl::Time now = absl::FromUnixSeconds(1800000000);
  absl::Duration uptime;

 private:
  tests::TemporaryDirectory directory_;
  std::vector<TvsJob> jobs_;
  std::vector<Notice> notices_;
  std::unique_ptr<FlashStorage> storage_;
  std::unique_ptr<TrustStoreState> trust_state_;
};

}  // namespace phone::trust

#define NEEDS_SAMPLES()                                  \
  if (!phone::trust::Phone::samples_present())           \
  GTEST_SKIP() << "samples are not at " PHONE_SHARED_DIR \
                  "/testdata/"                           \
                  "cisco"

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/trust_store/state_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace phone::trust {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

const absl::Time kMade = absl::FromUnixSeconds(1793491200);  // this software: 2026-11-01

}  // namespace

Phone::Phone() { restart(); }

Phone::Phone(const std::filesystem::path& like) {
  std::filesystem::copy(like, directory_.path(), std::filesystem::copy_options::recursive);
  restart();
}

Phone::~Phone() = default;

bool Phone::samples_present() { return std::filesystem::exists(PHONE_SHARED_DIR "/testdata/cisco/expect.json"); }
std::string Phone::sample(const std::string& name) { return content_of(PHONE_SHARED_DIR "/testdata/cisco/" + name); }
crypto::Certificate Phone::certificate(const std::string& pem_name) {
  return crypto::certificate_from_pem(sample("pki/" + pem_name + ".pem")).value();
}

void Phone::restart() {
  trust_state_.reset();
  storage_ = std::make_unique<FlashStorage>(directory_.path());
  trust_state_ = std::make_unique<TrustStoreState>(
      *storage_, TrustStoreState::Delegate{.ask_tvs = [this](TvsJob job) { jobs_.push_back(std::move(job)); },
                                           .tell = [this](Notice notice) { notices_.push_back(std::move(notice)); },
                                           .present = [this] { return clock::TimeFloor(kMade).present(now); },
                                           .uptime = [this] { return uptime; }});
}

std::optional<OfferResult> Phone::offer(std::vector<OfferedList> lists) {
  const auto result = std::make_shared<std::optional<OfferResult>>();
  trust_state_->offer(std::move(lists), [result](OfferResult answer) { *result = std::move(answer); });
  return *result;
}

OfferResult Phone::install(ListKind kind, const std::string& sample_name) {
  return offer({{kind, sample(sample_name), "cucm-pub.lab:6970"}}).value();
}

ReleaseResult Phone::release(const std::string& content) {
  ReleaseResult result;
  trust_state_->release(content, [&result](ReleaseResult answer) { result = std::move(answer); });
  return result;
}

std::map<std::string, std::string> Phone::state() const {
  std::map<std::string, std::string> result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
    const std::string name = std::filesystem::relative(entry.path(), directory_.path()).string();
    if (entry.is_regular_file() && name.rfind("record/", 0) != 0) result[name] = content_of(entry.path());
  }
  return result;
}

}  // namespace phone::trust

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/secure_call.hpp"

#include "absl/strings/str_cat.h"
#include "tools/board/facts.hpp"

namespace phone::rig {
namespace {

constexpr int kOurHertz = 440, kFarHertz = 1000;
constexpr auto kTones = absl::Minutes(15);  // the far end's file is not looped
constexpr size_t kGcmTag = 0;               // AEAD suites end with the SRTCP index

}  // namespace

absl::StatusOr<std::unique_ptr<SecureCall>> SecureCall::make() { return make_in(""); }

absl::StatusOr<std::unique_ptr<SecureCall>> SecureCall::make_in(const std::string& root) {
  auto call = std::make_unique<SecureCall>();
  if (auto begun = call->begin(root); !begun.ok()) return begun;
  if (auto dialled = call->dial(); !dialled.ok()) {
    call->keep();
    return absl::InternalError(absl::StrCat(dialled.message(), "; logs in ", call->stage_->root().string()));
  }
  return call;
}

absl::Status SecureCall::begin(const std::string& root) {
  auto stage = Stage::make();
  if (!stage.ok()) return stage.status();
  stage_.emplace(*std::move(stage));
  if (auto done = Lab::manufacture(*stage_, kDevice); !done.ok()) return done;
  auto tones = Lab::make_tones(*stage_, kOurHertz, kFarHertz, kTones);
  if (!tones.ok()) return tones.status();
  (void)stage_->set_options("network_access", "--port port0");
  (void)stage_->set_options("media", "--device null");
  auto phone = root.empty() ? Phone::install(*stage_) : Phone::boot(*stage_, root);
  if (!phone.ok()) return phone.status();
  phone_ = *std::move(phone);
  auto lab = Lab::serve(*stage_, *phone_, kDevice);
  if (!lab.ok()) return lab.status();
  lab_ = *std::move(lab);
  auto far_end = FarEnd::start(*stage_, *phone_, lab_->far_end(*stage_, Lab::kFarEnd, tones->far));
  if (!far_end.ok()) return far_end.status();
  far_end_ = *std::move(far_end);
  auto wire = Wire::tap(*phone_, kGcmTag);
  if (!wire.ok()) return wire.status();
  wire_ = *std::move(wire);
  return root.empty() ? phone_->power_on() : absl::OkStatus();
}

absl::Status SecureCall::dial() {
  auto there = lab_->wait_for(
      [](const nlohmann::json& event) {
        return event.value("event", "") == "registered" && event.value("number", "") == Lab::kFarEnd;
      },
      absl::Seconds(60));
  if (!there.ok()) return absl::InternalError("the far end did not register");
  const bool dialled = poll_until(
      absl::Seconds(60),
      [&] {
        return phone_->phonectl_text({"call", Lab::kFarEnd}).exit_code == 0;
      },
      absl::Milliseconds(100));
  if (!dialled) return absl::InternalError("no call could be made");
  return is_well(absl::Seconds(30)).status();
}

// The phone is ended before its peers.
SecureCall::~SecureCall() {
  wire_.reset();
  phone_.reset();
}

nlohmann::json SecureCall::status() {
  auto status = phone_->phonectl({"status", "--json"});
  return status.ok() ? *status : nlohmann::json::object();
}

std::string SecureCall::wrong_with(const nlohmann::json& status) {
  for (auto* question : {board::is_registered, board::call_is_established, board::srtp_runs_both_ways}) {
    if (auto fact = question(status); !fact.ok()) return std::string(fact.status().message());
  }
  return {};
}

absl::StatusOr<absl::Duration> SecureCall::is_well(absl::Duration patience) {
  const absl::Time began = absl::Now();
  std::string wrong;
  if (!poll_until(patience, [&] { return (wrong = wrong_with(status())).empty(); }))
    return absl::DeadlineExceededError(wrong);
  return absl::Now() - began;
}

absl::StatusOr<absl::Time> SecureCall::without_server(absl::Duration time) {
  lab_.reset();
  const absl::Time gone = absl::Now();
  absl::SleepFor(time);  // what is measured begins after it
  auto lab = Lab::serve(*stage_, *phone_, kDevice);
  if (!lab.ok()) return lab.status();
  lab_ = *std::move(lab);
  auto ready = lab_->wait_for(
      [&](const nlohmann::json& event) {
        return event.value("event", "") == "ready" &&
               event.value("time", 0.0) > absl::ToDoubleSeconds(gone - absl::UnixEpoch());
      },
      absl::Seconds(15));
  if (!ready.ok()) return ready.status();
  return absl::UnixEpoch() + absl::Seconds(ready->value("time", 0.0));
}

}  // namespace phone::rig

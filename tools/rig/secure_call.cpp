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

absl::StatusOr<std::unique_ptr<SecureCall>> SecureCall::make() {
  auto call = std::make_unique<SecureCall>();
  auto stage = Stage::make();
  if (!stage.ok()) return stage.status();
  call->stage_.emplace(*std::move(stage));
  if (auto done = Lab::manufacture(*call->stage_, kDevice); !done.ok()) return done;
  auto tones = Lab::make_tones(*call->stage_, kOurHertz, kFarHertz, kTones);
  if (!tones.ok()) return tones.status();
  (void)call->stage_->set_options("network_access", "--port port0");
  (void)call->stage_->set_options("media", "--device null");
  auto phone = Phone::install(*call->stage_);
  if (!phone.ok()) return phone.status();
  call->phone_ = *std::move(phone);
  auto lab = Lab::serve(*call->stage_, *call->phone_, kDevice);
  if (!lab.ok()) return lab.status();
  call->lab_ = *std::move(lab);
  const FarEndOptions options = call->lab_->far_end(*call->stage_, Lab::kFarEnd, tones->far);
  auto far_end = FarEnd::start(*call->stage_, *call->phone_, options);
  if (!far_end.ok()) return far_end.status();
  call->far_end_ = *std::move(far_end);
  auto wire = Wire::tap(*call->phone_, kGcmTag);
  if (!wire.ok()) return wire.status();
  call->wire_ = *std::move(wire);
  if (auto done = call->phone_->power_on(); !done.ok()) return done;
  auto there = call->lab_->wait_for(
      [](const nlohmann::json& event) {
        return event.value("event", "") == "registered" && event.value("number", "") == Lab::kFarEnd;
      },
      absl::Seconds(60));
  if (!there.ok()) return absl::InternalError("the far end did not register");
  const bool dialled = poll_until(
      absl::Seconds(60),
      [&] {
        return call->phone_->phonectl_text({"call", Lab::kFarEnd}).exit_code == 0;
      },
      absl::Milliseconds(100));
  if (!dialled) {
    call->keep();
    return absl::InternalError(absl::StrCat("no call could be made; logs in ", call->stage_->root().string()));
  }
  if (auto well = call->is_well(absl::Seconds(30)); !well.ok()) {
    call->keep();
    return absl::InternalError(absl::StrCat(well.status().message(), "; logs in ", call->stage_->root().string()));
  }
  return call;
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

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/scene.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace phone::system {
namespace fs = std::filesystem;

bool is_registered(const nlohmann::json& status) {
  const auto signaling = status.find("signaling");
  return signaling != status.end() && signaling->value("registered", false);
}

bool has_call(const nlohmann::json& status) {
  const auto signaling = status.find("signaling");
  if (signaling == status.end() || !signaling->contains("call")) return false;
  for (const auto& call : (*signaling)["call"]) {
    if (call.value("state", "") == "CALL_STATE_ESTABLISHED") return true;
  }
  return false;
}

void Scene::SetUp() {
  auto stage = rig::Stage::make();
  ASSERT_TRUE(stage.ok()) << stage.status();
  stage_.emplace(*std::move(stage));
  auto phone = rig::Phone::install(*stage_, memory_);
  if (absl::IsUnavailable(phone.status())) GTEST_SKIP() << phone.status().message();
  ASSERT_TRUE(phone.ok()) << phone.status();
  phone_ = *std::move(phone);
  const auto made = rig::Lab::manufacture(*stage_, kDevice);
  ASSERT_TRUE(made.ok()) << made;
  ASSERT_TRUE(stage_->set_options("network_access", "--port port0").ok());
  ASSERT_TRUE(stage_->set_options("media", "--device null").ok());
}

void Scene::TearDown() {
  lab_.reset();
  if (phone_) {
    EXPECT_EQ(crashes(), "") << "a process ended by a fault of its own";
  }
  phone_.reset();
  if (HasFailure() && stage_) {
    stage_->keep();
    std::cout << "logs of this phone: " << stage_->root() / "log" << std::endl;
  }
}

// A service that crashes is back before most tests look, so what was noted at each end is read. No test sends these
// signals.
std::string Scene::crashes() const {
  auto noted = rig::run({.argv = phone_->inside() + std::vector<std::string>{"sh", "-c",
                                                                             "grep -Ew 'SEGV|BUS|ILL|FPE' "
                                                                             "/run/phone-*/endings"}});
  return noted.ok() && noted->exit_code == 0 ? noted->output : "";
}

void Scene::serve(std::vector<std::string> arguments) {
  lab_.reset();
  auto lab = rig::Lab::serve(*stage_, *phone_, kDevice, std::move(arguments));
  ASSERT_TRUE(lab.ok()) << lab.status();
  lab_ = *std::move(lab);
}

nlohmann::json Scene::status() {
  auto status = phone_->phonectl({"status", "--json"});
  return status.ok() ? *status : nlohmann::json::object();
}

bool Scene::status_becomes(const std::function<bool(const nlohmann::json&)>& question, absl::Duration patience) {
  return rig::poll_until(patience, [&] { return question(status()); });
}

bool Scene::becomes_registered(absl::Duration patience) { return status_becomes(is_registered, patience); }

absl::StatusOr<rig::FarEnd> Scene::ring_up(absl::Duration length, std::optional<rig::FarEndOptions> at) {
  auto tones = rig::Lab::make_tones(*stage_, 440, 1000, length);
  if (!tones.ok()) return tones.status();
  rig::FarEndOptions options = lab_->far_end(*stage_, rig::Lab::kFarEnd, tones->far);
  if (at.has_value()) {
    options.address = at->address;
    options.registrar = at->registrar;
  }
  auto far_end = rig::FarEnd::start(*stage_, *phone_, options);
  if (!far_end.ok()) return far_end.status();
  if (auto on = phone_->power_on(); !on.ok()) return on;
  if (!becomes_registered(absl::Seconds(60))) return absl::DeadlineExceededError(status().dump(1));
  const bool called = rig::poll_until(
      absl::Seconds(20),
      [&] {
        return phone_->phonectl_text({"call", rig::Lab::kFarEnd}).exit_code == 0;
      },
      absl::Milliseconds(300));
  if (!called || !status_becomes(has_call, absl::Seconds(20))) return absl::DeadlineExceededError(status().dump(1));
  return far_end;
}

std::map<std::string, std::string> Scene::flash(const std::string& service) const {
  std::map<std::string, std::string> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(stage_->state(service), error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    files[entry.path().string()] = content.str();
  }
  return files;
}

bool Scene::decided(const std::string& about, const std::function<bool(const nlohmann::json&)>& wanted,
                    absl::Duration patience) {
  return rig::poll_until(patience, [&] {
    const auto all = decisions(about);
    return std::any_of(all.begin(), all.end(), wanted);
  });
}

nlohmann::json Scene::file_ending(const std::string& ending) {
  const auto now = status();
  const auto provisioning = now.find("provisioning");
  if (provisioning != now.end() && provisioning->contains("file")) {
    for (const auto& file : (*provisioning)["file"]) {
      if (file.value("name", "").ends_with(ending)) return file;
    }
  }
  return nlohmann::json::object();
}

absl::StatusOr<rig::Process> Scene::hold_enrolment() {
  constexpr char kHold[] =
      "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect('/run/phone/enrolment/wake.sock'); "
      "sys.stdin.read()";
  auto holder = rig::Process::start({.argv = phone_->inside() + std::vector<std::string>{"python3", "-c", kHold},
                                     .output = stage_->log("hold-enrolment.log").string(),
                                     .hold_input = true});
  if (!holder.ok()) return holder.status();
  const bool there =
      rig::poll_until(absl::Seconds(10), [&] { return phone_->property("enrolment", "ActiveState") == "active"; });
  if (!there) return absl::DeadlineExceededError("enrolment does not come for a connection to its socket");
  return holder;
}

std::string Scene::restarts() {
  std::string all;
  for (const char* service :
       {"trust_store", "certificate_manager", "enrolment", "policy", "signaling", "media", "gateway"}) {
    absl::StrAppend(&all, service, "=", phone_->property(service, "NRestarts"), " ");
  }
  return all;
}

void Scene::reprovision() {
  const rig::Outcome outcome = phone_->phonectl_text({"reprovision"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

std::vector<nlohmann::json> Scene::decisions(const std::string& about) {
  std::vector<std::string> words{"trust", "decisions", "--json"};
  if (!about.empty()) words.push_back(about);
  auto answer = phone_->phonectl(words);
  if (!answer.ok()) return {};
  const auto list = answer->find("decision");
  if (list == answer->end()) return {};
  return std::vector<nlohmann::json>(list->begin(), list->end());
}

}  // namespace phone::system

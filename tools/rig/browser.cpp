// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/browser.hpp"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tools/rig/phone.hpp"

namespace phone::rig {
namespace fs = std::filesystem;
namespace {

const fs::path kMade = fs::path(PHONE_BINARY_DIR) / ".." / "screen";
constexpr char kScript[] = PHONE_SOURCE_DIR "/tools/rig/browser.mjs";
constexpr auto kStart = absl::Seconds(30);
constexpr auto kAnswer = absl::Seconds(60);

}  // namespace

std::string no_browser() {
  if (!fs::exists("/usr/lib/chromium/chromium")) return "there is no chromium (deploy/screen-packages.txt)";
  if (!fs::exists(kMade / "site" / "main.js") || !fs::exists(kMade / "node_modules" / "playwright-core"))
    return "the screen is not made (tools/screen)";
  return {};
}

absl::StatusOr<std::unique_ptr<Browser>> Browser::open(const std::vector<std::string>& before, const std::string& url,
                                                       const std::string& log, const std::string& language,
                                                       const std::string& credentials) {
  Spawn spawn;
  spawn.argv = before + std::vector<std::string>{"node", kScript,  fs::canonical(kMade / "node_modules").string(),
                                                 url,    language, credentials};
  spawn.output = log;
  spawn.hold_input = true;
  spawn.capture = true;
  auto process = Process::start(spawn);
  if (!process.ok()) return process.status();
  auto browser = std::make_unique<Browser>();
  browser->process_ = *std::move(process);
  const auto there = browser->process_.read_line(absl::Now() + patient(kStart));
  if (!there.ok()) return absl::UnavailableError(absl::StrCat("the browser did not start; see ", log));
  return browser;
}

absl::StatusOr<nlohmann::json> Browser::ask(const std::string& order, nlohmann::json about) {
  about["order"] = order;
  if (const auto written = process_.write_line(about.dump()); !written.ok()) return written;
  const auto line = process_.read_line(absl::Now() + patient(kAnswer));
  if (!line.ok()) return line.status();
  const auto answer = nlohmann::json::parse(*line, nullptr, false);
  if (!answer.is_object()) return absl::InternalError(*line);
  if (!answer.value("ok", false)) return absl::FailedPreconditionError(answer.value("why", ""));
  return answer.value("value", nlohmann::json());
}

absl::Status Browser::done(const std::string& order, nlohmann::json about) {
  return ask(order, std::move(about)).status();
}

absl::Status Browser::shows(const std::string& words, absl::Duration within) {
  return done("shows", {{"words", words}, {"within", absl::ToInt64Milliseconds(patient(within))}});
}
absl::Status Browser::lacks(const std::string& words, absl::Duration within) {
  return done("lacks", {{"words", words}, {"within", absl::ToInt64Milliseconds(patient(within))}});
}
absl::Status Browser::press(const std::string& name) { return done("press", {{"name", name}}); }
absl::Status Browser::go(const std::string& screen) { return done("go", {{"screen", screen}}); }
absl::Status Browser::type(const std::string& label, const std::string& words) {
  return done("type", {{"label", label}, {"words", words}});
}
absl::Status Browser::key(const std::string& key) { return done("key", {{"key", key}}); }
absl::Status Browser::picture(const std::string& file) { return done("picture", {{"file", file}}); }

long Browser::count(const std::string& selector) {
  const auto number = ask("count", {{"selector", selector}});
  return number.ok() && number->is_number() ? number->get<long>() : -1;
}

std::vector<std::string> Browser::faults() {
  std::vector<std::string> all;
  for (const char* order : {"faults", "axe"}) {
    const auto told = ask(order);
    if (!told.ok()) {
      all.emplace_back(told.status().message());
      continue;
    }
    for (const auto& one : *told) all.push_back(one.get<std::string>());
  }
  return all;
}

std::string picture_file(const std::string& name) {
  const fs::path directory = fs::path(PHONE_BINARY_DIR) / "results" / "screens";
  std::error_code ignored;
  fs::create_directories(directory, ignored);
  return (directory / (name + ".png")).string();
}

}  // namespace phone::rig

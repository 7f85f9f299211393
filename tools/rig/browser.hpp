// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/rig/process.hpp"

namespace phone::rig {

// Why no browser can be had here; empty: one can. The screen is made by tools/screen.
std::string no_browser();

// A person before the screen: a real Chromium without a window (browser.mjs). Ends with this object.
class Browser {
 public:
  // Opens `url`; `before` are words before the command, as to enter the screen's network namespace;
  // `credentials`, "user:password", are for HTTPS whose certificate nobody has told the browser of.
  static absl::StatusOr<std::unique_ptr<Browser>> open(const std::vector<std::string>& before, const std::string& url,
                                                       const std::string& log, const std::string& language = "en",
                                                       const std::string& credentials = "");

  // Words that stand on the screen, or no longer do; else what stands there.
  absl::Status shows(const std::string& words, absl::Duration within = absl::Seconds(10));
  absl::Status lacks(const std::string& words, absl::Duration within = absl::Seconds(10));
  absl::Status press(const std::string& name);
  absl::Status go(const std::string& screen);
  absl::Status type(const std::string& label, const std::string& words);
  absl::Status key(const std::string& key);
  // The answer of one order of browser.mjs.
  absl::StatusOr<nlohmann::json> ask(const std::string& order, nlohmann::json about = nlohmann::json::object());
  long count(const std::string& selector);
  // Of the page and of its accessibility (axe), each as a line; both empty: all is well.
  std::vector<std::string> faults();
  absl::Status picture(const std::string& file);

 private:
  absl::Status done(const std::string& order, nlohmann::json about);
  Process process_;
};

// Where pictures of the screen go: the directory of the test results.
std::string picture_file(const std::string& name);

}  // namespace phone::rig

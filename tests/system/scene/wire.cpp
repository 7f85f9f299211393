// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/wire.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/rig/process.hpp"

namespace phone::system {
namespace {

std::string text_of(const nlohmann::json& message) {
  std::string text = absl::StrCat(message.value("line", ""), "\n");
  const auto headers = message.value("headers", nlohmann::json::object());
  for (const auto& [name, value] : headers.items()) absl::StrAppend(&text, name, ": ", value.get<std::string>(), "\n");
  return absl::StrCat(text, "\n", message.value("body", ""));
}

bool is(const nlohmann::json& event, const Crossed& one) {
  if (event.value("event", "") != "wire" || event.value("from", "") != one.from || event.value("what", "") != one.what)
    return false;
  const std::string text = text_of(event);
  return std::all_of(one.has.begin(), one.has.end(),
                     [&](const std::string& part) { return absl::StrContains(text, part); });
}

// The first step that is missing, or their number.
size_t found(const std::vector<nlohmann::json>& events, const std::vector<Crossed>& steps, size_t skip) {
  size_t step = 0;
  for (size_t i = skip; i < events.size() && step < steps.size(); ++i) step += is(events[i], steps[step]) ? 1 : 0;
  return step;
}

}  // namespace

::testing::AssertionResult crossed(const rig::Lab& lab, const std::vector<Crossed>& steps, size_t skip,
                                   absl::Duration patience) {
  size_t done = 0;
  rig::poll_until(
      patience, [&] { return (done = found(lab.events(), steps, skip)) == steps.size(); }, absl::Milliseconds(200));
  if (done == steps.size()) return ::testing::AssertionSuccess();
  auto failure = ::testing::AssertionFailure()
                 << "step " << done + 1 << " did not cross: " << steps[done].from << " " << steps[done].what;
  for (const std::string& part : steps[done].has) failure << " with '" << part << "'";
  failure << "\nwhat crossed:\n";
  const auto events = lab.events();
  for (size_t i = skip; i < events.size(); ++i) {
    if (events[i].value("event", "") != "wire") continue;
    const bool same = events[i].value("what", "") == steps[done].what;
    failure << events[i].value("from", "") << " " << (same ? text_of(events[i]) : events[i].value("line", "")) << "\n";
  }
  return failure;
}

size_t times_crossed(const rig::Lab& lab, const Crossed& one, size_t skip) {
  const auto events = lab.events();
  return static_cast<size_t>(std::count_if(events.begin() + static_cast<std::ptrdiff_t>(std::min(skip, events.size())),
                                           events.end(), [&](const nlohmann::json& event) { return is(event, one); }));
}

}  // namespace phone::system

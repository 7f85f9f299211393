// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/screen.hpp"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/rig/units.hpp"

namespace phone::board {

absl::Status ScreenPort::prepare(const rig::Stage& stage) {
  return stage.set_options("web", absl::StrCat("--host ", kAddress));
}

absl::StatusOr<ScreenPort> ScreenPort::open(const rig::Stage& stage, rig::Phone& phone) {
  if (const auto started = phone.systemctl({"start", "phone-web.service"}); started.exit_code != 0)
    return absl::InternalError(absl::StrCat("phone-web does not start: ", started.output));
  const auto web = rig::process_of(phone, "web");
  if (!web) return absl::InternalError("phone-web does not run");
  const std::string address = kAddress;
  rig::Spawn spawn;
  spawn.argv = {PHONE_SOURCE_DIR "/tools/rig/forward.py", absl::StrCat(*web), address.substr(address.find(':') + 1)};
  spawn.output = stage.log("forward.log").string();
  spawn.hold_input = true;
  spawn.capture = true;
  auto forwarder = rig::Process::start(spawn);
  if (!forwarder.ok()) return forwarder.status();
  ScreenPort port;
  port.forwarder_ = *std::move(forwarder);
  if (!port.forwarder_.read_line(absl::Now() + absl::Seconds(10)).ok())
    return absl::UnavailableError(absl::StrCat(address, " is taken"));
  return port;
}

}  // namespace phone::board

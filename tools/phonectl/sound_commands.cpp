// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <absl/strings/str_cat.h>
#include <cstdio>

#include "tools/phonectl/commands.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/print_sound.hpp"

namespace phone::phonectl {
namespace {

using phone::gateway::v1::Gateway;

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

absl::Status select_transducer(GatewayClient& client, const Request& request, const View&) {
  phone::media::v1::SelectTransducerRequest choice;
  choice.set_transducer(transducer_named(request.transducer));
  choice.set_ringer(request.ringer);
  const auto reply = client.call(&Gateway::Stub::SelectTransducer, choice);
  if (!reply.ok()) return reply.status();
  say(request.json     ? to_json(*reply, true)
      : request.ringer ? absl::StrCat("the phone rings on the ", request.transducer, "\n")
                       : absl::StrCat("the ", request.transducer, " is in use\n"));
  return absl::OkStatus();
}

absl::Status set_mute(GatewayClient& client, const Request& request, const View&) {
  phone::media::v1::SetMuteRequest order;
  order.set_muted(request.on_off == "on");
  const auto reply = client.call(&Gateway::Stub::SetMute, order);
  if (!reply.ok()) return reply.status();
  say(request.json ? to_json(*reply, true) : absl::StrCat("the microphone is ", order.muted() ? "off" : "on", "\n"));
  return absl::OkStatus();
}

absl::Status set_volume(GatewayClient& client, const Request& request, const View&) {
  phone::media::v1::SetVolumeRequest order;
  order.mutable_volume()->set_device(sound_device_named(request.transducer));
  order.mutable_volume()->set_level(request.level);
  const auto reply = client.call(&Gateway::Stub::SetVolume, order);
  if (!reply.ok()) return reply.status();
  say(request.json ? to_json(*reply, true)
                   : absl::StrCat("the volume of the ", request.transducer, " is ", request.level, " of 10\n"));
  return absl::OkStatus();
}

}  // namespace phone::phonectl

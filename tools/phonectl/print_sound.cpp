// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_sound.hpp"

#include <absl/strings/str_cat.h>

namespace phone::phonectl {
namespace {

namespace pb = phone::media::v1;

const char* name_of(pb::Transducer transducer) {
  switch (transducer) {
    case pb::TRANSDUCER_HANDSET:
      return "handset";
    case pb::TRANSDUCER_HEADSET:
      return "headset";
    case pb::TRANSDUCER_SPEAKER:
      return "speaker";
    default:
      return "unknown";
  }
}

std::string volume_of(const pb::StreamFacts& media, pb::SoundDevice device) {
  for (const auto& volume : media.volume()) {
    if (volume.device() == device) return absl::StrCat(", volume ", volume.level());
  }
  return {};
}

}  // namespace

pb::Transducer transducer_named(std::string_view name) {
  if (name == "handset") return pb::TRANSDUCER_HANDSET;
  return name == "headset" ? pb::TRANSDUCER_HEADSET : pb::TRANSDUCER_SPEAKER;
}

pb::SoundDevice sound_device_named(std::string_view name) {
  if (name == "handset") return pb::SOUND_DEVICE_HANDSET;
  if (name == "headset") return pb::SOUND_DEVICE_HEADSET;
  return name == "ringer" ? pb::SOUND_DEVICE_RINGER : pb::SOUND_DEVICE_SPEAKER;
}

std::string print_sound(const pb::StreamFacts& media, const View& view) {
  Table table;
  const auto device = sound_device_named(name_of(media.transducer()));
  table.row({{"audio"}, {absl::StrCat(name_of(media.transducer()), volume_of(media, device))}});
  table.row({{"ringer"}, {absl::StrCat(name_of(media.ringer()), volume_of(media, pb::SOUND_DEVICE_RINGER))}});
  table.row({{"microphone"}, {media.muted() ? "off (muted)" : "on"}});
  table.row({{"sound device"}, {media.device()}});
  return table.print(view);
}

}  // namespace phone::phonectl

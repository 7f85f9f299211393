// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "phone/media/v1/media.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// "handset", "headset", "speaker"; the second knows "ringer" too.
phone::media::v1::Transducer transducer_named(std::string_view name);
phone::media::v1::SoundDevice sound_device_named(std::string_view name);

// What is in use, how loud, what the phone rings on.
std::string print_sound(const phone::media::v1::StreamFacts& media, const View& view);

}  // namespace phone::phonectl

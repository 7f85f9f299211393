// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/formats.hpp"

#include <algorithm>

#include "services/signaling/sdp/write_sdp.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// RFC 5761 section 4: on the wire these would be RTCP.
bool is_rtcp(const Format& format) { return format.payload_type >= 64 && format.payload_type <= 95; }

bool is_events(const Format& format) { return iequals(format.name, kEventsName) && format.channels == 1; }
bool is_noise(const Format& format) { return same_codec(format, {.name = kNoiseName}); }

bool has_type(const std::vector<Format>& formats, uint8_t payload_type) {
  return std::any_of(formats.begin(), formats.end(),
                     [&](const Format& one) { return one.payload_type == payload_type; });
}

void accept(std::vector<Format>& accepted, const Format& format) {
  if (!has_type(accepted, format.payload_type)) accepted.push_back(format);
}

bool has_rate(const std::vector<Format>& formats, uint32_t rate) {
  return std::any_of(formats.begin(), formats.end(), [&](const Format& one) { return one.clock_rate == rate; });
}

// The other lines of the description have been read in any order: a number that is there twice is the first's.
std::vector<Format> usable(const MediaLine& media) {
  std::vector<Format> formats;
  for (const Format& format : media.formats) {
    if (!format.name.empty() && !is_rtcp(format)) accept(formats, format);
  }
  return formats;
}

// Events with the clock of one of the codecs: they share its timestamps.
void take_events(const std::vector<Format>& formats, FormatChoice& choice) {
  for (const Format& format : formats) {
    if (!is_events(format) || has_rate(choice.events, format.clock_rate)) continue;
    if (format.clock_rate == 8000 || has_rate(choice.audio, format.clock_rate)) choice.events.push_back(format);
  }
}

}  // namespace

FormatChoice formats_of_offer(const MediaLine& offer, const std::vector<std::string>& codecs) {
  FormatChoice choice;
  choice.wanted = codecs;
  const std::vector<Format> formats = usable(offer);
  for (const std::string& codec : codecs) {
    const auto own = own_format(codec);
    if (!own.has_value()) continue;
    const auto theirs =
        std::find_if(formats.begin(), formats.end(), [&](const Format& one) { return same_codec(one, *own); });
    if (theirs == formats.end() || has_type(choice.audio, theirs->payload_type)) continue;
    choice.audio.push_back(*theirs);
    choice.audio.back().name = own->name;
  }
  take_events(formats, choice);
  choice.accepted = choice.audio;
  for (Format events : choice.events) {
    events.name = kEventsName;
    accept(choice.accepted, events);
  }
  for (const Format& format : formats) {
    if (is_noise(format) && has_rate(choice.audio, 8000)) accept(choice.accepted, format);
  }
  return choice;
}

FormatChoice formats_of_answer(const MediaLine& answer, const LocalSession& offer) {
  FormatChoice choice;
  choice.wanted = offer.codecs;
  const std::vector<Format> offered = offered_formats(offer);
  std::vector<Format> theirs;
  for (Format format : answer.formats) {
    // A number of ours without a name is what we offered under it.
    const auto ours = std::find_if(offered.begin(), offered.end(), [&](const Format& one) {
      return format.name.empty() ? one.payload_type == format.payload_type : same_codec(one, format);
    });
    if (ours == offered.end() || is_rtcp(format)) continue;
    format.name = ours->name;
    format.clock_rate = ours->clock_rate;
    format.channels = ours->channels;
    accept(choice.accepted, *ours);
    accept(theirs, format);
    if (!is_events(format) && !has_type(choice.audio, format.payload_type)) choice.audio.push_back(format);
  }
  take_events(theirs, choice);
  for (const Format& format : theirs) accept(choice.accepted, format);
  return choice;
}

const Format* events_for(const FormatChoice& choice, const Format& sent) {
  for (const uint32_t rate : {sent.clock_rate, uint32_t{8000}}) {
    for (const Format& events : choice.events) {
      if (events.clock_rate == rate) return &events;
    }
  }
  return nullptr;
}

std::string no_codec_in_common(const MediaLine& media, const std::vector<std::string>& codecs) {
  constexpr size_t kMostNamed = 6;
  std::string theirs;
  size_t named = 0;
  for (const Format& format : media.formats) {
    if (is_events(format) || is_noise(format) || named == kMostNamed) continue;
    ++named;
    const bool ours = std::any_of(codecs.begin(), codecs.end(), [&](const std::string& codec) {
      const auto own = own_format(codec);
      return own.has_value() && same_codec(*own, format);
    });
    theirs +=
        cat(theirs.empty() ? ": the far end has " : ", ",
            format.name.empty() ? cat("payload type ", static_cast<int>(format.payload_type)) : rtpmap_of(format));
    if (ours && is_rtcp(format)) theirs += cat(" as payload type ", static_cast<int>(format.payload_type));
  }
  return cat("no codec in common", theirs);
}

uint32_t packet_milliseconds(const MediaLine& media) {
  constexpr uint32_t kStep = 10, kLongest = 60;
  if (media.ptime == 0 && media.max_ptime == 0) return 0;
  uint32_t wanted = media.ptime == 0 ? 20 : media.ptime;
  if (media.max_ptime != 0) wanted = std::min(wanted, media.max_ptime);
  return std::clamp(wanted / kStep * kStep, kStep, kLongest);
}

}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The tones of each country: frequencies, levels and cadences (media.md 4.6; ITU-T E.180 for Germany and the United
// Kingdom).
#include <algorithm>

#include "services/media/tone/tone.hpp"

namespace phone::media {
namespace {

// Tones of this phone only, or the same in every country. The frequencies of the two security tones are ours
// (decisions/2026-11-23-security-tones.md): 2.0 s each.
constexpr ToneShape kNone{Tone::kNone, "none", {0, 0}, 0, 0, 0, 0};
constexpr ToneShape kSecure{Tone::kSecure, "secure", {440, 0}, -13, 500, 250, 3};
constexpr ToneShape kNonsecure{Tone::kNonsecure, "nonsecure", {440, 0}, -13, 200, 160, 6};
constexpr ToneShape kPreemption{Tone::kPreemption, "preemption", {440, 620}, -18, 0, 0, 0};
constexpr ToneShape kPrecedence{Tone::kPrecedenceRingback, "precedence ringback", {440, 480}, -19, 1640, 360, 0};
constexpr ToneShape kRinging{Tone::kRinging, "ringing", {770, 960}, -10, 1000, 2000, 0};
// Nobody publishes its sound; ours is two short beeps.
constexpr ToneShape kZipZip{Tone::kZipZip, "zip-zip", {480, 0}, -13, 100, 100, 2};
constexpr ToneShape kRecording{Tone::kRecording, "recording", {1400, 0}, -18, 500, 14500, 0};  // as recorders warn
// The cadence of precedence (cucm-calls.md 9) with the ringer's sound.
constexpr ToneShape kPrecedenceRinging{Tone::kPrecedenceRinging, "precedence ringing", {770, 960}, -10, 1640, 360, 0};

constexpr std::array<ToneShape, kTones> kUnitedStates{{
    kNone,
    {Tone::kDial, "dial", {350, 440}, -13, 0, 0, 0},
    {Tone::kRingback, "ringback", {440, 480}, -19, 2000, 4000, 0},
    {Tone::kBusy, "busy", {480, 620}, -24, 500, 500, 0},
    {Tone::kReorder, "reorder", {480, 620}, -24, 250, 250, 0},
    kSecure,
    kNonsecure,
    kPreemption,
    kPrecedence,
    {Tone::kCallWaiting, "call waiting", {440, 0}, -13, 300, 9700, 0},
    kRinging,
    kZipZip,
    kRecording,
    kPrecedenceRinging,
}};

constexpr std::array<ToneShape, kTones> kGermany{{
    kNone,
    {Tone::kDial, "dial", {425, 0}, -10, 0, 0, 0},
    {Tone::kRingback, "ringback", {425, 0}, -10, 1000, 4000, 0},
    {Tone::kBusy, "busy", {425, 0}, -10, 480, 480, 0},
    {Tone::kReorder, "reorder", {425, 0}, -10, 200, 200, 0},
    kSecure,
    kNonsecure,
    kPreemption,
    kPrecedence,
    {Tone::kCallWaiting, "call waiting", {425, 0}, -10, 200, 4800, 0},
    kRinging,
    kZipZip,
    kRecording,
    kPrecedenceRinging,
}};

constexpr std::array<ToneShape, kTones> kUnitedKingdom{{
    kNone,
    {Tone::kDial, "dial", {350, 440}, -13, 0, 0, 0},
    {Tone::kRingback, "ringback", {400, 450}, -19, 1000, 2000, 0},
    {Tone::kBusy, "busy", {400, 0}, -19, 375, 375, 0},
    {Tone::kReorder, "reorder", {400, 0}, -19, 400, 350, 0},
    kSecure,
    kNonsecure,
    kPreemption,
    kPrecedence,
    {Tone::kCallWaiting, "call waiting", {400, 0}, -13, 100, 2900, 0},
    kRinging,
    kZipZip,
    kRecording,
    kPrecedenceRinging,
}};

struct Locale {
  std::string_view name;
  const std::array<ToneShape, kTones>* table;
};
constexpr std::array<Locale, 3> kLocales{{
    {"United_States", &kUnitedStates},
    {"Germany", &kGermany},
    {"United_Kingdom", &kUnitedKingdom},
}};

}  // namespace

std::span<const ToneShape> tone_table(std::string_view locale) {
  const auto* at =
      std::find_if(kLocales.begin(), kLocales.end(), [&](const Locale& one) { return one.name == locale; });
  return at == kLocales.end() ? kUnitedStates : *at->table;
}

const ToneShape& shape_of(Tone tone) { return kUnitedStates[static_cast<size_t>(tone)]; }

bool is_security_tone(Tone tone) { return tone == Tone::kSecure || tone == Tone::kNonsecure; }

}  // namespace phone::media

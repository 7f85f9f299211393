// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/sdp.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMaximumText = 64 * 1024;
constexpr size_t kMaximumMedia = 16;
constexpr size_t kMaximumFormats = 32;
constexpr size_t kMaximumCrypto = 32;

constexpr size_t kLongestHostName = 253;   // RFC 1035
constexpr uint32_t kLongestPacket = 1000;  // milliseconds

struct Static {
  uint8_t payload_type;
  std::string_view name;
};
// RFC 3551 section 6: those with one channel and 8000 Hz. The unsupported ones are here to be refused by name.
constexpr Static kStatic[] = {{0, "PCMU"}, {3, "GSM"},    {4, "G723"}, {7, "LPC"},   {8, "PCMA"},
                              {9, "G722"}, {12, "QCELP"}, {13, "CN"},  {15, "G728"}, {18, "G729"}};

bool is_host_name(std::string_view text) {
  const std::string_view last = text.substr(text.rfind('.') == std::string_view::npos ? 0 : text.rfind('.') + 1);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '-';
  });
  // The last label of a name begins with a letter: "10.1.2" and "0x7f.1" are addresses for the resolver.
  return plain && !last.empty() && lower(last.front()) >= 'a' && lower(last.front()) <= 'z' &&
         text.find("..") == std::string_view::npos && text.front() != '.' && text.front() != '-';
}

bool is_numeric(std::string_view text, std::string_view family) {
  const std::string zero_ended(text);
  in6_addr parsed{};
  return inet_pton(family == "IP4" ? AF_INET : AF_INET6, zero_ended.c_str(), &parsed) == 1;
}

// "IN IP4 192.0.2.1/127" -> "192.0.2.1".
MediaAddress connection_address(std::string_view value) {
  MediaAddress made;
  const std::string_view net = take_until(value, ' '), family = take_until(value, ' ');
  const std::string_view host = trim(take_until(value, '/'));
  if (net != "IN" || (family != "IP4" && family != "IP6")) {
    made.problem = "is of a network that is not the Internet";
  } else if (is_numeric(host, family)) {
    made.host = host;
  } else if (is_numeric(host, family == "IP4" ? "IP6" : "IP4")) {
    made.problem = cat("is not of the family ", family);
  } else if (host.size() <= kLongestHostName && is_host_name(host)) {
    made.host = host;
    made.is_name = true;
  } else {
    made.problem = "is neither an address nor a host name";
  }
  return made;
}

// What an answer of ours repeats of a refused media line (RFC 4566 section 9: token, and tokens with slashes).
bool may_be_repeated(std::string_view word) {
  constexpr size_t kLongest = 64;
  return word.size() <= kLongest &&
         std::all_of(word.begin(), word.end(), [](char c) { return is_token_character(c) || c == '/'; });
}

absl::StatusOr<MediaLine> parse_media(std::string_view value, const MediaAddress& address) {
  MediaLine media;
  media.type = take_until(value, ' ');
  std::string_view ports = take_until(value, ' ');
  auto port = number(take_until(ports, '/'));
  media.protocol = take_until(value, ' ');
  if (media.type.empty() || !port.has_value() || *port > 65535 || media.protocol.empty() ||
      !may_be_repeated(media.type) || !may_be_repeated(media.protocol)) {
    return absl::InvalidArgumentError("malformed media line");
  }
  media.port = static_cast<uint16_t>(*port);
  media.address = address;
  while (!value.empty() && media.raw_formats.size() < kMaximumFormats) {
    std::string_view format = take_until(value, ' ');
    if (format.empty() || !may_be_repeated(format)) continue;
    media.raw_formats.emplace_back(format);
    auto type = number(format);
    if (!type.has_value() || *type > 127) continue;
    Format known{.payload_type = static_cast<uint8_t>(*type), .name = "", .clock_rate = 8000};
    for (const Static& one : kStatic) {
      if (one.payload_type == known.payload_type) known.name = one.name;
    }
    media.formats.push_back(known);
  }
  return media;
}

void take_rtpmap(MediaLine& media, std::string_view value) {
  const auto type = number(take_until(value, ' '));
  value = trim(value);
  const std::string_view name = take_until(value, '/');
  const auto rate = number(take_until(value, '/'));
  const auto channels = value.empty() ? 1 : number(take_until(value, '/')).value_or(0);
  for (Format& format : media.formats) {
    if (type != format.payload_type) continue;
    const bool valid = is_token(name) && name.size() <= 32 && rate.has_value() && *rate > 0 && *rate <= 192'000 &&
                       channels > 0 && channels <= 255;
    format.name = valid ? std::string(name) : std::string();
    format.clock_rate = valid ? static_cast<uint32_t>(*rate) : 8000;
    format.channels = valid ? static_cast<uint32_t>(channels) : 1;
  }
}

void take_fmtp(MediaLine& media, std::string_view value) {
  const auto type = number(take_until(value, ' '));
  bool silence = false;
  while (!value.empty()) {
    std::string_view parameter = trim(take_until(value, ';'));
    silence = silence || iequals(parameter, "usedtx=1");
  }
  for (Format& format : media.formats) {
    if (type == format.payload_type) format.leaves_out_silence = silence;
  }
}

// "53020 IN IP4 126.16.64.4" (RFC 3605).
void take_rtcp(MediaLine& media, std::string_view value) {
  const auto port = number(take_until(value, ' '));
  if (!port.has_value() || *port > 65535) return;
  media.rtcp_port = static_cast<uint16_t>(*port);
  if (!trim(value).empty()) media.rtcp_address = connection_address(value);
}

uint32_t packet_time(std::string_view value) {
  const std::string_view whole = take_until(value, '.');
  return static_cast<uint32_t>(std::min<uint64_t>(number(trim(whole)).value_or(0), kLongestPacket));
}

void take_attribute(MediaLine& media, std::string_view value) {
  std::string_view rest = value;
  std::string_view name = take_until(rest, ':');
  if (name == "rtpmap") take_rtpmap(media, rest);
  if (name == "fmtp") take_fmtp(media, rest);
  if (name == "sendrecv") media.direction = Direction::kSendReceive;
  if (name == "sendonly") media.direction = Direction::kSendOnly;
  if (name == "recvonly") media.direction = Direction::kReceiveOnly;
  if (name == "inactive") media.direction = Direction::kInactive;
  if (name == "ptime") media.ptime = packet_time(rest);
  if (name == "maxptime") media.max_ptime = packet_time(rest);
  if (name == "rtcp") take_rtcp(media, rest);
  if (name == "rtcp-mux") media.rtcp_mux = true;
  if (name == "crypto" && media.crypto.size() + media.refused_crypto < kMaximumCrypto) {
    auto line = parse_crypto(rest);
    bool again = line.ok() && std::any_of(media.crypto.begin(), media.crypto.end(),
                                          [&](const auto& one) { return one.tag == line->tag; });
    if (line.ok() && !again) {
      media.crypto.push_back(std::move(*line));
    } else {
      if (media.crypto_problem.empty())
        media.crypto_problem = again ? "a crypto tag is present twice" : std::string(line.status().message());
      ++media.refused_crypto;
    }
  }
}

}  // namespace

std::string_view direction_word(Direction direction) {
  switch (direction) {
    case Direction::kInactive:
      return "inactive";
    case Direction::kSendOnly:
      return "sendonly";
    case Direction::kReceiveOnly:
      return "recvonly";
    case Direction::kSendReceive:
      return "sendrecv";
  }
  return "inactive";
}

absl::StatusOr<SessionDescription> parse_sdp(std::string_view text) {
  if (text.size() > kMaximumText) return absl::ResourceExhaustedError("the session description is larger than 64 KiB");
  SessionDescription session;
  MediaAddress address;
  Direction direction = Direction::kSendReceive;
  bool first = true;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() < 2 || line[1] != '=')
      return absl::InvalidArgumentError("malformed line in the session description");
    if (first && line != "v=0") return absl::InvalidArgumentError("the session description does not begin with v=0");
    first = false;
    std::string_view value = line.substr(2);
    bool in_media = !session.media.empty();
    if (line[0] == 'm') {
      if (session.media.size() == kMaximumMedia) return absl::ResourceExhaustedError("more than 16 media lines");
      auto media = parse_media(value, address);
      if (!media.ok()) return media.status();
      media->direction = direction;
      session.media.push_back(std::move(*media));
    } else if (line[0] == 'c') {
      (in_media ? session.media.back().address : address) = connection_address(value);
    } else if (line[0] == 'a' && in_media) {
      take_attribute(session.media.back(), value);
    } else if (line[0] == 'a') {
      MediaLine scratch;
      scratch.direction = direction;
      take_attribute(scratch, value);
      direction = scratch.direction;
    }
  }
  if (first) return absl::InvalidArgumentError("the session description is empty");
  return session;
}

std::string rtpmap_of(const Format& format) {
  return cat(format.name, "/", format.clock_rate, format.channels == 1 ? std::string() : cat("/", format.channels));
}

bool same_codec(const Format& left, const Format& right) {
  return iequals(left.name, right.name) && left.clock_rate == right.clock_rate && left.channels == right.channels;
}

bool is_audio(const MediaLine& media) {
  constexpr std::string_view kProfiles[] = {"RTP/AVP", "RTP/SAVP", "RTP/AVPF", "RTP/SAVPF"};
  return media.type == "audio" && media.port != 0 &&
         std::find(std::begin(kProfiles), std::end(kProfiles), media.protocol) != std::end(kProfiles);
}

std::optional<Format> own_format(std::string_view codec) {
  if (iequals(codec, "PCMU")) return Format{0, "PCMU", 8000};
  if (iequals(codec, "PCMA")) return Format{8, "PCMA", 8000};
  if (iequals(codec, "G722")) return Format{9, "G722", 8000};
  if (iequals(codec, "opus")) return Format{107, "opus", 48000, 2};
  return std::nullopt;
}

}  // namespace phone::signaling

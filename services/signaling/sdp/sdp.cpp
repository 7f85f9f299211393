// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/sdp.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMaximumText = 64 * 1024;
constexpr size_t kMaximumMedia = 16;
constexpr size_t kMaximumFormats = 32;
constexpr size_t kMaximumCrypto = 32;

struct Static {
  uint8_t payload_type;
  std::string_view name;
};
constexpr Static kStatic[] = {{0, "PCMU"}, {8, "PCMA"}, {9, "G722"}};

// "IN IP4 192.0.2.1/127" -> "192.0.2.1"; empty if it is neither an address nor a host name.
std::string connection_address(std::string_view value) {
  if (take_until(value, ' ') != "IN") return {};
  std::string_view family = take_until(value, ' ');
  if (family != "IP4" && family != "IP6") return {};
  const std::string_view address = take_until(value, '/');
  constexpr size_t kLongestHostName = 253;  // RFC 1035
  const bool plain =
      address.size() <= kLongestHostName && std::all_of(address.begin(), address.end(), [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == ':' || c == '-';
      });
  return plain ? std::string(address) : std::string();
}

// What an answer of ours repeats of a refused media line (RFC 4566 section 9: token, and tokens with slashes).
bool may_be_repeated(std::string_view word) {
  constexpr size_t kLongest = 64;
  return word.size() <= kLongest &&
         std::all_of(word.begin(), word.end(), [](char c) { return is_token_character(c) || c == '/'; });
}

absl::StatusOr<MediaLine> parse_media(std::string_view value, const std::string& address) {
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
    Format known{static_cast<uint8_t>(*type), "", 8000};
    for (const Static& one : kStatic) {
      if (one.payload_type == known.payload_type) known.name = one.name;
    }
    media.formats.push_back(known);
  }
  return media;
}

void take_rtpmap(MediaLine& media, std::string_view value) {
  auto type = number(take_until(value, ' '));
  std::string_view name = take_until(value, '/');
  auto rate = number(take_until(value, '/'));
  for (Format& format : media.formats) {
    if (type == format.payload_type && is_token(name) && rate.has_value() && *rate >= 8000 && *rate <= 192'000) {
      format.name = name;
      format.clock_rate = static_cast<uint32_t>(*rate);
    }
  }
}

void take_attribute(MediaLine& media, std::string_view value) {
  std::string_view rest = value;
  std::string_view name = take_until(rest, ':');
  if (name == "rtpmap") take_rtpmap(media, rest);
  if (name == "sendrecv") media.direction = Direction::kSendReceive;
  if (name == "sendonly") media.direction = Direction::kSendOnly;
  if (name == "recvonly") media.direction = Direction::kReceiveOnly;
  if (name == "inactive") media.direction = Direction::kInactive;
  if (name == "crypto" && media.crypto.size() + media.refused_crypto < kMaximumCrypto) {
    auto line = parse_crypto(rest);
    bool again = line.ok() && std::any_of(media.crypto.begin(), media.crypto.end(),
                                          [&](const auto& one) { return one.tag == line->tag; });
    if (line.ok() && !again)
      media.crypto.push_back(std::move(*line));
    else
      ++media.refused_crypto;
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
  std::string address;
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

std::optional<Format> own_format(std::string_view codec) {
  if (iequals(codec, "PCMU")) return Format{0, "PCMU", 8000};
  if (iequals(codec, "PCMA")) return Format{8, "PCMA", 8000};
  if (iequals(codec, "opus")) return Format{107, "opus", 48000};
  return std::nullopt;
}

std::string write_offer(const LocalSession& local) {
  std::string_view family = local.address.find(':') == std::string::npos ? "IP4 " : "IP6 ";
  std::string formats, attributes;
  for (const std::string& codec : local.codecs) {
    auto format = own_format(codec);
    if (!format.has_value()) continue;
    formats += cat(" ", static_cast<int>(format->payload_type));
    attributes += cat("a=rtpmap:", static_cast<int>(format->payload_type), " ", format->name, "/", format->clock_rate,
                      format->name == "opus" ? "/2" : "", "\r\n");
  }
  for (const CryptoLine& line : local.crypto) attributes += cat("a=crypto:", write_crypto(line), "\r\n");
  return cat("v=0\r\no=- ", local.session_id, " ", local.version, " IN ", family, local.address,
             "\r\ns=SIP Call\r\nc=IN ", family, local.address, "\r\nt=0 0\r\nm=audio ", static_cast<int>(local.port),
             local.crypto.empty() ? " RTP/AVP" : " RTP/SAVP", formats, " ", static_cast<int>(kOwnDtmfPayloadType),
             "\r\n", attributes, "a=rtpmap:", static_cast<int>(kOwnDtmfPayloadType),
             " telephone-event/8000\r\na=fmtp:", static_cast<int>(kOwnDtmfPayloadType),
             " 0-15\r\na=", direction_word(local.direction), "\r\n");
}

}  // namespace phone::signaling

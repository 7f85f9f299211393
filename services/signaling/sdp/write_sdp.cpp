// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/write_sdp.hpp"

#include <algorithm>

#include "common/crypto/digest.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// "o=- 17 3 IN IP4 192.0.2.1": where the 3 stands.
struct VersionPlace {
  size_t at = std::string::npos;
  size_t size = 0;
};

VersionPlace version_in(std::string_view sdp) {
  size_t at = sdp.find("\r\no=");
  const size_t end = at == std::string_view::npos ? at : sdp.find("\r\n", at + 2);
  for (int blanks = 0; blanks < 2 && at < end; ++blanks) at = sdp.find(' ', at + 1);
  if (at >= end || end == std::string_view::npos) return {};
  ++at;
  return {at, std::min(sdp.find(' ', at), end) - at};
}

std::string with_version(const std::string& sdp, const std::string& version) {
  const VersionPlace place = version_in(sdp);
  return place.at == std::string::npos ? sdp : std::string(sdp).replace(place.at, place.size, version);
}

std::string digest_of(const std::string& sdp) { return crypto::digest(crypto::Digest::kSha256, with_version(sdp, "")); }

std::string audio_text(const LocalSession& local, const AudioLine& audio) {
  std::string formats, attributes;
  for (const Format& format : audio.formats) {
    const int type = format.payload_type;
    formats += cat(" ", type);
    attributes += cat("a=rtpmap:", type, " ", rtpmap_of(format), "\r\n");
    if (format.name == kEventsName) attributes += cat("a=fmtp:", type, " 0-15\r\n");
  }
  for (const CryptoLine& line : audio.crypto) attributes += cat("a=crypto:", write_crypto(line), "\r\n");
  return cat("m=audio ", static_cast<int>(local.port), " ", audio.protocol, formats, "\r\n", attributes,
             audio.rtcp_mux ? "a=rtcp-mux\r\n" : "", "a=", direction_word(audio.direction), "\r\n");
}

}  // namespace

std::string write_description(const LocalSession& local, const AudioLine& audio) {
  const std::string_view family = local.address.find(':') == std::string::npos ? "IP4 " : "IP6 ";
  std::string text = cat("v=0\r\no=- ", local.session_id, " ", local.version, " IN ", family, local.address,
                         "\r\ns=SIP Call\r\nc=IN ", family, local.address, "\r\nt=0 0\r\n");
  for (size_t i = 0; i <= local.others.size(); ++i) {
    if (i == std::min(local.line, local.others.size())) text += audio_text(local, audio);
    if (i == local.others.size()) break;
    const OtherLine& other = local.others[i];
    text += cat("m=", other.type, " 0 ", other.protocol, " ", other.format, "\r\n");
  }
  return text;
}

std::vector<Format> offered_formats(const LocalSession& local) {
  std::vector<Format> formats;
  bool narrow = false, wide = false;
  for (const std::string& codec : local.codecs) {
    const auto format = own_format(codec);
    if (!format.has_value()) continue;
    formats.push_back(*format);
    (format->clock_rate == 8000 ? narrow : wide) = true;
  }
  if (narrow || !wide) formats.push_back({.payload_type = kOwnDtmfPayloadType, .name = kEventsName});
  if (wide) formats.push_back({.payload_type = kOwnWideDtmfPayloadType, .name = kEventsName, .clock_rate = 48000});
  return formats;
}

std::string write_offer(const LocalSession& local) {
  return write_description(local, {.protocol = local.crypto.empty() ? "RTP/AVP" : "RTP/SAVP",
                                   .formats = offered_formats(local),
                                   .crypto = local.crypto,
                                   .direction = local.direction});
}

std::string Origin::preview(const std::string& sdp) const {
  const bool same = !digest_.empty() && digest_ == digest_of(sdp);
  return with_version(sdp, cat(same ? version_ : version_ + 1));
}

std::string Origin::said(const std::string& sdp) {
  std::string stamped = preview(sdp);
  resume(stamped);
  return stamped;
}

void Origin::resume(const std::string& sdp) {
  const VersionPlace place = version_in(sdp);
  if (place.at == std::string::npos) return;
  version_ = number(std::string_view(sdp).substr(place.at, place.size)).value_or(version_);
  digest_ = digest_of(sdp);
}

}  // namespace phone::signaling

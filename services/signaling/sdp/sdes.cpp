// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/sdes.hpp"

#include <array>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

struct Suite {
  std::string_view name;
  size_t length;
};
constexpr std::array<Suite, 4> kSuites = {Suite{"AEAD_AES_256_GCM", 44}, Suite{"AEAD_AES_128_GCM", 28},
                                          Suite{"AES_CM_128_HMAC_SHA1_80", 30}, Suite{"AES_CM_128_HMAC_SHA1_32", 30}};
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// With and without padding: peers differ (sip.md section 5, pain 8).
std::optional<std::string> decode(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1 || text.size() > 128) return std::nullopt;
  std::string bytes;
  bytes.reserve(96);
  uint32_t held = 0;
  int bits = 0;
  for (char c : text) {
    size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6 | static_cast<uint32_t>(value)) & 0xFFFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits & 0xFF);
    }
  }
  return bytes;
}

std::string encode(std::string_view bytes) {
  std::string text;
  uint32_t held = 0;
  int bits = 0;
  for (char c : bytes) {
    held = (held << 8 | static_cast<uint8_t>(c)) & 0xFFFFFF;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[held >> bits & 0x3F];
    }
  }
  if (bits > 0) text += kAlphabet[held << (6 - bits) & 0x3F];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

bool is_lifetime(std::string_view text) {
  if (starts_with(text, "2^")) return number(text.substr(2)).value_or(99) <= 48;
  return number(text).value_or(0) > 0;
}

// "1:4" is 00 00 00 01 in each packet (RFC 4568 sections 6.1 and 9.2).
std::optional<std::string> read_mki(std::string_view text) {
  const auto value = number(take_until(text, ':'));
  const auto length = number(text);
  if (!value || !length || *length < 1 || *length > 128) return std::nullopt;
  std::string octets(static_cast<size_t>(*length), '\0');
  uint64_t left = *value;
  for (auto octet = octets.rbegin(); octet != octets.rend() && left != 0; ++octet, left >>= 8) {
    *octet = static_cast<char>(left & 0xff);
  }
  return left == 0 ? std::optional(std::move(octets)) : std::nullopt;
}

// RFC 4568 section 6.3.7: unknown parameters that begin with "-" may be ignored. A wider replay window is
// the one known parameter that requires nothing of the sender.
bool is_harmless(std::string_view parameter) {
  if (parameter.size() > 1 && parameter.front() == '-') return true;
  return starts_with(parameter, "WSH=") && number(parameter.substr(4)).value_or(0) >= 64;
}

// Without its value, which may be a key.
std::string name_of(std::string_view parameter) {
  const std::string_view name = take_until(parameter, '=');
  return name.size() <= 32 && is_token(name) ? std::string(name) : std::string("of that name");
}

}  // namespace

std::optional<size_t> key_length(std::string_view suite) {
  for (const Suite& one : kSuites) {
    if (one.name == suite) return one.length;
  }
  return std::nullopt;
}

absl::StatusOr<CryptoLine> parse_crypto(std::string_view value) {
  CryptoLine line;
  auto tag = number(take_until(value, ' '));
  if (!tag.has_value() || *tag > 999'999'999) return absl::InvalidArgumentError("the crypto tag is not a number");
  line.tag = static_cast<uint32_t>(*tag);
  line.suite = take_until(value, ' ');
  auto length = key_length(line.suite);
  if (!length.has_value())
    return absl::UnimplementedError(cat("unsupported crypto suite ",
                                        is_token(line.suite) && line.suite.size() <= 64 ? line.suite : "of that name"));
  std::string_view parameters = take_until(value, ' ');
  if (!starts_with(parameters, "inline:") || parameters.find(';') != std::string_view::npos) {
    return absl::InvalidArgumentError("the crypto attribute does not have exactly one inline key");
  }
  parameters.remove_prefix(7);
  auto key = decode(take_until(parameters, '|'));
  if (!key.has_value() || key->size() != *length)
    return absl::InvalidArgumentError("the key length does not match the crypto suite");
  line.key_salt = crypto::Secret(std::move(*key));
  if (parameters.ends_with('|'))
    return absl::InvalidArgumentError("nothing follows the last bar of the key parameters");
  std::string_view lifetime_or_mki = take_until(parameters, '|');
  if (is_lifetime(lifetime_or_mki)) lifetime_or_mki = take_until(parameters, '|');
  if (!lifetime_or_mki.empty() || !parameters.empty()) {
    auto mki = parameters.empty() ? read_mki(lifetime_or_mki) : std::nullopt;
    if (!mki.has_value()) return absl::InvalidArgumentError("what follows the key is neither a lifetime nor an MKI");
    line.mki = *std::move(mki);
  }
  while (!value.empty()) {
    std::string_view parameter = take_until(value, ' ');
    if (!parameter.empty() && !is_harmless(parameter))
      return absl::InvalidArgumentError(cat("unsupported crypto session parameter ", name_of(parameter)));
  }
  return line;
}

std::string write_crypto(const CryptoLine& line) {
  return cat(line.tag, " ", line.suite, " inline:", encode(line.key_salt.view()));
}

}  // namespace phone::signaling

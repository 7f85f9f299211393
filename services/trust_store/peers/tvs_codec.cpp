// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/peers/tvs_codec.hpp"

#include <algorithm>
#include <bitset>

#include "absl/strings/str_cat.h"
#include "common/tlv/reader.hpp"
#include "common/tlv/writer.hpp"

namespace phone::trust::tvs {
namespace {

enum class Tag : std::uint8_t {
  kDeviceName = 1,
  kCertificate = 2,
  kSubject = 3,
  kIssuer = 4,
  kSerial = 5,
  kStatus = 7,
  kRoles = 8,
  kTtl = 9,
};

constexpr std::uint8_t kProtocol = 0x57;
constexpr std::uint8_t kVersion = 1;
// The longest time call managers can be set to (C2).
constexpr std::uint32_t kLongestTtl = 2592000;

absl::Status fault(std::string text) { return absl::InvalidArgumentError(absl::StrCat("TVS: ", text)); }

bool is_query(const TvsQuestion& question) { return question.certificate.empty(); }

// "CN=a;O=b" of "CN=a,O=b", as signed files spell it (C1, A1). A comma that is part of a value is escaped, or no
// attribute follows it.
std::string joined_by_semicolons(std::string name) {
  for (std::size_t at = name.find(','); at != std::string::npos; at = name.find(',', at + 1)) {
    if (at > 0 && name[at - 1] == '\\') continue;
    const std::size_t end = name.find_first_of(",;=", at + 1);
    if (end != std::string::npos && name[end] == '=') name[at] = ';';
  }
  return name;
}

absl::Status store(const tlv::Element& element, Answer& answer, std::optional<std::uint8_t>& status) {
  switch (static_cast<Tag>(element.tag)) {
    case Tag::kStatus: {
      auto code = tlv::u8(element.value);
      if (code.ok()) status = *code;
      return code.status();
    }
    case Tag::kRoles:
      for (char code : element.value) {
        if (const auto role = role_of(static_cast<std::uint8_t>(code))) answer.roles.push_back(*role);
      }
      return absl::OkStatus();
    case Tag::kTtl: {
      auto seconds = tlv::u32(element.value);
      if (seconds.ok()) answer.keep = absl::Seconds(std::min(*seconds, kLongestTtl));
      return seconds.status();
    }
    case Tag::kCertificate: {
      auto certificate = crypto::Certificate::parse(element.value);
      if (certificate.ok()) answer.certificate = *std::move(certificate);
      return certificate.status();
    }
    default:
      return absl::OkStatus();
  }
}

// A QUERY names a signer; the answer must be that signer's certificate. Names are spelled differently from source to
// source (A1), and the signature that the certificate must then verify binds the rest.
absl::Status fitting_certificate(const TvsQuestion& question, const Answer& answer) {
  if (!is_query(question)) return absl::OkStatus();
  if (!answer.certificate.has_value()) return fault("valid response without the signer's certificate");
  if (answer.certificate->serial() != question.serial) {
    return fault("responded with a certificate of another serial number");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> encode(const TvsQuestion& question, std::uint32_t session, const std::string& device) {
  std::string elements;
  bool fits = tlv::append(elements, static_cast<std::uint8_t>(Tag::kDeviceName), std::string(1, '\1') + device);
  const auto text = [&](Tag tag, const std::string& value) {
    std::string terminated = value;
    terminated.push_back('\0');
    fits = fits && tlv::append(elements, static_cast<std::uint8_t>(tag), terminated);
  };
  if (is_query(question)) {
    text(Tag::kSubject, joined_by_semicolons(question.subject));
    text(Tag::kIssuer, joined_by_semicolons(question.issuer));
    fits = fits && tlv::append(elements, static_cast<std::uint8_t>(Tag::kSerial), question.serial);
  } else {
    fits = fits && tlv::append(elements, static_cast<std::uint8_t>(Tag::kCertificate), question.certificate);
  }
  if (!fits || elements.size() > 65535) return fault("the request does not fit into a message");
  std::string message;
  tlv::append_u8(message, kProtocol);
  tlv::append_u8(message, kVersion);
  tlv::append_u8(message,
                 static_cast<std::uint8_t>(is_query(question) ? Command::kQueryRequest : Command::kVerifyRequest));
  tlv::append_u8(message, 0);
  tlv::append_u32(message, session);
  tlv::append_u16(message, static_cast<std::uint16_t>(elements.size()));
  return message + elements;
}

absl::StatusOr<Header> decode_header(std::string_view bytes) {
  if (bytes.size() != kHeaderSize) return fault("the header is truncated");
  if (static_cast<std::uint8_t>(bytes[0]) != kProtocol) return fault("the server speaks another protocol");
  if (static_cast<std::uint8_t>(bytes[1]) != kVersion) return fault("the server speaks another protocol version");
  return Header{static_cast<Command>(bytes[2]), *tlv::u32(bytes.substr(4, 4)), *tlv::u16(bytes.substr(8, 2))};
}

absl::StatusOr<Answer> decode(const TvsQuestion& question, std::uint32_t session, const Header& header,
                              std::string_view elements) {
  if (header.command != (is_query(question) ? Command::kQueryResponse : Command::kVerifyResponse)) {
    return fault("response to another request");
  }
  if (header.session != session) return fault("response from another session");
  if (header.length != elements.size()) return fault("the response is truncated");
  Answer answer;
  std::optional<std::uint8_t> status;
  std::bitset<256> seen;
  tlv::Reader reader(elements);
  while (!reader.at_end()) {
    auto element = reader.next();
    if (!element.ok()) return fault(std::string(element.status().message()));
    if (seen.test(element->tag)) return fault(absl::StrCat("element ", element->tag, " is present twice"));
    seen.set(element->tag);
    if (absl::Status stored = store(*element, answer, status); !stored.ok())
      return fault(std::string(stored.message()));
  }
  if (!status.has_value()) return fault("response without STATUS");
  if (*status > 1) return fault(absl::StrCat("unknown status ", *status));
  answer.valid = *status == 0;
  if (!answer.valid) return answer;
  if (absl::Status fitting = fitting_certificate(question, answer); !fitting.ok()) return fitting;
  return answer;
}

bool speaks_for(const Answer& answer, Role role) {
  return answer.valid &&
         std::any_of(answer.roles.begin(), answer.roles.end(), [role](Role listed) { return fits(listed, role); });
}

}  // namespace phone::trust::tvs

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/capf_message.hpp"

#include <map>

#include "absl/strings/str_cat.h"
#include "common/tlv/reader.hpp"
#include "common/tlv/writer.hpp"

namespace phone::enrolment {
namespace {

constexpr std::uint8_t kMagic = 0x55;
constexpr std::uint8_t kLscType = 1;
constexpr std::uint8_t kSha512Code = 3;  // codes of the trust lists' digest element
constexpr std::size_t kInfoLimit = 200;

using Elements = std::map<std::uint8_t, std::string_view>;

std::uint8_t tag_of(Element element) { return static_cast<std::uint8_t>(element); }

absl::StatusOr<Elements> read_elements(std::string_view body) {
  Elements elements;
  tlv::Reader reader(body);
  while (!reader.at_end()) {
    const auto element = reader.next();
    if (!element.ok()) return absl::InvalidArgumentError("an element runs past the end of its message");
    if (!elements.emplace(element->tag, element->value).second) {
      return absl::InvalidArgumentError(absl::StrCat("element ", element->tag, " is present twice"));
    }
  }
  return elements;
}

const std::string_view* find(const Elements& elements, Element wanted) {
  const auto found = elements.find(tag_of(wanted));
  return found == elements.end() ? nullptr : &found->second;
}

absl::StatusOr<std::uint8_t> byte(const Elements& elements, Element wanted) {
  const auto* value = find(elements, wanted);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat("element ", tag_of(wanted), " is missing"));
  return tlv::u8(*value);
}

absl::StatusOr<ServerMessage> read_key_request(const Elements& elements) {
  const auto type = byte(elements, Element::kKeyType);
  if (!type.ok()) return type.status();
  if (*type == 1) {
    static constexpr int kBits[] = {256, 384, 521};
    const auto curve = byte(elements, Element::kCurve);
    if (!curve.ok()) return curve.status();
    if (*curve > 2) return absl::InvalidArgumentError("a curve that CAPF does not define");
    return KeyRequest{true, kBits[*curve]};
  }
  if (*type != 0) return absl::InvalidArgumentError("a key type that CAPF does not define");
  const auto* value = find(elements, Element::kKeySize);
  if (value == nullptr) return absl::InvalidArgumentError("the key size is missing");
  const auto bits = tlv::u16(*value);
  if (!bits.ok()) return bits.status();
  return KeyRequest{false, *bits};
}

// `01`, u16 DER length and 2, `00`, type, DER.
absl::StatusOr<ServerMessage> read_store_request(const Elements& elements) {
  const auto type = byte(elements, Element::kCertType);
  if (!type.ok()) return type.status();
  if (*type != kLscType) return absl::InvalidArgumentError("the certificate is not of type LSC");
  const auto* value = find(elements, Element::kCert);
  if (value == nullptr) return absl::InvalidArgumentError("the certificate is missing");
  constexpr std::size_t kPrefix = 5;
  if (value->size() <= kPrefix || (*value)[0] != 1 || (*value)[3] != 0 || (*value)[4] != kLscType) {
    return absl::InvalidArgumentError("the certificate element is malformed");
  }
  const auto length = tlv::u16(value->substr(1, 2));
  if (!length.ok() || *length != value->size() - kPrefix + 2) {
    return absl::InvalidArgumentError("the certificate's length does not match its element");
  }
  return StoreRequest{std::string(value->substr(kPrefix))};
}

absl::StatusOr<ServerMessage> read_end(const Elements& elements) {
  const auto reason = byte(elements, Element::kReason);
  if (!reason.ok()) return reason.status();
  EndSession end{*reason, {}};
  if (const auto* info = find(elements, Element::kReasonInfo); info != nullptr) {
    for (const char c : info->substr(0, kInfoLimit)) {
      if (c >= ' ' && c <= '~') end.info += c;
    }
  }
  return end;
}

// The unit of the delay is not published; seconds are assumed (cisco-formats.md D1).
absl::StatusOr<ServerMessage> read_retry(const Elements& elements) {
  const auto* value = find(elements, Element::kRetryDelay);
  if (value == nullptr || value->empty() || value->size() > 4) return RetryLater{};
  std::uint32_t seconds = 0;
  for (const char c : *value) seconds = (seconds << 8) | static_cast<unsigned char>(c);
  return RetryLater{seconds};
}

std::string message(Command command, std::uint32_t session, std::string_view body) {
  if (body.size() > 0xffff) return {};
  std::string out;
  out.reserve(kHeaderSize + body.size());
  tlv::append_u8(out, kMagic);
  tlv::append_u8(out, static_cast<std::uint8_t>(command));
  tlv::append_u32(out, session);
  tlv::append_u16(out, static_cast<std::uint16_t>(body.size()));
  out += body;
  return out;
}

std::string certificate_value(std::string_view der) {
  std::string value;
  if (der.size() + 2 > 0xffff) return value;
  tlv::append_u8(value, 1);
  tlv::append_u16(value, static_cast<std::uint16_t>(der.size() + 2));
  tlv::append_u8(value, 0);
  // LSC for a MIC too: that is what the open client sends and the open server reads.
  tlv::append_u8(value, kLscType);
  value += der;
  return value;
}

void append_part(std::string& value, std::uint8_t tag, std::string_view part) {
  tlv::append_u8(value, tag);
  tlv::append_u16(value, static_cast<std::uint16_t>(part.size()));
  value += part;
}

std::string sudi_value(const SudiProof& sudi) {
  std::string value;
  append_part(value, 0, sudi.certificate);
  append_part(value, 1, sudi.sha1);
  append_part(value, kSha512Code, sudi.sha512);
  return value;
}

std::string sha2_value(std::string_view proof) {
  std::string value;
  tlv::append_u8(value, kSha512Code);
  tlv::append_u16(value, static_cast<std::uint16_t>(proof.size()));
  value += proof;
  return value;
}

}  // namespace

absl::StatusOr<Header> parse_header(std::string_view bytes) {
  if (bytes.size() != kHeaderSize) return absl::InvalidArgumentError("the CAPF header is shorter than 8 bytes");
  if (static_cast<std::uint8_t>(bytes[0]) != kMagic) return absl::InvalidArgumentError("not a CAPF message");
  Header header;
  header.command = static_cast<Command>(bytes[1]);
  header.session = *tlv::u32(bytes.substr(2, 4));
  header.length = *tlv::u16(bytes.substr(6, 2));
  switch (header.command) {
    case Command::kAuthReq:
    case Command::kKeygenReq:
    case Command::kStoreCertReq:
    case Command::kFetchCertReq:
    case Command::kDeleteCertReq:
    case Command::kEndSession:
    case Command::kRetryLater:
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("command ", static_cast<int>(header.command), " is not sent by a CAPF server"));
  }
  if (header.length > kMaximumBody) return absl::InvalidArgumentError("the message is larger than 16 KiB");
  return header;
}

absl::StatusOr<ServerMessage> parse_body(const Header& header, std::string_view body) {
  if (body.size() != header.length) return absl::InvalidArgumentError("the message does not have its stated length");
  const auto elements = read_elements(body);
  if (!elements.ok()) return elements.status();
  switch (header.command) {
    case Command::kAuthReq: {
      const auto version = byte(*elements, Element::kVersion);
      if (!version.ok()) return version.status();
      return AuthRequest{*version};
    }
    case Command::kKeygenReq:
      return read_key_request(*elements);
    case Command::kStoreCertReq:
      return read_store_request(*elements);
    case Command::kFetchCertReq:
      return FetchRequest{};
    case Command::kDeleteCertReq:
      return DeleteRequest{};
    case Command::kEndSession:
      return read_end(*elements);
    case Command::kRetryLater:
      return read_retry(*elements);
    default:
      return absl::InvalidArgumentError("not a message from a server");
  }
}

crypto::Secret auth_response(std::uint32_t session, std::string_view device, const crypto::Secret& password,
                             const std::optional<Proof>& proof) {
  std::string body = tlv::element_u8(tag_of(Element::kReason), static_cast<std::uint8_t>(Reason::kDone));
  if (proof) {
    const std::string certificate = certificate_value(proof->certificate);
    if (certificate.empty()) return {};
    body += tlv::element(tag_of(Element::kCert), certificate);
    body += tlv::element(tag_of(Element::kSignedData), proof->sha1);
  }
  body += tlv::element_u8(tag_of(Element::kVersion), kVersion);
  // Written in place: no copy of the password is left behind in some temporary.
  body.reserve(body.size() + password.size() + device.size() + 1024);
  tlv::append_u8(body, tag_of(Element::kPassword));
  tlv::append_u16(body, static_cast<std::uint16_t>(password.size() + 1));
  body += password.view();
  body += '\0';
  body += tlv::element_text(tag_of(Element::kDeviceName), device);
  if (proof && proof->sudi) body += tlv::element(tag_of(Element::kSudiData), sudi_value(*proof->sudi));
  if (proof) body += tlv::element(tag_of(Element::kSha2SignedData), sha2_value(proof->sha512));
  std::string whole = message(Command::kAuthRes, session, body);
  crypto::wipe(body);
  return crypto::Secret(std::move(whole));
}

std::string key_response(std::uint32_t session, std::string_view spki) {
  return message(Command::kKeygenRes, session, tlv::element(tag_of(Element::kPublicKey), spki));
}

std::string in_progress(std::uint32_t session) { return message(Command::kRequestInProgress, session, {}); }

std::string fetch_response(std::uint32_t session, std::string_view certificate) {
  return message(Command::kFetchCertRes, session,
                 tlv::element_u8(tag_of(Element::kReason), static_cast<std::uint8_t>(Reason::kDone)) +
                     tlv::element(tag_of(Element::kCert), certificate_value(certificate)));
}

std::string plain_response(Command command, std::uint32_t session, Reason reason) {
  return message(command, session, tlv::element_u8(tag_of(Element::kReason), static_cast<std::uint8_t>(reason)));
}

std::string proof_input(std::string_view device, std::string_view certificate) {
  std::string input(device);
  input += '\0';
  input += certificate;
  return input;
}

// The session's number is the one thing in CAPF that is little-endian.
std::string sudi_input(std::uint32_t session, std::string_view certificate) {
  std::string input;
  for (int shift = 0; shift < 32; shift += 8) input += static_cast<char>((session >> shift) & 0xffU);
  input += certificate;
  return input;
}

}  // namespace phone::enrolment

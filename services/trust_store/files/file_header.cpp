// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/files/file_header.hpp"

#include <bitset>

#include "absl/strings/str_cat.h"
#include "common/tlv/reader.hpp"
#include "services/trust_store/files/roles.hpp"

namespace phone::trust {
namespace {

using Tag = HeaderTag;

absl::Status fault(std::string text) { return absl::InvalidArgumentError(absl::StrCat("header: ", text)); }

constexpr std::uint8_t kTop = 0;

// The container a known element stands in; nothing for unknown tags, which are skipped wherever they stand.
std::optional<std::uint8_t> parent_of(std::uint8_t tag) {
  switch (static_cast<Tag>(tag)) {
    case Tag::kSignerName:
    case Tag::kSignerSerial:
    case Tag::kSignerIssuer:
      return static_cast<std::uint8_t>(Tag::kSignerInfo);
    case Tag::kHashAlgorithm:
    case Tag::kSignatureAlgorithmInfo:
      return static_cast<std::uint8_t>(Tag::kSignatureInfo);
    case Tag::kSignatureAlgorithm:
    case Tag::kModulus:
      return static_cast<std::uint8_t>(Tag::kSignatureAlgorithmInfo);
    case Tag::kIvInfo:
    case Tag::kKeyInfo:
      return static_cast<std::uint8_t>(Tag::kEncryptionInfo);
    case Tag::kIvReserved:
    case Tag::kIv:
    case Tag::kPaddingLength:
      return static_cast<std::uint8_t>(Tag::kIvInfo);
    case Tag::kKeyReserved:
    case Tag::kKeySize:
    case Tag::kKeyAlgorithm:
    case Tag::kKey:
      return static_cast<std::uint8_t>(Tag::kKeyInfo);
    default:
      break;
  }
  if (tag >= 1 && tag <= static_cast<std::uint8_t>(Tag::kSignerVersion)) return kTop;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view file) : file_(file) {}

  absl::StatusOr<FileHeader> parse() {
    if (file_.size() < 10) return fault(absl::StrCat("file of ", file_.size(), " bytes is too short"));
    if (file_.substr(0, 3) != std::string_view("\x01\x00\x02", 3))
      return fault("not a signed file (it does not begin with VERSION)");
    if (file_.substr(5, 3) != std::string_view("\x02\x00\x02", 3))
      return fault("the second element is not HEADERLENGTH");
    header_.version = version(file_.substr(3, 2));
    header_.length = *tlv::u16(file_.substr(8, 2));
    if (header_.length < 10)
      return fault(absl::StrCat("length ", header_.length, " is smaller than its first elements"));
    if (header_.length > file_.size()) {
      return fault(absl::StrCat("length ", header_.length, " is over the ", file_.size(), " bytes of the file"));
    }
    seen_.set(1).set(2);
    if (absl::Status status = walk(10, header_.length, kTop); !status.ok()) return status;
    if (absl::Status status = complete(); !status.ok()) return status;
    return std::move(header_);
  }

 private:
  static Version version(std::string_view two_bytes) {
    return {static_cast<std::uint8_t>(two_bytes[0]), static_cast<std::uint8_t>(two_bytes[1])};
  }

  // Elements from `begin` to `end` tile that range exactly. Depth is bounded by parent_of: a container never holds its
  // own kind.
  absl::Status walk(std::size_t begin, std::size_t end, std::uint8_t parent) {
    tlv::Reader reader(file_.substr(0, end), begin);
    while (!reader.at_end()) {
      if (parent == kTop && reader.peek() == static_cast<std::uint8_t>(Tag::kPadding)) {
        if (auto padding = reader.take(1); !padding.ok()) return padding.status();
        continue;
      }
      auto element = reader.next();
      if (!element.ok()) return fault(std::string(element.status().message()));
      if (absl::Status status = take(*element, parent); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status take(const tlv::Element& element, std::uint8_t parent) {
    const std::optional<std::uint8_t> home = parent_of(element.tag);
    if (!home.has_value()) return absl::OkStatus();
    if (*home != parent) return fault(absl::StrCat("element ", element.tag, " at ", element.offset, " is misplaced"));
    if (seen_.test(element.tag)) return fault(absl::StrCat("element ", element.tag, " is present twice"));
    seen_.set(element.tag);
    switch (static_cast<Tag>(element.tag)) {
      case Tag::kSignerInfo:
      case Tag::kSignatureInfo:
      case Tag::kSignatureAlgorithmInfo:
      case Tag::kEncryptionInfo:
      case Tag::kIvInfo:
      case Tag::kKeyInfo:
        header_.encrypted = header_.encrypted || element.tag == static_cast<std::uint8_t>(Tag::kEncryptionInfo);
        return walk(element.offset + 3, element.offset + element.size, element.tag);
      default:
        break;
    }
    absl::Status status = store(element);
    if (!status.ok()) return fault(absl::StrCat("element ", element.tag, ": ", std::string(status.message())));
    return status;
  }

  absl::Status store(const tlv::Element& element) {
    const std::string_view value = element.value;
    switch (static_cast<Tag>(element.tag)) {
      case Tag::kSignerName:
        return text_into(value, header_.signer_name);
      case Tag::kSignerIssuer:
        return text_into(value, header_.signer_issuer);
      case Tag::kFileName:
        return text_into(value, header_.file_name);
      case Tag::kSignerSerial:
        header_.signer_serial = minimal_serial(value);
        return value.empty() ? absl::InvalidArgumentError("the serial number is empty") : absl::OkStatus();
      case Tag::kHashAlgorithm:
        return digest_into(value);
      case Tag::kSignatureAlgorithm: {
        auto code = tlv::u8(value);
        if (!code.ok()) return code.status();
        if (*code != 0) return absl::InvalidArgumentError(absl::StrCat("unknown signature algorithm ", *code));
        return absl::OkStatus();
      }
      case Tag::kModulus: {
        auto code = tlv::u8(value);
        if (!code.ok()) return code.status();
        if (*code > 3) return absl::InvalidArgumentError(absl::StrCat("unknown modulus index ", *code));
        header_.modulus_bits = 512 << *code;
        return absl::OkStatus();
      }
      case Tag::kSignature:
        header_.signature = std::string(value);
        header_.signature_offset = element.offset;
        header_.signature_size = element.size;
        return absl::OkStatus();
      case Tag::kTimestamp:
        return number_into(tlv::u32(value), header_.timestamp);
      case Tag::kSignerVersion:
        if (value.size() != 2) return absl::InvalidArgumentError("length is not 2");
        header_.signer_version = version(value);
        return absl::OkStatus();
      case Tag::kIv:
        header_.encryption.iv = std::string(value);
        return absl::OkStatus();
      case Tag::kKey:
        header_.encryption.wrapped_key = std::string(value);
        return absl::OkStatus();
      case Tag::kPlaintextHash:
        header_.encryption.plaintext_hash = std::string(value);
        return absl::OkStatus();
      case Tag::kPaddingLength:
        return number_into(tlv::u16(value), header_.encryption.padding_length);
      case Tag::kKeySize:
        return number_into(tlv::u16(value), header_.encryption.key_bits);
      case Tag::kKeyAlgorithm:
        return number_into(tlv::u8(value), header_.encryption.key_algorithm);
      case Tag::kPlaintextHashAlgorithm:
        return number_into(tlv::u8(value), header_.encryption.hash_algorithm);
      default:
        return absl::OkStatus();
    }
  }

  static absl::Status text_into(std::string_view value, std::string& target) {
    auto text = tlv::text(value);
    if (!text.ok()) return text.status();
    target = std::string(*text);
    return absl::OkStatus();
  }

  template <class Number>
  static absl::Status number_into(absl::StatusOr<Number> number, std::optional<Number>& target) {
    if (number.ok()) target = *number;
    return number.status();
  }

  absl::Status digest_into(std::string_view value) {
    auto code = tlv::u8(value);
    if (!code.ok()) return code.status();
    const std::optional<crypto::Digest> digest = digest_of_code(*code);
    if (!digest.has_value()) return absl::InvalidArgumentError(absl::StrCat("unknown hash algorithm ", *code));
    header_.digest = *digest;
    return absl::OkStatus();
  }

  absl::Status complete() const {
    for (Tag tag : {Tag::kSignerName, Tag::kSignerSerial, Tag::kSignerIssuer, Tag::kHashAlgorithm,
                    Tag::kSignatureAlgorithm, Tag::kModulus, Tag::kSignature, Tag::kFileName}) {
      if (!seen_.test(static_cast<std::uint8_t>(tag))) {
        return fault(absl::StrCat("element ", static_cast<int>(tag), " is missing"));
      }
    }
    if (header_.signature.size() * 8 != static_cast<std::size_t>(header_.modulus_bits)) {
      return fault(absl::StrCat("signature of ", header_.signature.size(), " bytes does not fit a modulus of ",
                                header_.modulus_bits, " bits"));
    }
    return absl::OkStatus();
  }

  std::string_view file_;
  FileHeader header_;
  std::bitset<256> seen_;
};

}  // namespace

std::string to_string(Version version) { return absl::StrCat(version.major, ".", version.minor); }

absl::StatusOr<FileHeader> parse_header(std::string_view file) { return Parser(file).parse(); }

std::string signed_bytes(std::string_view file, const FileHeader& header) {
  std::string bytes(file.substr(0, header.signature_offset));
  bytes.append(file.substr(header.signature_offset + header.signature_size));
  return bytes;
}

std::optional<crypto::Digest> digest_of_code(std::uint8_t code) {
  if (code == 1) return crypto::Digest::kSha1;
  if (code == 2) return crypto::Digest::kSha256;  // defined, never seen on a wire (decisions/2026-11-25-sha-256.md)
  if (code == 3) return crypto::Digest::kSha512;
  return std::nullopt;
}

std::string minimal_serial(std::string_view serial) {
  while (serial.size() > 1 && serial.front() == '\0') serial.remove_prefix(1);
  return std::string(serial);
}

}  // namespace phone::trust

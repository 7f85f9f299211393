// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/list_record.hpp"

#include <bitset>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/tlv/reader.hpp"

namespace phone::trust {
namespace {

enum class RecordTag : std::uint8_t {
  kRecordLength = 1,
  kDnsName = 2,
  kSubject = 3,
  kFunction = 4,
  kIssuer = 5,
  kSerial = 6,
  kPublicKey = 7,
  kSignature = 8,
  kCertificate = 9,
  kIpAddress = 10,
  kCertificateHash = 11,
  kHashAlgorithm = 12,
};
constexpr std::size_t kRecordLengthElement = 5;

absl::Status text_fault(std::string_view value, std::string_view name) {
  auto text = tlv::text(value);
  if (text.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(std::string(name), ": ", std::string(text.status().message())));
}

absl::Status store(const tlv::Element& element, RawRecord& raw) {
  switch (static_cast<RecordTag>(element.tag)) {
    case RecordTag::kRecordLength:
      return absl::InvalidArgumentError("RECORDLENGTH inside a record");
    case RecordTag::kDnsName:
      raw.dns_name = element.value;
      return text_fault(element.value, "DNSNAME");
    case RecordTag::kSubject:
      raw.subject = element.value;
      return text_fault(element.value, "SUBJECT");
    case RecordTag::kIssuer:
      raw.issuer = element.value;
      return text_fault(element.value, "ISSUER");
    case RecordTag::kSerial:
      raw.serial = element.value;
      return absl::OkStatus();
    case RecordTag::kPublicKey:
      raw.public_key = element.value;
      return absl::OkStatus();
    case RecordTag::kCertificate:
      raw.certificate = element.value;
      return absl::OkStatus();
    case RecordTag::kIpAddress:
      raw.address = element.value;
      return absl::OkStatus();
    case RecordTag::kFunction: {
      auto code = tlv::u16(element.value);
      if (code.ok()) raw.function = *code;
      return code.status();
    }
    default:
      return absl::OkStatus();
  }
}

absl::StatusOr<RawRecord> split(std::string_view record) {
  RawRecord raw;
  std::bitset<256> seen;
  tlv::Reader reader(record, kRecordLengthElement);
  while (!reader.at_end()) {
    auto element = reader.next();
    if (!element.ok()) return element.status();
    if (seen.test(element->tag)) return absl::InvalidArgumentError(absl::StrCat("element ", element->tag, " twice"));
    seen.set(element->tag);
    if (absl::Status status = store(*element, raw); !status.ok()) return status;
  }
  if (!seen.test(static_cast<std::uint8_t>(RecordTag::kFunction))) {
    return absl::InvalidArgumentError("FUNCTION is missing");
  }
  return raw;
}

absl::StatusOr<std::string_view> next_record(std::string_view file, std::size_t position) {
  const std::string_view left = file.substr(position);
  if (left.size() < kRecordLengthElement || left.substr(0, 3) != std::string_view("\x01\x00\x02", 3)) {
    return absl::InvalidArgumentError("does not begin with RECORDLENGTH");
  }
  const std::size_t length = *tlv::u16(left.substr(3, 2));
  if (length < kRecordLengthElement)
    return absl::InvalidArgumentError(absl::StrCat("length ", length, " is too small"));
  if (length > left.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("length ", length, " runs past the end of the file, ", left.size(), " left"));
  }
  return left.substr(0, length);
}

absl::Status in_record(std::size_t number, std::size_t offset, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat("record ", number, " at ", offset, ": ", std::string(status.message())));
}

}  // namespace

absl::StatusOr<std::vector<RawRecord>> split_records(std::string_view file, std::size_t header_length) {
  std::vector<RawRecord> records;
  for (std::size_t position = header_length; position < file.size();) {
    const std::size_t number = records.size() + 1;
    if (number > kMostRecords) {
      return absl::ResourceExhaustedError(absl::StrCat("more than ", kMostRecords, " records"));
    }
    auto bytes = next_record(file, position);
    if (!bytes.ok()) return in_record(number, position, bytes.status());
    auto raw = split(*bytes);
    if (!raw.ok()) return in_record(number, position, raw.status());
    raw->number = number;
    raw->offset = position;
    records.push_back(*std::move(raw));
    position += bytes->size();
  }
  return records;
}

}  // namespace phone::trust

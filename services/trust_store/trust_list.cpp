#include "services/trust_store/trust_list.hpp"

#include <algorithm>
#include <bitset>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.hpp"
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

// The elements of one record as they stand.
struct RawRecord {
  std::optional<std::string_view> dns_name, subject, issuer, serial, public_key, certificate, address;
  std::optional<std::uint16_t> function;
};

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
  if (!raw.function.has_value()) return absl::InvalidArgumentError("FUNCTION is missing");
  return raw;
}

// The certificate is what counts; what stands beside it must not say otherwise. Names are left out of the comparison:
// call managers and open tools spell the same name differently (A1, text names).
absl::Status agrees(const RawRecord& raw, const crypto::Certificate& certificate) {
  if (raw.serial.has_value() && minimal_serial(*raw.serial) != certificate.serial()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "SERIAL ", crypto::hex(*raw.serial), " is not that of its certificate ", printable(certificate.subject())));
  }
  if (raw.public_key.has_value() && *raw.public_key != certificate.public_key().list_form()) {
    return absl::InvalidArgumentError(
        absl::StrCat("PUBLICKEY is not that of its certificate ", printable(certificate.subject())));
  }
  return absl::OkStatus();
}

std::string dotted(std::string_view address) {
  if (address.size() != 4) return {};
  std::vector<int> parts;
  for (char byte : address) parts.push_back(static_cast<unsigned char>(byte));
  return absl::StrJoin(parts, ".");
}

std::string without_nul(std::optional<std::string_view> value) {
  if (!value.has_value() || value->empty()) return {};
  return printable(value->substr(0, value->size() - 1));
}

// Nothing for a role nobody knows.
absl::StatusOr<std::optional<Record>> parse_record(std::string_view bytes) {
  auto raw = split(bytes);
  if (!raw.ok()) return raw.status();
  const std::optional<Role> role = role_of(*raw->function);
  if (!role.has_value()) return std::nullopt;
  Record record{*role, std::nullopt, without_nul(raw->dns_name), dotted(raw->address.value_or(""))};
  if (raw->certificate.has_value()) {
    auto certificate = crypto::Certificate::parse(*raw->certificate);
    if (!certificate.ok()) return certificate.status();
    if (absl::Status status = agrees(*raw, *certificate); !status.ok()) return status;
    record.certificate = *std::move(certificate);
  }
  return record;
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
        absl::StrCat("length ", length, " crosses the end of the file, ", left.size(), " left"));
  }
  return left.substr(0, length);
}

absl::Status in_record(std::size_t number, std::size_t offset, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat("record ", number, " at ", offset, ": ", std::string(status.message())));
}

absl::Status parse_records(std::string_view file, TrustList& list) {
  std::size_t number = 0;
  for (std::size_t position = list.header.length; position < file.size();) {
    if (++number > kMostRecords)
      return absl::ResourceExhaustedError(absl::StrCat("more than ", kMostRecords, " records"));
    auto bytes = next_record(file, position);
    if (!bytes.ok()) return in_record(number, position, bytes.status());
    auto record = parse_record(*bytes);
    if (!record.ok()) return in_record(number, position, record.status());
    if (record->has_value()) {
      list.records.push_back(**std::move(record));
    } else {
      ++list.unknown_records;
    }
    position += bytes->size();
  }
  return absl::OkStatus();
}

// A list under the other list's name would put the roles of one where the other's rules apply.
absl::Status fitting_name(ListKind kind, const std::string& name) {
  const std::string_view wanted = name_of(kind);
  if (std::string_view(name).substr(0, 3) == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("offered as ", std::string(wanted), " but its FILENAME is \"", printable(name), "\""));
}

std::vector<crypto::Certificate> distinct(const std::vector<Record>& records, Role role, std::size_t limit) {
  std::vector<crypto::Certificate> result;
  for (const Record& record : records) {
    if (result.size() >= limit) break;
    if (!record.certificate.has_value() || !fits(record.role, role)) continue;
    if (std::find(result.begin(), result.end(), *record.certificate) == result.end()) {
      result.push_back(*record.certificate);
    }
  }
  return result;
}

}  // namespace

std::string TrustList::sha1() const { return crypto::hex(crypto::digest(crypto::Digest::kSha1, bytes)); }

std::vector<crypto::Certificate> TrustList::signers() const { return distinct(records, Role::kSast, 2); }

bool TrustList::more_than_two_signers() const { return distinct(records, Role::kSast, 3).size() > 2; }

std::vector<crypto::Certificate> TrustList::certificates(Role role) const {
  return distinct(records, role, records.size());
}

bool TrustList::is_rollback() const {
  return std::none_of(records.begin(), records.end(),
                      [](const Record& record) { return fits(record.role, Role::kTftp) || record.role == Role::kTvs; });
}

bool TrustList::ec_allowed() const {
  return header.signer_version.has_value() &&
         (header.signer_version->major > 1 || (header.signer_version->major == 1 && header.signer_version->minor >= 1));
}

absl::StatusOr<TrustList> parse_list(ListKind kind, std::string_view file) {
  if (file.size() > kLargestList) return absl::ResourceExhaustedError("list is over 2 MiB");
  auto header = parse_header(file);
  if (!header.ok()) return header.status();
  if (header->version.major != 1) {
    return absl::InvalidArgumentError(absl::StrCat("header: unknown version ", to_string(header->version)));
  }
  if (header->encrypted) return absl::InvalidArgumentError("header: a list cannot be encrypted");
  if (absl::Status status = fitting_name(kind, header->file_name); !status.ok()) return status;
  TrustList list{kind, *std::move(header), {}, 0, std::string(file)};
  if (absl::Status status = parse_records(file, list); !status.ok()) return status;
  return list;
}

}  // namespace phone::trust

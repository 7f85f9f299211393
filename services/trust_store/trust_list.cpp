#include "services/trust_store/trust_list.hpp"

#include <openssl/x509.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.hpp"
#include "services/trust_store/list_record.hpp"

namespace phone::trust {
namespace {

// The key as the certificate carries it, PKCS#1 RSAPublicKey or the X9.62 point: free, where encoding it anew is not.
std::string_view key_bits(const crypto::Certificate& certificate) {
  const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(certificate.get());
  if (bits == nullptr) return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(bits)),
          static_cast<std::size_t>(ASN1_STRING_length(bits))};
}

// The certificate is what counts; what stands beside it must not say otherwise. Names are left out of the comparison:
// call managers and open tools spell the same name differently (A1, text names).
absl::Status agrees(const RawRecord& raw, const crypto::Certificate& certificate) {
  if (raw.serial.has_value() && minimal_serial(*raw.serial) != certificate.serial()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "SERIAL ", crypto::hex(*raw.serial), " is not that of its certificate ", printable(certificate.subject())));
  }
  // The second look is for a certificate that carries a compressed point.
  if (raw.public_key.has_value() && *raw.public_key != key_bits(certificate) &&
      *raw.public_key != certificate.public_key().list_form()) {
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
absl::StatusOr<std::optional<Record>> parse_record(const RawRecord& raw) {
  const std::optional<Role> role = role_of(raw.function);
  if (!role.has_value()) return std::nullopt;
  Record record{*role, std::nullopt, without_nul(raw.dns_name), dotted(raw.address.value_or(""))};
  if (raw.certificate.has_value()) {
    auto certificate = crypto::Certificate::parse(*raw.certificate);
    if (!certificate.ok()) return certificate.status();
    if (absl::Status status = agrees(raw, *certificate); !status.ok()) return status;
    record.certificate = *std::move(certificate);
  }
  return record;
}

absl::Status in_record(const RawRecord& raw, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat("record ", raw.number, " at ", raw.offset, ": ", std::string(status.message())));
}

// The whole file's structure first, then certificates (A2).
absl::Status parse_records(std::string_view file, TrustList& list) {
  const auto raw_records = split_records(file, list.header.length);
  if (!raw_records.ok()) return raw_records.status();
  for (const RawRecord& raw : *raw_records) {
    auto record = parse_record(raw);
    if (!record.ok()) return in_record(raw, record.status());
    if (record->has_value()) {
      list.records.push_back(**std::move(record));
    } else {
      ++list.unknown_records;
    }
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

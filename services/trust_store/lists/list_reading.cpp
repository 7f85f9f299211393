// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/list_reading.hpp"

#include <openssl/x509.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kMostSigners = 2;

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
    return absl::InvalidArgumentError(absl::StrCat("SERIAL ", crypto::hex(raw.serial->substr(0, 64)),
                                                   " does not match its certificate ",
                                                   printable(certificate.subject())));
  }
  // The second look is for a certificate that carries a compressed point.
  if (raw.public_key.has_value() && *raw.public_key != key_bits(certificate) &&
      *raw.public_key != certificate.public_key().list_form()) {
    return absl::InvalidArgumentError(
        absl::StrCat("PUBLICKEY does not match its certificate ", printable(certificate.subject())));
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

std::shared_ptr<const Record::Shown> shown(const crypto::Certificate& certificate) {
  return std::make_shared<const Record::Shown>(Record::Shown{
      printable(certificate.subject()), printable(certificate.issuer()), crypto::hex(certificate.serial()),
      certificate.public_key().describe(), certificate.not_after(), certificate.fingerprint(crypto::Digest::kSha256)});
}

// A key of a kind that this phone does not use says nothing against the rest of the list.
bool unusable(const absl::Status& status) { return absl::IsUnimplemented(status); }

std::string set_aside(const RawRecord& raw, Role role, const absl::Status& status) {
  std::string text = absl::StrCat("record ", raw.number, " (", std::string(name_of(role)), ")");
  if (std::string subject = without_nul(raw.subject); !subject.empty()) absl::StrAppend(&text, ", ", subject);
  return absl::StrCat(text, ": ", std::string(status.message()));
}

absl::Status in_record(const RawRecord& raw, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat("record ", raw.number, " at ", raw.offset, ": ", std::string(status.message())));
}

// A list under the other list's name would put the roles of one where the other's rules apply.
absl::Status fitting_name(ListKind kind, const std::string& name) {
  const std::string_view wanted = name_of(kind);
  if (std::string_view(name).substr(0, 3) == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("offered as ", std::string(wanted), " but its FILENAME is \"", printable(name), "\""));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ListReading>> ListReading::scan(ListKind kind, std::string file) {
  if (file.size() > kLargestList) return absl::ResourceExhaustedError("the list is larger than 2 MiB");
  const std::shared_ptr<ListReading> reading(new ListReading(kind, std::move(file)));
  auto header = parse_header(reading->bytes_);
  if (!header.ok()) return header.status();
  if (header->version.major != 1) {
    return absl::InvalidArgumentError(absl::StrCat("header: unknown version ", to_string(header->version)));
  }
  if (header->encrypted) return absl::InvalidArgumentError("header: a list must not be encrypted");
  if (absl::Status status = fitting_name(kind, header->file_name); !status.ok()) return status;
  auto records = split_records(reading->bytes_, header->length);
  if (!records.ok()) return records.status();
  reading->header_ = *std::move(header);
  reading->records_ = *std::move(records);
  return reading;
}

// With the mutex held.
absl::StatusOr<crypto::Certificate> ListReading::certificate_of(const RawRecord& raw) const {
  auto known = certificates_.find(*raw.certificate);
  if (known == certificates_.end()) {
    known = certificates_.emplace(*raw.certificate, crypto::Certificate::parse(*raw.certificate)).first;
  }
  if (!known->second.ok()) return known->second.status();
  if (absl::Status status = agrees(raw, *known->second); !status.ok()) return status;
  return known->second;
}

absl::StatusOr<std::vector<crypto::Certificate>> ListReading::signers() const {
  const std::lock_guard lock(mutex_);
  std::vector<crypto::Certificate> result;
  for (const RawRecord& raw : records_) {
    if (result.size() == kMostSigners) break;
    if (role_of(raw.function) != Role::kSast || !raw.certificate.has_value()) continue;
    auto certificate = certificate_of(raw);
    const bool signs = raw.serial.has_value() && minimal_serial(*raw.serial) == header_.signer_serial;
    if (unusable(certificate.status()) && !signs) continue;
    if (!certificate.ok()) return in_record(raw, certificate.status());
    if (std::find(result.begin(), result.end(), *certificate) == result.end()) {
      result.push_back(*std::move(certificate));
    }
  }
  return result;
}

absl::StatusOr<TrustList> ListReading::list() const {
  const std::lock_guard lock(mutex_);
  if (!list_.has_value()) list_ = read();
  return *list_;
}

absl::StatusOr<TrustList> ListReading::read() const {
  TrustList list{kind_,
                 header_,
                 {},
                 0,
                 bytes_,
                 crypto::hex(crypto::digest(crypto::Digest::kSha1, bytes_)),
                 crypto::hex(crypto::digest(crypto::Digest::kSha256, bytes_))};
  absl::flat_hash_map<const X509*, std::shared_ptr<const Record::Shown>> texts;
  for (const RawRecord& raw : records_) {
    const std::optional<Role> role = role_of(raw.function);
    if (!role.has_value()) {
      ++list.unknown_records;
      continue;
    }
    Record record{.role = *role, .dns_name = without_nul(raw.dns_name), .address = dotted(raw.address.value_or(""))};
    auto certificate = raw.certificate.has_value() ? certificate_of(raw) : absl::NotFoundError("");
    if (unusable(certificate.status())) {
      record.set_aside = set_aside(raw, *role, certificate.status());
    } else if (raw.certificate.has_value()) {
      if (!certificate.ok()) return in_record(raw, certificate.status());
      auto& text = texts[certificate->get()];
      if (text == nullptr) text = shown(*certificate);
      record.shown = text;
      record.certificate = *std::move(certificate);
    }
    list.records.push_back(std::move(record));
  }
  return list;
}

std::size_t ListReading::certificates_read() const {
  const std::lock_guard lock(mutex_);
  return certificates_.size();
}

absl::StatusOr<TrustList> parse_list(ListKind kind, std::string_view file) {
  if (file.size() > kLargestList) return absl::ResourceExhaustedError("the list is larger than 2 MiB");
  auto reading = ListReading::scan(kind, std::string(file));
  if (!reading.ok()) return reading.status();
  return (*reading)->list();
}

}  // namespace phone::trust

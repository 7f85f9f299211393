// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/os/descriptor.hpp"
#include "services/trust_store/files/signed_file.hpp"
#include "services/trust_store/images/image_file.hpp"
#include "tools/trustfile/files.hpp"

namespace phone::trustfile {
namespace {

std::string header_text(const trust::FileHeader& header) {
  std::string text = absl::StrCat("  signed for  ", trust::printable(header.file_name), "\n  version     ",
                                  trust::to_string(header.version));
  if (header.signer_version.has_value()) {
    absl::StrAppend(&text, ", signer version ", trust::to_string(*header.signer_version));
  }
  absl::StrAppend(&text, "\n  signer      ", trust::claimed_signer(header), "\n  issuer      ",
                  trust::printable(header.signer_issuer), "\n  signature   RSA ", header.modulus_bits, " with ",
                  std::string(crypto::digest_name(header.digest)), ", not checked here");
  if (header.timestamp.has_value()) {
    absl::StrAppend(&text, "\n  signed at   ", time_text(absl::FromUnixSeconds(*header.timestamp)));
  }
  return text + "\n";
}

std::string record_text(std::size_t number, const trust::Record& record) {
  std::string text = absl::StrFormat("  %3d %-10s ", number, std::string(trust::name_of(record.role)));
  if (!record.set_aside.empty()) return absl::StrCat(text, "(set aside: ", record.set_aside, ")\n");
  if (!record.certificate.has_value()) return text + "(no certificate, vouches for nothing)\n";
  const crypto::Certificate& one = *record.certificate;
  absl::StrAppend(&text, trust::describe(one), ", ", one.public_key().describe(), ", ", time_text(one.not_before()),
                  " to ", time_text(one.not_after()));
  if (!record.dns_name.empty()) absl::StrAppend(&text, ", ", record.dns_name);
  if (!record.address.empty()) absl::StrAppend(&text, ", ", record.address);
  return absl::StrCat(text, "\n      SHA-256 ", one.fingerprint(crypto::Digest::kSha256), "\n");
}

Answer show_list(trust::ListKind kind, std::string_view content) {
  const auto list = trust::parse_list(kind, content);
  if (!list.ok()) return list.status();
  std::string text = absl::StrCat(std::string(trust::name_of(kind)), "\n", header_text(list->header), "  SHA-1       ",
                                  list->sha1(), "\n  records     ", list->records.size());
  if (list->unknown_records > 0) absl::StrAppend(&text, ", and ", list->unknown_records, " of unknown roles");
  text += "\n";
  std::size_t number = 0;
  for (const trust::Record& record : list->records) text += record_text(++number, record);
  if (list->is_rollback())
    text += "  rollback: names neither TFTP nor TVS, the next list will be accepted without check\n";
  if (list->more_than_two_signers()) text += "  names more than two signers, the first two count\n";
  return text;
}

Answer show_signed(std::string_view content) {
  const auto header = trust::parse_header(content);
  if (!header.ok()) return header.status();
  const auto file = trust::parse_signed_file(header->file_name, content);
  if (!file.ok()) return file.status();
  std::string text = absl::StrCat(file->encryption.has_value() ? "encrypted file\n" : "signed file\n",
                                  header_text(*header), "  body        ", file->body.size(), " bytes\n");
  if (file->encryption.has_value()) {
    absl::StrAppend(&text, "  key         wrapped for RSA ", file->encryption->key_bits, "\n  plaintext   ",
                    file->body.size() - file->encryption->padding_length, " bytes, ",
                    std::string(crypto::digest_name(file->encryption->digest)), " ",
                    crypto::hex(file->encryption->plaintext_digest), "\n");
  }
  return text;
}

Answer show_image(const Path& file) {
  const os::Descriptor fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto measured = trust::measure_image(fd.get());
  if (!measured.ok()) return measured.status();
  return absl::StrCat("image\n", header_text(measured->image.header), "  package     ", measured->image.package, " ",
                      measured->image.version.text(), ", ", measured->body_size, " bytes\n");
}

}  // namespace

Answer show(const Path& file) {
  const auto content = read(file, trust::kLargestImage);
  if (!content.ok()) return content.status();
  if (is_image(*content)) return show_image(file);
  if (const auto kind = list_kind(file, *content)) return show_list(*kind, *content);
  return show_signed(*content);
}

}  // namespace phone::trustfile

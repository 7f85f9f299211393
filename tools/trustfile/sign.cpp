// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/signed_file.hpp"

#include "absl/strings/str_cat.h"
#include "services/trust_store/files/signed_file.hpp"
#include "services/trust_store/images/image.hpp"
#include "tools/trustfile/files.hpp"
#include "tools/trustfile/keys.hpp"

namespace phone::trustfile {
namespace {

constexpr std::size_t kLargestBody = 512 * 1024 * 1024 - 128 * 1024;  // an image with its header stays below the limit

// What was written is read with the phone's own rules before anybody gets it.
absl::Status readable(const std::string& name, std::string_view bytes, const lab::Identity& signer) {
  const auto header = trust::parse_header(bytes);
  if (!header.ok()) return header.status();
  if (is_image(bytes)) {
    if (auto image = trust::parse_image(bytes.substr(0, header->length)); !image.ok()) return image.status();
  } else if (auto file = trust::parse_signed_file(name, bytes); !file.ok()) {
    return file.status();
  }
  const auto certificate = crypto::Certificate::parse(signer.der());
  if (!certificate.ok()) return certificate.status();
  return trust::find_signer(bytes, *header, {*certificate}, {}).status();
}

Answer finish(const Path& file, Path out, const std::string& name, const absl::StatusOr<std::string>& bytes,
              const lab::Identity& signer) {
  if (!bytes.ok()) return bytes.status();
  if (absl::Status status = readable(name, *bytes, signer); !status.ok()) return status;
  if (out.empty()) out = file.parent_path() / name;
  if (absl::Status status = write(out, *bytes); !status.ok()) return status;
  return absl::StrCat("signed: ", name, ", ", bytes->size(), " bytes in ", out.string(), "\n");
}

std::string name_of(const std::string& given, const Path& file, const char* suffix) {
  return given.empty() ? file.filename().string() + suffix : given;
}

}  // namespace

Answer sign(const Sign& order) {
  const auto body = read(order.file, kLargestBody);
  if (!body.ok()) return body.status();
  const auto signing = signing_of(order.by);
  if (!signing.ok()) return signing.status();
  const std::string name = name_of(order.name, order.file, ".sgn");
  const auto bytes = order.package.empty() ? lab::sign_file(*signing, name, *body)
                                           : lab::sign_image(*signing, name, {order.package, order.version}, *body);
  return finish(order.file, order.out, name, bytes, *signing->signer);
}

Answer encrypt(const Encrypt& order) {
  const auto body = read(order.file, trust::kLargestFile);
  if (!body.ok()) return body.status();
  const auto pem = read(order.device, 64 * 1024);
  if (!pem.ok()) return pem.status();
  const auto certificate = crypto::certificate_from_pem(*pem);
  if (!certificate.ok()) return absl::InvalidArgumentError(absl::StrCat("no certificate in ", order.device.string()));
  const auto device = lab::Identity::from_der(certificate->der());
  if (!device.ok()) return device.status();
  const auto signing = signing_of(order.by);
  if (!signing.ok()) return signing.status();
  const auto key = lab::make_content_key(**device);
  if (!key.ok()) return key.status();
  const std::string name = name_of(order.name, order.file, ".enc.sgn");
  return finish(order.file, order.out, name, lab::encrypt_file(*signing, name, *key, *body), *signing->signer);
}

}  // namespace phone::trustfile

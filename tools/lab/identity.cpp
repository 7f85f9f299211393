// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/identity.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

struct BioFree {
  void operator()(BIO* one) const { BIO_free_all(one); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

std::string name_text(const X509_NAME* name, char separator) {
  std::string text;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const char* key = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
    unsigned char* value = nullptr;
    const int size = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(entry));
    if (!text.empty()) text += separator;
    absl::StrAppend(&text, key, "=");
    if (size > 0) text.append(reinterpret_cast<char*>(value), static_cast<size_t>(size));
    OPENSSL_free(value);
  }
  return text;
}

std::string common_name_of(X509_NAME* name) {
  char text[256] = {};
  const int size = X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof text);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

}  // namespace

absl::StatusOr<std::shared_ptr<Identity>> Identity::load(const std::filesystem::path& pem) {
  auto text = read_file(pem);
  if (!text.ok()) return text.status();
  const BioPtr first(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  KeyPtr key(PEM_read_bio_PrivateKey(first.get(), nullptr, nullptr, nullptr));
  const BioPtr second(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  X509Ptr certificate(PEM_read_bio_X509(second.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!certificate) return absl::InvalidArgumentError(absl::StrCat(pem.string(), " holds no certificate"));
  return std::make_shared<Identity>(std::move(certificate), std::move(key));
}

absl::StatusOr<std::shared_ptr<Identity>> Identity::from_der(std::string_view der) {
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  X509Ptr certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!certificate || position != reinterpret_cast<const unsigned char*>(der.data()) + der.size()) {
    return absl::InvalidArgumentError("not one X.509 certificate");
  }
  return std::make_shared<Identity>(std::move(certificate), nullptr);
}

std::string Identity::der() const {
  unsigned char* out = nullptr;
  const int size = i2d_X509(certificate_.get(), &out);
  std::string bytes(reinterpret_cast<char*>(out), static_cast<size_t>(size));
  OPENSSL_free(out);
  return bytes;
}

std::string Identity::subject(char separator) const {
  return name_text(X509_get_subject_name(certificate_.get()), separator);
}

std::string Identity::issuer(char separator) const {
  return name_text(X509_get_issuer_name(certificate_.get()), separator);
}

std::string Identity::common_name() const { return common_name_of(X509_get_subject_name(certificate_.get())); }

std::string Identity::issuer_common_name() const { return common_name_of(X509_get_issuer_name(certificate_.get())); }

// The octets of the INTEGER's content; some equipment has numbers that are negative when read as one.
std::string Identity::serial() const {
  std::string der(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  const int size = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate_.get()), nullptr);
  if (size < 3 || size > 64) return "";
  i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate_.get()), &out);
  std::string octets = der.substr(2, static_cast<size_t>(size) - 2);  // a length below 128 is one octet
  return octets.size() > 1 && octets.front() == '\0' ? octets.substr(1) : octets;
}

std::string Identity::list_public_key() const {
  const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(certificate_.get());
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(bits)), static_cast<size_t>(ASN1_STRING_length(bits))};
}

std::string Identity::signature_bits() const {
  const ASN1_BIT_STRING* signature = nullptr;
  X509_get0_signature(&signature, nullptr, certificate_.get());
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(signature)),
          static_cast<size_t>(ASN1_STRING_length(signature))};
}

std::string Identity::md5_hex() const { return hex(digest(EVP_md5(), der())); }

bool Identity::is_rsa() const { return EVP_PKEY_is_a(public_key(), "RSA") == 1; }

int Identity::bits() const { return EVP_PKEY_get_bits(public_key()); }

std::string Identity::describe_key() const {
  return is_rsa() ? absl::StrCat("RSA ", bits()) : absl::StrCat("EC P-", bits());
}

std::string Identity::certificate_pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate_.get());
  return drain(bio.get());
}

std::string Identity::key_pem() const {
  if (!key_) return {};
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return drain(bio.get());
}

absl::Status Identity::save(const std::filesystem::path& pem) const {
  return write_file(pem, key_pem() + certificate_pem(), true);
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &size, kind, nullptr);
  return {reinterpret_cast<char*>(out), size};
}

const EVP_MD* message_digest(Hash hash) {
  if (hash == Hash::kSha256) return EVP_sha256();
  return hash == Hash::kSha1 ? EVP_sha1() : EVP_sha512();
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string sign_pkcs1(EVP_PKEY* key, Hash hash, std::string_view bytes) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key));
  std::string signature(size, '\0');
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const bool done =
      EVP_DigestSignInit(context, nullptr, message_digest(hash), nullptr, key) == 1 &&
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, data, bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  signature.resize(done ? size : 0);
  return signature;
}

std::string openssl_error_text() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    char line[256];
    ERR_error_string_n(code, line, sizeof line);
    absl::StrAppend(&text, text.empty() ? "" : "; ", line);
  }
  return text;
}

absl::StatusOr<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", file.string()));
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

absl::Status write_file(const std::filesystem::path& file, std::string_view content, bool secret) {
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  const std::filesystem::path temporary = file.string() + ".new";
  std::filesystem::remove(temporary, ignored);
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644);
  if (fd < 0) return absl::InternalError(absl::StrCat("cannot write ", file.string()));
  const bool whole = write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  close(fd);
  if (whole) std::filesystem::rename(temporary, file, ignored);
  if (!whole || ignored) return absl::InternalError(absl::StrCat("cannot write ", file.string()));
  return absl::OkStatus();
}

}  // namespace phone::lab

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstring>
#include <new>
#include <optional>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#include <openssl/rsa.h>

#include "common/crypto/remote_keymgmt.hpp"

// The signature half of the provider: gathers the digest here, asks the key's signer for the signature.
// provider-signature(7).
namespace phone::crypto {
namespace {

struct Operation {
  const RemoteKey* key = nullptr;  // OpenSSL keeps the key alive for as long as the operation
  SigningInput::Scheme scheme = SigningInput::kEcdsa;
  std::optional<Digest> algorithm;
  EvpMdCtxPtr running;
  std::string content;  // the input of `running`
};

Operation* as_operation(void* data) { return static_cast<Operation*>(data); }

void* new_rsa(void*, const char*) {
  auto* made = new (std::nothrow) Operation;
  if (made != nullptr) made->scheme = SigningInput::kRsaPkcs1;
  return made;
}
void* new_ec(void*, const char*) { return new (std::nothrow) Operation; }
void release(void* data) { delete as_operation(data); }

void* duplicate(void* data) {
  const Operation* from = as_operation(data);
  auto* made = new (std::nothrow) Operation{.key = from->key,
                                            .scheme = from->scheme,
                                            .algorithm = from->algorithm,
                                            .running = nullptr,
                                            .content = from->content};
  if (made == nullptr || from->running == nullptr) return made;
  made->running.reset(EVP_MD_CTX_new());
  if (made->running == nullptr || EVP_MD_CTX_copy_ex(made->running.get(), from->running.get()) != 1) {
    delete made;
    return nullptr;
  }
  return made;
}

bool set_padding(Operation& operation, const OSSL_PARAM& param) {
  if (param.data_type == OSSL_PARAM_UTF8_STRING) {
    const std::string_view mode = static_cast<const char*>(param.data);
    if (mode != OSSL_PKEY_RSA_PAD_MODE_PKCSV15 && mode != OSSL_PKEY_RSA_PAD_MODE_PSS) return false;
    operation.scheme = mode == OSSL_PKEY_RSA_PAD_MODE_PSS ? SigningInput::kRsaPss : SigningInput::kRsaPkcs1;
    return true;
  }
  int mode = 0;
  if (OSSL_PARAM_get_int(&param, &mode) != 1 || (mode != RSA_PKCS1_PADDING && mode != RSA_PKCS1_PSS_PADDING)) {
    return false;
  }
  operation.scheme = mode == RSA_PKCS1_PSS_PADDING ? SigningInput::kRsaPss : SigningInput::kRsaPkcs1;
  return true;
}

// The key holder makes salts as long as the digest, as TLS asks; any other length is refused here rather than made
// wrong.
bool salt_is_ours(const Operation& operation, const OSSL_PARAM& param) {
  if (param.data_type == OSSL_PARAM_UTF8_STRING) {
    const std::string_view text = static_cast<const char*>(param.data);
    return text == OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST ||
           (operation.algorithm && text == std::to_string(digest_size(*operation.algorithm)));
  }
  int length = 0;
  if (OSSL_PARAM_get_int(&param, &length) != 1) return false;
  return length == RSA_PSS_SALTLEN_DIGEST ||
         (operation.algorithm && length == static_cast<int>(digest_size(*operation.algorithm)));
}

bool set_digest(Operation& operation, const char* name) {
  // OpenSSL's names are of either case: CMS hands on "sha256", X509_sign "SHA256".
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  operation.algorithm = digest_of(upper);
  return operation.algorithm.has_value();
}

int set_params(void* data, const OSSL_PARAM params[]) {
  Operation& operation = *as_operation(data);
  if (params == nullptr) return 1;
  if (const OSSL_PARAM* name = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST); name != nullptr) {
    if (name->data_type != OSSL_PARAM_UTF8_STRING || !set_digest(operation, static_cast<const char*>(name->data))) {
      return 0;
    }
  }
  if (operation.scheme == SigningInput::kEcdsa) return 1;
  if (const OSSL_PARAM* mode = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE); mode != nullptr) {
    if (!set_padding(operation, *mode)) return 0;
  }
  if (const OSSL_PARAM* salt = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN); salt != nullptr) {
    if (!salt_is_ours(operation, *salt)) return 0;
  }
  return 1;
}

const OSSL_PARAM* settable_params(void*, void*) {
  static const OSSL_PARAM kParams[] = {OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, nullptr, 0),
                                       OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
                                       OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
                                       OSSL_PARAM_END};
  return kParams;
}

int start(void* data, void* key, const OSSL_PARAM params[]) {
  Operation& operation = *as_operation(data);
  if (key != nullptr) operation.key = static_cast<const RemoteKey*>(key);
  if (operation.key == nullptr || operation.key->signer == nullptr) return 0;
  return set_params(data, params);
}

// Called twice by OpenSSL: with no room to learn the greatest size, then for the signature.
int answer(const Operation& operation, const std::string& value, const std::string& content, unsigned char* out,
           size_t* size, size_t room) {
  const auto greatest = static_cast<size_t>(EVP_PKEY_get_size(operation.key->public_part.get()));
  if (out == nullptr) {
    *size = greatest;
    return 1;
  }
  if (!operation.algorithm || value.size() != digest_size(*operation.algorithm)) return 0;
  const auto signature = operation.key->signer(
      SigningInput{.scheme = operation.scheme, .digest = *operation.algorithm, .input = value, .content = content});
  if (!signature.ok()) {
    ERR_raise_data(ERR_LIB_PROV, PROV_R_FAILED_TO_SIGN, "%s", std::string(signature.status().message()).c_str());
    return 0;
  }
  if (signature->empty() || signature->size() > greatest || signature->size() > room) {
    ERR_raise_data(ERR_LIB_PROV, PROV_R_INVALID_SIGNATURE_SIZE, "the key holder's signature does not match the key");
    return 0;
  }
  std::memcpy(out, signature->data(), signature->size());
  *size = signature->size();
  return 1;
}

int sign(void* data, unsigned char* out, size_t* size, size_t room, const unsigned char* value, size_t length) {
  return answer(*as_operation(data), std::string(reinterpret_cast<const char*>(value), length), {}, out, size, room);
}

int digest_start(void* data, const char* name, void* key, const OSSL_PARAM params[]) {
  Operation& operation = *as_operation(data);
  if (name == nullptr || *name == '\0') name = "SHA256";
  if (!set_digest(operation, name) || start(data, key, params) != 1) return 0;
  operation.running.reset(EVP_MD_CTX_new());
  operation.content.clear();
  return operation.running != nullptr &&
                 EVP_DigestInit_ex(operation.running.get(),
                                   EVP_get_digestbyname(std::string(digest_name(*operation.algorithm)).c_str()),
                                   nullptr) == 1
             ? 1
             : 0;
}

int digest_update(void* data, const unsigned char* bytes, size_t length) {
  Operation& operation = *as_operation(data);
  if (length > kMostSignedContent - operation.content.size()) {
    ERR_raise_data(ERR_LIB_PROV, PROV_R_FAILED_TO_SIGN, "%s", "the data to sign is larger than 64 KiB");
    return 0;
  }
  operation.content.append(reinterpret_cast<const char*>(bytes), length);
  return operation.running != nullptr && EVP_DigestUpdate(operation.running.get(), bytes, length) == 1 ? 1 : 0;
}

int digest_final(void* data, unsigned char* out, size_t* size, size_t room) {
  Operation& operation = *as_operation(data);
  if (operation.running == nullptr) return 0;
  if (out == nullptr) return answer(operation, {}, {}, out, size, room);
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_DigestFinal_ex(operation.running.get(), value, &length) != 1) return 0;
  return answer(operation, std::string(reinterpret_cast<const char*>(value), length), operation.content, out, size,
                room);
}

// DER of the AlgorithmIdentifier, as certificates and requests carry it (RFC 4055 section 5, RFC 5758 section 3.2).
std::string_view algorithm_identifier(const Operation& operation) {
  using namespace std::string_view_literals;
  if (!operation.algorithm) return {};
  if (operation.scheme == SigningInput::kRsaPkcs1) {
    switch (*operation.algorithm) {
      case Digest::kSha256:
        return "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"sv;
      case Digest::kSha384:
        return "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00"sv;
      case Digest::kSha512:
        return "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00"sv;
      default:
        return {};
    }
  }
  if (operation.scheme != SigningInput::kEcdsa) return {};
  switch (*operation.algorithm) {
    case Digest::kSha256:
      return "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"sv;
    case Digest::kSha384:
      return "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"sv;
    case Digest::kSha512:
      return "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04"sv;
    default:
      return {};
  }
}

int get_params(void* data, OSSL_PARAM params[]) {
  const Operation& operation = *as_operation(data);
  if (OSSL_PARAM* wanted = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID); wanted != nullptr) {
    const auto der = algorithm_identifier(operation);
    if (der.empty() || OSSL_PARAM_set_octet_string(wanted, der.data(), der.size()) != 1) return 0;
  }
  // CMS asks for it before it writes down how a message is signed.
  if (OSSL_PARAM* mode = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PAD_MODE); mode != nullptr) {
    if (operation.scheme == SigningInput::kEcdsa) return 0;
    const bool pss = operation.scheme == SigningInput::kRsaPss;
    if (mode->data_type == OSSL_PARAM_UTF8_STRING) {
      return OSSL_PARAM_set_utf8_string(mode, pss ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15);
    }
    return OSSL_PARAM_set_int(mode, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING);
  }
  return 1;
}

const OSSL_PARAM* gettable_params(void*, void*) {
  static const OSSL_PARAM kParams[] = {OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, nullptr, 0),
                                       OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
                                       OSSL_PARAM_END};
  return kParams;
}

template <class Function>
constexpr OSSL_DISPATCH entry(int id, Function function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace

#define PHONE_SIGNATURE_FUNCTIONS                                                            \
  entry(OSSL_FUNC_SIGNATURE_FREECTX, release), entry(OSSL_FUNC_SIGNATURE_DUPCTX, duplicate), \
      entry(OSSL_FUNC_SIGNATURE_SIGN_INIT, start), entry(OSSL_FUNC_SIGNATURE_SIGN, sign),    \
      entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, digest_start),                             \
      entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, digest_update),                          \
      entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, digest_final),                            \
      entry(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, get_params),                                 \
      entry(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, gettable_params),                       \
      entry(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),                                 \
      entry(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_params), {                     \
    0, nullptr                                                                               \
  }

const OSSL_DISPATCH kRsaSignature[] = {entry(OSSL_FUNC_SIGNATURE_NEWCTX, new_rsa), PHONE_SIGNATURE_FUNCTIONS};
const OSSL_DISPATCH kEcSignature[] = {entry(OSSL_FUNC_SIGNATURE_NEWCTX, new_ec), PHONE_SIGNATURE_FUNCTIONS};

}  // namespace phone::crypto

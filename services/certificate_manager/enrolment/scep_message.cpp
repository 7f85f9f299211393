// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_message.hpp"

#include <charconv>
#include <optional>

#include <openssl/provider.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "services/certificate_manager/enrolment/scep_cms.hpp"

namespace phone::enrolment {
namespace {

using ObjectPtr = std::unique_ptr<ASN1_OBJECT, crypto::Freer<ASN1_OBJECT_free>>;

// RFC 8894 section 3.2.1
constexpr char kMessageType[] = "2.16.840.1.113733.1.9.2";
constexpr char kPkiStatus[] = "2.16.840.1.113733.1.9.3";
constexpr char kFailInfo[] = "2.16.840.1.113733.1.9.4";
constexpr char kSenderNonce[] = "2.16.840.1.113733.1.9.5";
constexpr char kRecipientNonce[] = "2.16.840.1.113733.1.9.6";
constexpr char kTransactionId[] = "2.16.840.1.113733.1.9.7";
constexpr char kFailInfoText[] = "1.3.6.1.5.5.7.24.1";
constexpr std::size_t kTextLimit = 200;

bool add_attribute(CMS_SignerInfo* signer, const char* oid, int type, std::string_view value) {
  return CMS_signed_add1_attr_by_txt(signer, oid, type, value.data(), static_cast<int>(value.size())) == 1;
}

// The single value of an attribute that stands once; nothing otherwise.
std::optional<std::string> attribute(const CMS_SignerInfo* signer, const char* oid, int type) {
  const ObjectPtr object(OBJ_txt2obj(oid, 1));
  // -3: neither twice nor with several values.
  const auto* value = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(signer, object.get(), -3, type));
  if (value == nullptr) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                     static_cast<std::size_t>(ASN1_STRING_length(value)));
}

std::optional<int> number(const CMS_SignerInfo* signer, const char* oid) {
  const auto text = attribute(signer, oid, V_ASN1_PRINTABLESTRING);
  int value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ptr != text->data() + text->size() ||
      text->empty()) {
    return std::nullopt;
  }
  return value;
}

std::string failure_of(const CMS_SignerInfo* signer) {
  static constexpr const char* kNames[] = {"badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"};
  const auto info = number(signer, kFailInfo);
  std::string text = info && *info >= 0 && *info < 5 ? kNames[*info] : "no reason given";
  const auto words = attribute(signer, kFailInfoText, V_ASN1_UTF8STRING);
  if (!words || words->empty()) return text;
  std::string printable;
  for (const char c : words->substr(0, kTextLimit)) {
    if (c >= ' ' && c <= '~') printable += c;
  }
  return absl::StrCat(text, " (", printable, ")");
}

// SHA-1 is what the open server signs its answers with; the certificate inside is proven by its own path.
bool digest_is_taken(CMS_SignerInfo* signer) {
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
  const int nid = digest == nullptr ? NID_undef : OBJ_obj2nid(digest->algorithm);
  return nid == NID_sha1 || nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

// The content that one proven certificate has signed.
absl::StatusOr<std::string> signed_content(CMS_ContentInfo* cms, const Authority& authority) {
  const CertificateStack proven = stack_of(authority.proven);
  const crypto::BioPtr content(BIO_new(BIO_s_mem()));
  // A refusal or a wait carries no content at all, and the signature is then over nothing.
  const crypto::BioPtr nothing(CMS_is_detached(cms) == 1 ? BIO_new(BIO_s_mem()) : nullptr);
  if (nothing != nullptr) BIO_set_mem_eof_return(nothing.get(), 0);
  // The signer must be one of the proven certificates: those in the message are not trusted.
  constexpr unsigned kFlags = CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY;
  if (CMS_verify(cms, proven.get(), nullptr, nothing.get(), content.get(), kFlags) != 1) {
    return absl::PermissionDeniedError(
        absl::StrCat("the SCEP response is not signed by the server's certificates: ", crypto::openssl_errors()));
  }
  return content_of(content.get());
}

// The open server envelopes its answers with single DES whatever it was asked with. What is inside is a certificate,
// which is public, and the signature around it is what counts; so it is read, and nothing is ever written so. Null when
// OpenSSL's legacy provider is not there: then such a server's answer does not open.
OSSL_LIB_CTX* reading_library() {
  static OSSL_LIB_CTX* const library = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made == nullptr || OSSL_PROVIDER_load(made, "default") == nullptr) {
      OSSL_LIB_CTX_free(made);
      return static_cast<OSSL_LIB_CTX*>(nullptr);
    }
    if (OSSL_PROVIDER_load(made, "legacy") == nullptr) crypto::openssl_errors();  // emptied
    return made;
  }();
  return library;
}

}  // namespace

absl::StatusOr<std::string> write_message(const PkiRequest& request, const ScepSigner& speaker,
                                          const Authority& authority) {
  const CertificateStack recipients = stack_of({authority.recipient});
  const EVP_CIPHER* cipher = request.cipher == Cipher::kDes3 ? EVP_des_ede3_cbc() : EVP_aes_128_cbc();
  const CmsPtr envelope(CMS_encrypt(recipients.get(), reading(request.content).get(), cipher, CMS_BINARY));
  if (envelope == nullptr)
    return absl::InternalError(absl::StrCat("the envelope could not be made: ", crypto::openssl_errors()));
  const auto enveloped = cms_der(envelope.get());
  if (!enveloped.ok()) return enveloped.status();
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY));
  CMS_SignerInfo* signer = cms == nullptr ? nullptr
                                          : CMS_add1_signer(cms.get(), speaker.certificate.get(), speaker.key,
                                                            EVP_sha256(), CMS_PARTIAL | CMS_NOSMIMECAP);
  const std::string type = absl::StrCat(static_cast<int>(request.type));
  if (signer == nullptr || !add_attribute(signer, kMessageType, V_ASN1_PRINTABLESTRING, type) ||
      !add_attribute(signer, kTransactionId, V_ASN1_PRINTABLESTRING, request.transaction) ||
      !add_attribute(signer, kSenderNonce, V_ASN1_OCTET_STRING, request.nonce) ||
      CMS_final(cms.get(), reading(*enveloped).get(), nullptr, CMS_BINARY) != 1) {
    return absl::InternalError(absl::StrCat("the message could not be signed: ", crypto::openssl_errors()));
  }
  return cms_der(cms.get());
}

absl::StatusOr<PkiAnswer> read_answer(std::string_view der, const Authority& authority, std::string_view transaction,
                                      std::string_view nonce) {
  const auto cms = read_cms(der, NID_pkcs7_signed, "the SCEP response");
  if (!cms.ok()) return cms.status();
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms->get());
  if (sk_CMS_SignerInfo_num(signers) != 1)
    return absl::InvalidArgumentError("the SCEP response does not have exactly one signer");
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
  if (!digest_is_taken(signer))
    return absl::InvalidArgumentError("the SCEP response is signed with a digest that is not accepted");
  auto content = signed_content(cms->get(), authority);
  if (!content.ok()) return content.status();
  if (number(signer, kMessageType) != static_cast<int>(MessageType::kCertRep)) {
    return absl::InvalidArgumentError("the SCEP response is not a CertRep");
  }
  if (attribute(signer, kTransactionId, V_ASN1_PRINTABLESTRING) != transaction) {
    return absl::InvalidArgumentError("the SCEP response belongs to another transaction");
  }
  if (attribute(signer, kRecipientNonce, V_ASN1_OCTET_STRING) != nonce) {
    return absl::InvalidArgumentError("the SCEP response has another nonce than the request");
  }
  const auto status = number(signer, kPkiStatus);
  if (status == static_cast<int>(PkiStatus::kPending)) return PkiAnswer{PkiStatus::kPending, {}, {}};
  if (status == static_cast<int>(PkiStatus::kFailure)) return PkiAnswer{PkiStatus::kFailure, failure_of(signer), {}};
  if (status != static_cast<int>(PkiStatus::kSuccess)) {
    return absl::InvalidArgumentError("the SCEP response has an unknown status");
  }
  return PkiAnswer{PkiStatus::kSuccess, {}, *std::move(content)};
}

absl::StatusOr<std::vector<crypto::Certificate>> open_envelope(std::string_view envelope, const ScepSigner& speaker) {
  const auto cms = read_cms(envelope, NID_pkcs7_enveloped, "the response's envelope", reading_library());
  if (!cms.ok()) return cms.status();
  const crypto::BioPtr opened(BIO_new(BIO_s_mem()));
  if (CMS_decrypt(cms->get(), speaker.key, speaker.certificate.get(), nullptr, opened.get(), CMS_BINARY) != 1) {
    crypto::openssl_errors();  // emptied: it must not reveal how the decryption failed
    return absl::InvalidArgumentError("the response's envelope is not for this phone's key");
  }
  const auto inner = read_cms(content_of(opened.get()), NID_pkcs7_signed, "the envelope's content");
  if (!inner.ok()) return inner.status();
  return certificates_in(inner->get());
}

}  // namespace phone::enrolment

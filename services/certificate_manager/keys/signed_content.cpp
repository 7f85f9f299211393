// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/keys/signed_content.hpp"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/crypto/pointers.hpp"

namespace phone::certificates {
namespace {

using AttributePtr = std::unique_ptr<X509_ATTRIBUTE, crypto::Freer<X509_ATTRIBUTE_free>>;

// RFC 8446 section 4.4.3.
constexpr std::size_t kPadding = 64;
constexpr std::string_view kClientContext("TLS 1.3, client CertificateVerify\0", 34);

constexpr std::string_view kServerContext("TLS 1.3, server CertificateVerify\0", 34);

bool is_tls13(std::string_view content, std::string_view context) {
  if (content.size() < kPadding + context.size()) return false;
  if (content.substr(0, kPadding).find_first_not_of(' ') != std::string_view::npos) return false;
  if (content.substr(kPadding, context.size()) != context) return false;
  const std::size_t hash = content.size() - kPadding - context.size();
  return hash == 32 || hash == 48;  // of the suites of TLS 1.3
}

// RFC 8422 section 5.4: the client's and the server's random, then a named curve and a point on it, of the groups that
// a TLS profile has. Nothing else that this phone signs has the three bytes of the curve at that place and this length.
bool is_tls12_server(std::string_view content) {
  constexpr std::size_t kRandoms = 64, kHead = 4;
  constexpr unsigned char kNamedCurve = 3;
  struct Curve {
    unsigned number;
    std::size_t point;
  };
  constexpr Curve kCurves[] = {{23, 65}, {24, 97}, {25, 133}, {29, 32}};
  if (content.size() < kRandoms + kHead) return false;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(content[kRandoms + at]); };
  if (byte(0) != kNamedCurve) return false;
  const unsigned number = static_cast<unsigned>(byte(1)) << 8 | byte(2);
  return std::any_of(std::begin(kCurves), std::end(kCurves), [&](const Curve& curve) {
    return curve.number == number && curve.point == byte(3) && content.size() == kRandoms + kHead + curve.point;
  });
}

// RFC 5246 section 7.4: the messages before a client signs, each with type and length.
enum class ReadState : std::uint8_t {
  kClientHello = 1,
  kServerHello = 2,
  kCertificate = 11,
  kServerKeyExchange = 12,
  kCertificateRequest = 13,
  kServerHelloDone = 14,
  kClientKeyExchange = 16,
  kCertificateStatus = 22,
};

struct Spoken {
  ReadState type{};
  std::string_view body;
};

bool next(std::string_view& rest, Spoken& message) {
  const auto byte = [&rest](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(rest[at])); };
  if (rest.size() < 4) return false;
  const std::size_t size = byte(1) << 16 | byte(2) << 8 | byte(3);
  if (rest.size() - 4 < size) return false;
  message = {static_cast<ReadState>(byte(0)), rest.substr(4, size)};
  rest.remove_prefix(4 + size);
  return true;
}

// The first of a Certificate message is ours: list length, certificate length, DER.
bool shows(std::string_view body, std::string_view leaf) {
  const std::size_t at = 6;
  return !leaf.empty() && body.size() >= at + leaf.size() && body.substr(at, leaf.size()) == leaf &&
         body.substr(3, 3) == std::string({static_cast<char>(leaf.size() >> 16), static_cast<char>(leaf.size() >> 8),
                                           static_cast<char>(leaf.size())});
}

bool is_tls12_client(std::string_view content, std::string_view leaf) {
  struct Step {
    ReadState type;
    bool optional;
  };
  constexpr Step kSteps[] = {{ReadState::kClientHello, false},      {ReadState::kServerHello, false},
                             {ReadState::kCertificate, false},      {ReadState::kCertificateStatus, true},
                             {ReadState::kServerKeyExchange, true}, {ReadState::kCertificateRequest, false},
                             {ReadState::kServerHelloDone, false},  {ReadState::kCertificate, false},
                             {ReadState::kClientKeyExchange, false}};
  Spoken message;
  bool has = next(content, message);
  bool ours = false;
  for (const Step& step : kSteps) {
    if (!has || message.type != step.type) {
      if (step.optional) continue;
      return false;
    }
    // The last one counts, which is the client's: a server that shows our certificate proves nothing.
    if (step.type == ReadState::kCertificate) ours = shows(message.body, leaf);
    if (step.type == ReadState::kClientKeyExchange) break;
    has = next(content, message);
  }
  return ours && content.empty();
}

absl::Status check_tls(Purpose purpose, Scheme scheme, const SignedContent& content) {
  if (is_tls13(content.bytes, kClientContext)) {
    // TLS 1.3 has no such signature; it could only serve elsewhere.
    if (scheme != Scheme::kRsaPkcs1) return absl::OkStatus();
    return absl::PermissionDeniedError(absl::StrCat("not what ", name_of(purpose), " signs: TLS 1.3 has no PKCS#1"));
  }
  if (is_tls12_client(content.bytes, content.leaf)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("not what ", name_of(purpose), " signs: no handshake in which this certificate is the client's"));
}

absl::Status check_web(Scheme scheme, const SignedContent& content) {
  if (is_tls13(content.bytes, kServerContext)) {
    if (scheme != Scheme::kRsaPkcs1) return absl::OkStatus();
    return absl::PermissionDeniedError("not what web TLS signs: TLS 1.3 has no PKCS#1");
  }
  if (is_tls12_server(content.bytes)) return absl::OkStatus();
  return absl::PermissionDeniedError("not what web TLS signs: no handshake in which this phone is the server");
}

// cisco-formats.md D3: the device's name and a zero byte, or four bytes of session, before the certificate.
absl::Status check_capf(const SignedContent& content) {
  std::string proof(content.device);
  proof += '\0';
  proof += content.leaf;
  const bool sudi = content.bytes.size() == 4 + content.leaf.size() && content.bytes.substr(4) == content.leaf;
  if (!content.leaf.empty() && (content.bytes == proof || sudi)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "not what CAPF proof signs: device name and session do not precede the certificate");
}

bool is_request(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  ASN1_VALUE* info = ASN1_item_d2i(nullptr, &at, static_cast<long>(der.size()), ASN1_ITEM_rptr(X509_REQ_INFO));
  const bool whole = info != nullptr && at == end;
  ASN1_item_free(info, ASN1_ITEM_rptr(X509_REQ_INFO));
  ERR_clear_error();
  return whole;
}

// RFC 8894 section 2.3: a key that has no certificate yet makes one for itself. Read as a certificate with a signature
// that is not one; only one that names itself as its issuer cannot certify another.
bool is_own_certificate(std::string_view tbs) {
  if (tbs.size() < 4 || tbs.size() > 0xF000) return false;
  constexpr std::string_view kRest("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00\x03\x02\x00\x00", 19);
  const std::size_t size = tbs.size() + kRest.size();
  std::string der = {'\x30', '\x82', static_cast<char>(size >> 8), static_cast<char>(size)};
  der.append(tbs).append(kRest);
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const crypto::X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return certificate != nullptr && at == end &&
         X509_NAME_cmp(X509_get_issuer_name(certificate.get()), X509_get_subject_name(certificate.get())) == 0;
}

// RFC 5652 section 5.4: a SET of attributes, the type and the digest of the content among them.
bool is_signed_attributes(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  long size = 0;
  int tag = 0, kind = 0;
  const int head = ASN1_get_object(&at, &size, &tag, &kind, static_cast<long>(der.size()));
  if ((head & 0x80) != 0 || tag != V_ASN1_SET || kind != V_ASN1_UNIVERSAL || at + size != end) {
    ERR_clear_error();
    return false;
  }
  bool type = false, digest = false;
  while (at < end) {
    const AttributePtr one(d2i_X509_ATTRIBUTE(nullptr, &at, static_cast<long>(end - at)));
    if (one == nullptr) break;
    const int id = OBJ_obj2nid(X509_ATTRIBUTE_get0_object(one.get()));
    type = type || id == NID_pkcs9_contentType;
    digest = digest || id == NID_pkcs9_messageDigest;
  }
  ERR_clear_error();
  return at == end && type && digest;
}

}  // namespace

absl::Status check_content(Purpose purpose, Scheme scheme, crypto::Digest digest, const SignedContent& content) {
  const bool eap = purpose == Purpose::kEapTlsWired || purpose == Purpose::kEapTlsWlan;
  if (content.bytes.empty()) {
    // wpa_supplicant's engine hashes before it asks.
    if (eap) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("a signature for ", name_of(purpose), " needs the signed content, not only its digest"));
  }
  if (crypto::digest(digest, content.bytes) != content.digest) {
    return absl::InvalidArgumentError("the input is not the digest of the content");
  }
  if (purpose == Purpose::kCapfProof) return check_capf(content);
  if (purpose == Purpose::kWebTls) return check_web(scheme, content);
  if (purpose != Purpose::kScep) return check_tls(purpose, scheme, content);
  if (is_request(content.bytes) || is_own_certificate(content.bytes) || is_signed_attributes(content.bytes)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError("not what SCEP signs: neither a request, nor its own certificate, nor attributes");
}

}  // namespace phone::certificates

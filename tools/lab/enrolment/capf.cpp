// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/enrolment/capf.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/lab/bytes.hpp"
#include "tools/lab/enrolment/capf_proof.hpp"

namespace phone::lab {
namespace {

enum Command : uint8_t {
  kAuthRequest = 1,
  kAuthResponse = 2,
  kKeygenRequest = 3,
  kKeygenResponse = 4,
  kStoreRequest = 9,
  kStoreResponse = 10,
  kFetchRequest = 11,
  kFetchResponse = 12,
  kDeleteRequest = 13,
  kDeleteResponse = 14,
  kEndSession = 15,
  kInProgress = 17,
};
enum Tag : uint8_t {
  kReason = 1,
  kCertType = 3,
  kCert = 4,
  kSignedData = 6,
  kVersion = 7,
  kAuthType = 8,
  kPublicKey = 9,
  kKeySize = 10,
  kPassword = 11,
  kDeviceName = 13,
  kSudiData = 16,
  kKeyType = 17,
  kCurve = 18,
  kSha2SignedData = 20,
};
constexpr unsigned kProtocol = 0x55;
constexpr unsigned kVersionThree = 3;
constexpr unsigned kLsc = 1;
constexpr size_t kCertPrefix = 5;  // 01, u16 (DER length + 2), 00, type

std::string message(Command command, uint32_t session, const std::string& body) {
  return u8(kProtocol) + u8(command) + u32(session) + u16(body.size()) + body;
}

unsigned curve_code(unsigned bits) { return bits == 256 ? 0 : bits == 384 ? 1 : 2; }

std::string certificate_element(const Identity& certificate) {
  const std::string der = certificate.der();
  return element(kCert, u8(1) + u16(der.size() + 2) + u8(0) + u8(kLsc) + der);
}

std::string without_nul(std::string text) {
  if (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

bool known(unsigned tag) {
  static constexpr Tag kKnown[] = {kReason,   kCert,       kSignedData, kVersion,       kPublicKey,
                                   kPassword, kDeviceName, kSudiData,   kSha2SignedData};
  return std::find(std::begin(kKnown), std::end(kKnown), tag) != std::end(kKnown);
}

bool reason_is(const std::vector<Element>& elements, CapfReason reason) {
  const std::string* value = find_element(elements, kReason);
  return value != nullptr && *value == u8(static_cast<unsigned>(reason));
}

IdentityPtr certificate_in(const std::vector<Element>& elements) {
  const std::string* value = find_element(elements, kCert);
  if (value == nullptr || value->size() <= kCertPrefix) return nullptr;
  auto certificate = Identity::from_der(std::string_view(*value).substr(kCertPrefix));
  return certificate.ok() ? *certificate : nullptr;
}

}  // namespace

size_t capf_body_length(std::string_view header) { return read_be(header.substr(6, 2)); }

std::string CapfSession::start() const {
  return message(kAuthRequest, session_, element(kVersion, u8(kVersionThree)) + element(kAuthType, u8(0)));
}

CapfSession::Step CapfSession::end(CapfReason reason, const std::string& result) {
  result_ = result;
  if (reason == CapfReason::kDone) devices_.finished(device_.name);
  return {message(kEndSession, session_, element(kReason, u8(static_cast<unsigned>(reason)))), true};
}

CapfSession::Step CapfSession::receive(std::string_view bytes) {
  if (bytes.size() < kCapfHeader || bytes[0] != kProtocol) return end(CapfReason::kInvalid, "not CAPF");
  if (read_be(bytes.substr(2, 4)) != session_) return end(CapfReason::kInvalid, "another session");
  const auto elements = split_elements(bytes.substr(kCapfHeader));
  if (!elements) return end(CapfReason::kInvalid, "malformed");
  for (const Element& one : *elements) {
    if (!known(one.tag)) return end(CapfReason::kInvalid, absl::StrCat("unknown element ", one.tag));
  }
  const unsigned command = static_cast<unsigned char>(bytes[1]);
  if (command == kInProgress && waiting_ == Waiting::kKey) return {};
  switch (waiting_) {
    case Waiting::kAuthentication:
      if (command == kAuthResponse) return authenticated(*elements);
      break;
    case Waiting::kKey:
      if (command == kKeygenResponse) return key_made(*elements);
      break;
    case Waiting::kStored:
      if (command != kStoreResponse) break;
      if (!reason_is(*elements, CapfReason::kDone)) return end(CapfReason::kDone, "the phone could not store it");
      if (absl::Status kept = devices_.keep_lsc(device_.name, certificate_); !kept.ok()) {
        return end(CapfReason::kInvalid, std::string(kept.message()));
      }
      return end(CapfReason::kDone, "done");
    case Waiting::kFetched:
      if (command != kFetchResponse) break;
      certificate_ = certificate_in(*elements);
      return end(CapfReason::kNoAction, certificate_ ? "done" : "the phone has none");
    case Waiting::kDeleted:
      if (command != kDeleteResponse) break;
      devices_.forget_lsc(device_.name);
      return end(CapfReason::kDone, reason_is(*elements, CapfReason::kDone) ? "done" : "the phone had none");
  }
  return end(CapfReason::kInvalid, absl::StrCat("unexpected message ", command));
}

CapfSession::Step CapfSession::authenticated(const std::vector<Element>& elements) {
  const std::string* version = find_element(elements, kVersion);
  const std::string* name = find_element(elements, kDeviceName);
  if (name != nullptr) device_.name = without_nul(*name);
  if (version == nullptr || *version != u8(kVersionThree)) return end(CapfReason::kInvalid, "not version 3");
  if (name == nullptr || !reason_is(elements, CapfReason::kDone)) return end(CapfReason::kInvalid, "malformed");
  const auto device = devices_.find(device_.name);
  if (!device) return end(CapfReason::kUnknownDevice, "unknown device");
  device_ = *device;
  if (device_.operation == CapfOperation::kNone) {
    if (!may_renew(elements)) return end(CapfReason::kNoAction, "nothing scheduled");
    device_.operation = CapfOperation::kInstall;
    device_.auth = CapfAuth::kExisting;
  }
  if (device_.auth == CapfAuth::kExisting || device_.auth == CapfAuth::kMic) {
    if (const std::string problem = proof_problem(elements); !problem.empty()) {
      return end(CapfReason::kInvalid, problem);
    }
  }
  const std::string* password = find_element(elements, kPassword);
  const std::string wanted = device_.auth == CapfAuth::kString ? device_.auth_string : "";
  if (password == nullptr || without_nul(*password) != wanted) {
    return end(CapfReason::kInvalid, "wrong authentication string");
  }
  switch (device_.operation) {
    case CapfOperation::kFetch:
      what_ = "fetch";
      waiting_ = Waiting::kFetched;
      return {message(kFetchRequest, session_, "")};
    case CapfOperation::kDelete:
      what_ = "delete";
      waiting_ = Waiting::kDeleted;
      return {message(kDeleteRequest, session_, "")};
    default:
      break;
  }
  what_ = "install";
  if (weak_) device_.key = {.ec = false, .bits = 512};
  waiting_ = Waiting::kKey;
  const std::string body = device_.key.ec ? element(kKeyType, u8(1)) + element(kCurve, u8(curve_code(device_.key.bits)))
                                          : element(kKeySize, u16(device_.key.bits)) + element(kKeyType, u8(0));
  return {message(kKeygenRequest, session_, body)};
}

CapfSession::Step CapfSession::key_made(const std::vector<Element>& elements) {
  const std::string* spki = find_element(elements, kPublicKey);
  if (spki == nullptr) return end(CapfReason::kInvalid, "the phone could not make a key");
  auto certificate = issue_(device_.name, *spki);
  if (!certificate.ok()) return end(CapfReason::kInvalid, std::string(certificate.status().message()));
  certificate_ = *certificate;
  const bool as_asked =
      certificate_->is_rsa() != device_.key.ec && certificate_->bits() == static_cast<int>(device_.key.bits);
  if (!as_asked)
    return end(CapfReason::kInvalid, absl::StrCat("not the key asked for: ", certificate_->describe_key()));
  waiting_ = Waiting::kStored;
  return {message(kStoreRequest, session_, element(kCertType, u8(kLsc)) + certificate_element(*certificate_))};
}

bool CapfSession::may_renew(const std::vector<Element>& elements) {
  const IdentityPtr certificate = certificate_in(elements);
  if (!renewal_at_ || !certificate || !device_.lsc || certificate->der() != device_.lsc->der()) return false;
  if (!proof_problem(elements).empty()) return false;
  int days = 0, seconds = 0, left_days = 0, left_seconds = 0;
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> now(ASN1_TIME_set(nullptr, *renewal_at_),
                                                                  &ASN1_TIME_free);
  const X509* x509 = certificate->x509();
  if (ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509), X509_get0_notAfter(x509)) != 1 ||
      ASN1_TIME_diff(&left_days, &left_seconds, now.get(), X509_get0_notAfter(x509)) != 1) {
    return false;
  }
  constexpr int64_t kDay = 86400;
  const int64_t left = left_days * kDay + left_seconds;
  return left > 0 && left * 5 <= days * kDay + seconds;
}

// 00 u16 certificate | 01 u16 SHA-1 proof | 03 u16 SHA-512 proof, over the session's number, little-endian, and the
// certificate.
std::string CapfSession::sudi_problem(const std::string& value) const {
  const auto parts = split_elements(value);
  const std::string* der = parts ? find_element(*parts, 0) : nullptr;
  const std::string* sha1 = parts ? find_element(*parts, 1) : nullptr;
  const std::string* sha512 = parts ? find_element(*parts, 3) : nullptr;
  if (der == nullptr || sha1 == nullptr || sha512 == nullptr) return "SUDI data is malformed";
  const auto certificate = Identity::from_der(*der);
  if (!certificate.ok()) return "SUDI data holds no certificate";
  if (device_of(**certificate) != device_.name) return "SUDI certificate of another device";
  const std::string big = u32(session_);
  const std::string data = std::string(big.rbegin(), big.rend()) + *der;
  if (!proof_holds((*certificate)->public_key(), Hash::kSha1, data, *sha1) ||
      !proof_holds((*certificate)->public_key(), Hash::kSha512, data, *sha512)) {
    return "SUDI proof does not hold";
  }
  return {};
}

std::string CapfSession::proof_problem(const std::vector<Element>& elements) {
  const IdentityPtr certificate = certificate_in(elements);
  const std::string* sha1 = find_element(elements, kSignedData);
  const std::string* sha2 = find_element(elements, kSha2SignedData);
  if (!certificate || sha1 == nullptr || sha2 == nullptr) return "no proof of a certificate";
  if (!issued_by_one_of(*certificate, authorities_)) return "certificate of an unknown issuer";
  if (device_of(*certificate) != device_.name) return "certificate of another device";
  const std::string data = with_nul(device_.name) + certificate->der();
  if (!proof_holds(certificate->public_key(), Hash::kSha1, data, *sha1)) return "SHA-1 proof does not hold";
  // 03 (SHA-512), u16 length, signature
  if (sha2->size() < 3 || (*sha2)[0] != 3 || read_be(std::string_view(*sha2).substr(1, 2)) != sha2->size() - 3 ||
      !proof_holds(certificate->public_key(), Hash::kSha512, data, std::string_view(*sha2).substr(3))) {
    return "SHA-512 proof does not hold";
  }
  if (const std::string* sudi = find_element(elements, kSudiData)) {
    if (std::string problem = sudi_problem(*sudi); !problem.empty()) return problem;
    sudi_ = true;
  }
  return {};
}

}  // namespace phone::lab

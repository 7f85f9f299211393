// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/enrolment/scep.hpp"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "absl/strings/str_cat.h"
#include "tools/lab/issue.hpp"

namespace phone::lab {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* one) const {
    kFree(one);
  }
};
using Cms = std::unique_ptr<CMS_ContentInfo, Free<CMS_ContentInfo_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Csr = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using Oid = std::unique_ptr<ASN1_OBJECT, Free<ASN1_OBJECT_free>>;

enum Attribute {
  kMessageType = 2,
  kPkiStatus = 3,
  kFailInfo = 4,
  kSenderNonce = 5,
  kRecipientNonce = 6,
  kTransaction = 7
};
enum Type { kCertRep = 3, kRenewalReq = 17, kPkcsReq = 19, kCertPoll = 20 };
enum Status { kSuccess = 0, kFailure = 2, kPending = 3 };
enum Failure { kBadMessageCheck = 1, kBadRequest = 2, kBadCertId = 4, kNone = -1 };

std::string oid(Attribute attribute) { return absl::StrCat("2.16.840.1.113733.1.9.", static_cast<int>(attribute)); }

Bio over(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

std::string bytes_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : "";
}

std::string der_of(CMS_ContentInfo* cms) {
  const Bio out(BIO_new(BIO_s_mem()));
  return cms != nullptr && i2d_CMS_bio(out.get(), cms) == 1 ? bytes_of(out.get()) : "";
}

Cms parse(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return Cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
}

std::string value_of(CMS_SignerInfo* signer, Attribute attribute, int type) {
  const Oid object(OBJ_txt2obj(oid(attribute).c_str(), 1));
  const auto* value = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(signer, object.get(), -3, type));
  if (value == nullptr) return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), static_cast<size_t>(ASN1_STRING_length(value))};
}

void add(CMS_SignerInfo* signer, Attribute attribute, int type, const std::string& value) {
  CMS_signed_add1_attr_by_txt(signer, oid(attribute).c_str(), type, value.data(), static_cast<int>(value.size()));
}

std::string challenge_in(X509_REQ* csr) {
  const int at = X509_REQ_get_attr_by_NID(csr, NID_pkcs9_challengePassword, -1);
  if (at < 0) return {};
  const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(csr, at), 0);
  const ASN1_STRING* text =
      value != nullptr && ASN1_TYPE_get(value) != V_ASN1_BOOLEAN ? value->value.asn1_string : nullptr;
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string spki_of(X509_REQ* csr) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(X509_REQ_get0_pubkey(csr), &der);
  std::string spki(reinterpret_cast<char*>(der), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(der);
  return spki;
}

}  // namespace

struct ScepAuthority::Request {
  int type = 0;
  std::string transaction, nonce, device, spki;
  X509Ptr sender;  // who signed it, and for whom the answer is enveloped
  Csr csr;
};

std::string ScepAuthority::capabilities() const {
  return settings_.capabilities.value_or("AES\nPOSTPKIOperation\nRenewal\nSHA-256\nSCEPStandard\n");
}

ScepAuthority::Certificates ScepAuthority::certificates() const {
  if (!settings_.ra) return {"application/x-x509-ca-cert", ca_->der()};
  const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL));
  CMS_add1_cert(cms.get(), ra_->x509());
  CMS_add1_cert(cms.get(), ca_->x509());
  CMS_final(cms.get(), over("").get(), nullptr, CMS_BINARY);
  return {"application/x-x509-ca-ra-cert", der_of(cms.get())};
}

ScepAuthority::Answer ScepAuthority::receive(std::string_view message) {
  const Cms cms = parse(message);
  const Bio content(BIO_new(BIO_s_mem()));
  if (cms == nullptr ||
      CMS_verify(cms.get(), nullptr, nullptr, nullptr, content.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1) {
    ERR_clear_error();
    return {.result = "not a signed message"};
  }
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.get()), 0);
  Request request;
  request.type = std::atoi(value_of(signer, kMessageType, V_ASN1_PRINTABLESTRING).c_str());
  request.transaction = value_of(signer, kTransaction, V_ASN1_PRINTABLESTRING);
  request.nonce = value_of(signer, kSenderNonce, V_ASN1_OCTET_STRING);
  X509* sender = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, &sender, nullptr, nullptr);
  request.sender.reset(sender != nullptr ? X509_dup(sender) : nullptr);
  if (request.transaction.empty() || request.nonce.empty() || !request.sender)
    return {.result = "attributes are missing"};
  const Cms envelope = parse(bytes_of(content.get()));
  const Bio opened(BIO_new(BIO_s_mem()));
  if (envelope == nullptr ||
      CMS_decrypt(envelope.get(), speaker().key(), speaker().x509(), nullptr, opened.get(), CMS_BINARY) != 1) {
    ERR_clear_error();
    return refused(request, kBadMessageCheck, "the envelope is not ours");
  }
  const std::lock_guard lock(mutex_);
  if (request.type == kCertPoll) return poll(request);
  const std::string der = bytes_of(opened.get());
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  request.csr.reset(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (request.csr == nullptr || X509_REQ_verify(request.csr.get(), X509_REQ_get0_pubkey(request.csr.get())) != 1) {
    ERR_clear_error();
    return refused(request, kBadRequest, "no request that proves its key");
  }
  return decide(request);
}

ScepAuthority::Answer ScepAuthority::decide(Request& request) {
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(request.csr.get()), NID_commonName, name, sizeof name);
  request.device = name;
  request.spki = spki_of(request.csr.get());
  if (request.type == kRenewalReq) {
    if (X509_verify(request.sender.get(), ca_->public_key()) != 1) {
      ERR_clear_error();
      return refused(request, kBadCertId, "renewal with a certificate of another CA");
    }
  } else if (request.type != kPkcsReq) {
    return refused(request, kBadRequest, "unknown message type");
  } else if (!settings_.challenge.empty() && challenge_in(request.csr.get()) != settings_.challenge) {
    return refused(request, kBadRequest, "wrong challenge");
  }
  if (settings_.pending > 0) {
    waiting_[request.transaction] = {request.spki, settings_.pending};
    return answered(request, kPending, kNone, nullptr);
  }
  return issue_for(request);
}

ScepAuthority::Answer ScepAuthority::poll(const Request& request) {
  const auto found = waiting_.find(request.transaction);
  if (found == waiting_.end()) return refused(request, kBadCertId, "no such transaction");
  if (--found->second.polls > 0) return answered(request, kPending, kNone, nullptr);
  Request whole{.type = request.type,
                .transaction = request.transaction,
                .nonce = request.nonce,
                .device = Identity(X509Ptr(X509_dup(request.sender.get())), nullptr).common_name(),
                .spki = found->second.spki,
                .sender = X509Ptr(X509_dup(request.sender.get())),
                .csr = nullptr};
  waiting_.erase(found);
  return issue_for(whole);
}

ScepAuthority::Answer ScepAuthority::issue_for(const Request& request) {
  if (settings_.bring_old_back && request.type == kRenewalReq) {
    const Identity old(X509Ptr(X509_dup(request.sender.get())), nullptr);
    return answered(request, kSuccess, kNone, &old);
  }
  const lab::Request wanted{
      .subject = {{"CN", request.device}, {"O", "Lab Org"}}, .extensions = Extensions::kClient, .days = settings_.days};
  const auto* at = reinterpret_cast<const unsigned char*>(request.spki.data());
  const KeyPtr key(settings_.other_key ? make_rsa(2048).release()
                                       : d2i_PUBKEY(nullptr, &at, static_cast<long>(request.spki.size())));
  const Identity& issuer = settings_.other_ca ? *ra_ : *ca_;
  auto certificate = key ? issue(wanted, key.get(), &issuer, nullptr) : absl::InvalidArgumentError("no key");
  if (!certificate.ok()) return refused(request, kBadRequest, std::string(certificate.status().message()));
  const Identity issued(*std::move(certificate), nullptr);
  return answered(request, kSuccess, kNone, &issued);
}

ScepAuthority::Answer ScepAuthority::refused(const Request& request, int failure, const std::string& why) const {
  Answer answer = answered(request, kFailure, failure, nullptr);
  answer.result = why;
  return answer;
}

ScepAuthority::Answer ScepAuthority::answered(const Request& request, int status, int failure,
                                              const Identity* issued) const {
  std::string envelope;
  if (issued != nullptr) {
    const Cms degenerate(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL));
    CMS_add1_cert(degenerate.get(), issued->x509());
    CMS_final(degenerate.get(), over("").get(), nullptr, CMS_BINARY);
    STACK_OF(X509)* recipient = sk_X509_new_null();
    sk_X509_push(recipient, request.sender.get());
    const Cms enveloped(CMS_encrypt(recipient, over(der_of(degenerate.get())).get(), EVP_aes_128_cbc(), CMS_BINARY));
    sk_X509_free(recipient);
    envelope = der_of(enveloped.get());
  }
  // Without a certificate to hand over there is no content at all (RFC 8894 section 3.3.2).
  const unsigned detached = issued == nullptr ? CMS_DETACHED : 0;
  const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY | detached));
  CMS_SignerInfo* signer = CMS_add1_signer(cms.get(), speaker().x509(), speaker().key(), EVP_sha256(),
                                           CMS_PARTIAL | CMS_NOSMIMECAP | CMS_NOCERTS);
  if (signer == nullptr) return {.result = openssl_error_text()};
  std::string own(16, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(own.data()), static_cast<int>(own.size()));
  add(signer, kMessageType, V_ASN1_PRINTABLESTRING, absl::StrCat(static_cast<int>(kCertRep)));
  add(signer, kPkiStatus, V_ASN1_PRINTABLESTRING, absl::StrCat(status));
  if (failure != kNone) add(signer, kFailInfo, V_ASN1_PRINTABLESTRING, absl::StrCat(failure));
  add(signer, kTransaction, V_ASN1_PRINTABLESTRING, settings_.other_transaction ? "another" : request.transaction);
  add(signer, kSenderNonce, V_ASN1_OCTET_STRING, own);
  add(signer, kRecipientNonce, V_ASN1_OCTET_STRING, settings_.other_nonce ? own : request.nonce);
  CMS_final(cms.get(), over(envelope).get(), nullptr, CMS_BINARY | detached);
  static const std::map<int, const char*> kNames = {
      {kPkcsReq, "PKCSReq"}, {kRenewalReq, "RenewalReq"}, {kCertPoll, "CertPoll"}};
  const auto name = kNames.find(request.type);
  return {.message = der_of(cms.get()),
          .device = request.device,
          .what = name == kNames.end() ? "unknown" : name->second,
          .result = status == kSuccess ? "issued" : "pending",
          .serial = issued != nullptr ? hex(issued->serial()) : ""};
}

}  // namespace phone::lab

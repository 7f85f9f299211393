// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_client.hpp"

#include <algorithm>
#include <set>

#include <openssl/rand.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/text/foreign_text.hpp"
#include "services/certificate_manager/enrolment/scep_cms.hpp"
#include "services/certificate_manager/enrolment/scep_message.hpp"
#include "services/certificate_manager/enrolment/scep_request.hpp"

namespace phone::enrolment {
namespace {

using crypto::Certificate;

constexpr size_t kCapabilitiesLimit = 4096;

struct Capabilities {
  bool known = false;  // the server has said so; else these are the ones that every server must have
  bool post = true;
  bool renewal = false;
  Cipher cipher = Cipher::kAes128;
};

// RFC 8894 section 3.5.2. What we send is SHA-256 and AES, or triple DES where that is allowed and the server has no
// AES; one that lacks them is refused, not obeyed.
absl::StatusOr<Capabilities> read_capabilities(std::string_view text, bool des3_allowed) {
  std::set<std::string> said;
  for (absl::string_view line : absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    said.insert(absl::AsciiStrToUpper(absl::StripAsciiWhitespace(line)));
  }
  const bool standard = said.contains("SCEPSTANDARD");
  if (!standard && !said.contains("SHA-256"))
    return absl::FailedPreconditionError("the SCEP server does not support SHA-256");
  const bool aes = standard || said.contains("AES");
  if (!aes && !said.contains("DES3"))
    return absl::FailedPreconditionError("the SCEP server supports neither AES nor triple DES");
  if (!aes && !des3_allowed) {
    return absl::FailedPreconditionError(
        "the SCEP server supports triple DES only, which the configuration (scepTripleDes) or FIPS mode does not "
        "allow");
  }
  return Capabilities{.known = true,
                      .post = standard || said.contains("POSTPKIOPERATION"),
                      .renewal = standard || said.contains("RENEWAL"),
                      .cipher = aes ? Cipher::kAes128 : Cipher::kDes3};
}

// A page for people is no list of capabilities.
bool is_page(const ScepReply& reply) { return reply.type == "text/html" || absl::StrContains(reply.body, '<'); }

// A key of the key holder as OpenSSL wants it.
struct HeldKey {
  crypto::PublicKey public_key;
  crypto::EvpPkeyPtr key;
};

class Run {
 public:
  Run(ScepTransport& transport, ScepKeyPort& keys, const ScepRequest& order, const ScepDelegate& delegate)
      : transport_(transport), keys_(keys), order_(order), delegate_(delegate) {}

  SessionResult run() {
    const absl::Status status = enrol();
    if (status.ok()) return {{Ended::kInstalled, {}, 0}, false};
    return {{Ended::kFailed, std::string(status.message()), 0}, absl::IsUnavailable(status)};
  }

 private:
  absl::Status enrol() {
    delegate_.progress(Progress::kAuthenticating);
    const auto capabilities = ask_capabilities();
    if (!capabilities.ok()) return capabilities.status();
    const auto authority = ask_authority();
    if (!authority.ok()) return authority.status();
    if (auto status = delegate_.vouch(*authority); !status.ok()) return status;
    const auto old = order_.renew ? held() : absl::NotFoundError("");
    if (order_.renew && !old.ok()) return old.status();

    delegate_.progress(Progress::kGeneratingKey);
    const auto spki = keys_.make_key(kScepKeyBits);
    if (!spki.ok())
      return absl::Status(spki.status().code(), absl::StrCat("no key was generated: ", spki.status().message()));
    const auto fresh = remote(*spki);
    if (!fresh.ok()) return fresh.status();
    auto request = certificate_request(fresh->public_key, fresh->key.get(), order_.common_name, order_.challenge);
    if (!request.ok()) return request.status();
    auto own = self_signed(fresh->public_key, fresh->key.get(), order_.common_name, delegate_.present());
    if (!own.ok()) return own.status();
    transaction_ = crypto::hex(crypto::digest(crypto::Digest::kSha256, *spki));

    // A renewal is signed with the certificate it renews (RFC 8894 section 3.3.1.2).
    const auto current = old.ok() ? remote(old->public_key().spki()) : remote(*spki);
    if (!current.ok()) return current.status();
    const ScepSigner speaker{old.ok() ? *old : *own, current->key.get()};
    const auto type = old.ok() && capabilities->renewal ? MessageType::kRenewalReq : MessageType::kPkcsReq;
    delegate_.progress(Progress::kAwaitingCertificate);
    capabilities_ = *capabilities;
    auto answer = exchange(type, request->view(), speaker, *authority);
    request->wipe();
    if (answer.ok() && answer->status == PkiStatus::kPending) {
      answer = poll(own->subject_der(), speaker, *authority);
    }
    if (!answer.ok()) return answer.status();
    return take(*answer, speaker, *authority, fresh->public_key, old.ok() ? &*old : nullptr);
  }

  absl::StatusOr<Capabilities> ask_capabilities() {
    const auto reply = transport_.get("GetCACaps", "", kCapabilitiesLimit);
    // A server that does not know the question has said nothing of what it can: every server must have POST, AES and
    // SHA-256 (RFC 8894 section 2.9).
    if (absl::IsNotFound(reply.status()) || (reply.ok() && is_page(*reply))) return Capabilities();
    if (!reply.ok()) return reply.status();
    return read_capabilities(reply->body, order_.des3_allowed);
  }

  absl::StatusOr<Authority> ask_authority() {
    const auto reply = transport_.get("GetCACert", "", kMaximumCms);
    if (!reply.ok()) return reply.status();
    const auto offered = read_authority(reply->type, reply->body);
    if (!offered.ok()) return offered.status();
    const clock::Present present = delegate_.present();
    judged_without_time_ = !present.known;
    return believe(*offered, order_.root, present);
  }

  absl::StatusOr<Certificate> held() {
    const auto der = keys_.held();
    if (!der.ok()) return der.status();
    return Certificate::parse(*der);
  }

  absl::StatusOr<HeldKey> remote(const std::string& spki) {
    auto key = crypto::PublicKey::from_spki(spki);
    if (!key.ok()) return key.status();
    const std::string name = crypto::spki_fingerprint(*key);
    auto made = crypto::remote_private_key(
        *key, [this, name](const crypto::SigningInput& input) { return keys_.sign(name, input); },
        [this, name](const std::string& wrapped) { return keys_.open(name, wrapped); });
    if (!made.ok()) return made.status();
    return HeldKey{*std::move(key), *std::move(made)};
  }

  absl::StatusOr<PkiAnswer> exchange(MessageType type, std::string_view content, const ScepSigner& speaker,
                                     const Authority& authority) {
    std::string nonce(kNonceSize, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) != 1) {
      return absl::InternalError("the system has no random numbers");
    }
    const auto message = write_message({type, transaction_, nonce, content, capabilities_.cipher}, speaker, authority);
    if (!message.ok()) return message.status();
    const auto reply = send(*message);
    if (!reply.ok()) return reply.status();
    if (reply->type != "application/x-pki-message") {
      return absl::InvalidArgumentError(absl::StrCat("the SCEP server did not return a PKI message but ",
                                                     text::printable(reply->type, 64), ": ",
                                                     text::printable(reply->body, 100)));
    }
    auto answer = read_answer(reply->body, authority, transaction_, nonce);
    if (answer.ok() && answer->status == PkiStatus::kFailure) {
      return absl::FailedPreconditionError(absl::StrCat("the SCEP server refused: ", answer->failure));
    }
    return answer;
  }

  // One that has not said that it takes POST, and refuses it, is asked by GET as servers before RFC 8894 are.
  absl::StatusOr<ScepReply> send(const std::string& message) {
    if (!capabilities_.post) return transport_.get("PKIOperation", message, kMaximumCms);
    auto reply = transport_.post(message, kMaximumCms);
    const bool refused = absl::IsNotFound(reply.status()) || absl::IsInvalidArgument(reply.status());
    if (capabilities_.known || !refused) return reply;
    auto again = transport_.get("PKIOperation", message, kMaximumCms);
    if (!again.ok()) return reply;
    capabilities_.post = false;
    return again;
  }

  absl::StatusOr<PkiAnswer> poll(const std::string& subject, const ScepSigner& speaker, const Authority& authority) {
    delegate_.progress(Progress::kAwaitingApproval);
    const std::string question = issuer_and_subject(authority.issuer_name, subject);
    absl::Duration waited;
    absl::Duration wait = kFirstPoll;
    while (waited < kPollLimit) {
      if (!delegate_.pause(wait)) return absl::CancelledError("another enrolment has replaced this one");
      waited += wait;
      wait = std::min(2 * wait, kLongestPoll);
      auto answer = exchange(MessageType::kCertPoll, question, speaker, authority);
      // A server that is away for a moment still has our request.
      if (absl::IsUnavailable(answer.status())) continue;
      if (!answer.ok() || answer->status != PkiStatus::kPending) return answer;
    }
    return absl::DeadlineExceededError("the SCEP authority has not decided within a day");
  }

  absl::Status take(const PkiAnswer& answer, const ScepSigner& speaker, const Authority& authority,
                    const crypto::PublicKey& key, const Certificate* old) {
    const auto certificates = open_envelope(answer.envelope, speaker);
    if (!certificates.ok()) return certificates.status();
    if (old != nullptr && std::find(certificates->begin(), certificates->end(), *old) != certificates->end()) {
      return absl::FailedPreconditionError("the renewal returned the old certificate");
    }
    const auto issued = std::find_if(certificates->begin(), certificates->end(),
                                     [&](const Certificate& one) { return one.public_key() == key; });
    if (issued == certificates->end()) {
      return absl::InvalidArgumentError("the SCEP response has no certificate for the newly generated key");
    }
    const clock::Present present = delegate_.present();
    if (auto status = judge_again(authority, present); !status.ok()) return status;
    std::vector<Certificate> others = authority.proven;
    others.insert(others.end(), certificates->begin(), certificates->end());
    if (auto status = leads_to(authority.root, *issued, others, present); !status.ok()) return status;
    std::vector<std::string> issuers;
    for (const auto& one : authority.proven) {
      if (one.subject_der() == issued->issuer_der() && one != authority.root) issuers.push_back(one.der());
    }
    const std::string refused = keys_.store(issued->der(), issuers);
    return refused.empty() ? absl::OkStatus() : absl::FailedPreconditionError(refused);
  }

  // An authority whose dates were judged while there was no time, once there is one: up to a day may have passed.
  absl::Status judge_again(const Authority& authority, const clock::Present& present) {
    if (!judged_without_time_ || !present.known) return absl::OkStatus();
    const auto again = believe(authority.proven, order_.root, present);
    if (!again.ok()) return again.status();
    if (again->recipient != authority.recipient) {
      return leads_to(authority.root, authority.recipient, authority.proven, present);
    }
    return delegate_.vouch(*again);
  }

  ScepTransport& transport_;
  ScepKeyPort& keys_;
  const ScepRequest& order_;
  const ScepDelegate& delegate_;
  std::string transaction_;
  Capabilities capabilities_;
  bool judged_without_time_ = false;
};

}  // namespace

SessionResult run_scep(ScepTransport& transport, ScepKeyPort& keys, const ScepRequest& order,
                       const ScepDelegate& delegate) {
  return Run(transport, keys, order, delegate).run();
}

}  // namespace phone::enrolment

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/send.hpp>
#include <caf/typed_actor.hpp>

#include "absl/time/clock.h"
#include "common/clock/present_time.hpp"
#include "common/mesh/call/event_log.hpp"
#include "services/certificate_manager/certificates/enrolment_order.hpp"
#include "services/certificate_manager/certificates/installation.hpp"
#include "services/certificate_manager/certificates/lsc_change.hpp"
#include "services/certificate_manager/certificates/renewal.hpp"
#include "services/certificate_manager/keys/signing.hpp"
#include "services/certificate_manager/state_record.hpp"
#include "services/certificate_manager/token/token_actor.hpp"

// The single owner of the certificates in force, of the fresh key that waits for one, and of the order to enrol. Has a
// thread of its own, because it writes to flash; private key operations go on to the token's actors, so that making a
// key of 4096 bits holds up no signature.
namespace phone::certificates {

struct SignRequest {
  Caller caller;
  Purpose purpose;
  Scheme scheme;
  crypto::Digest digest;
  std::string input;
  std::optional<Kind> kind;
  std::string fingerprint;
  std::string content = {};  // of which `input` is the digest
};
struct LookupRequest {
  Caller caller;
  Purpose purpose;
  std::optional<Kind> kind;
};
struct LookupAnswer {
  Kind kind;
  std::vector<std::string> chain;  // DER
  KeyId key;
};
struct UnwrapRequest {
  Caller caller;
  Purpose purpose;
  std::string wrapped;
  std::string fingerprint;  // empty: any that serves
};
struct EnrolAnswer {
  std::uint64_t order;
};
struct GenerateKeyRequest {
  std::uint64_t order;
  KeyType type;
  int bits;
  bool ec_allowed;
};
struct StoreCertificateRequest {
  std::uint64_t order;
  Kind kind;
  std::string certificate;
  std::vector<std::string> issuers;
};
struct StoreCertificateAnswer {
  bool stored;
  std::string reason;
};
struct DeleteCertificateRequest {
  std::uint64_t order;
  Kind kind;
};
struct DeleteCertificateAnswer {
  bool deleted;
};
// UseReport: see lsc_change.hpp.
struct UseAnswer {
  bool show_another = false;
};
// What a complete configuration says of certificates.
struct PolicyChanged {
  KeptPolicy kept;
  std::vector<Server> capf;
  std::optional<Server> scep_server;
  Scep scep;
};
// Look whether a certificate is due.
struct Tick {};
// The state directory has become ours, and this is what the process before us left in it.
struct StateDirAcquired {
  Certificates certificates;
  std::optional<KeptPolicy> policy;
  Order order;
  std::optional<Trial> trial;
};

using CertificateStoreActor =
    caf::typed_actor<caf::replies_to<SignRequest>::with<std::string>,
                     caf::replies_to<LookupRequest>::with<LookupAnswer>,
                     caf::replies_to<UnwrapRequest>::with<UnwrapAnswer>, caf::replies_to<Order>::with<EnrolAnswer>,
                     caf::replies_to<GenerateKeyRequest>::with<FreshKey>,
                     caf::replies_to<StoreCertificateRequest>::with<StoreCertificateAnswer>,
                     caf::replies_to<DeleteCertificateRequest>::with<DeleteCertificateAnswer>,
                     caf::replies_to<Report>::with<void>, caf::replies_to<UseReport>::with<UseAnswer>,
                     caf::reacts_to<PolicyChanged>, caf::reacts_to<Tick>, caf::reacts_to<StateDirAcquired>>;

struct Snapshot {
  Certificates certificates;
  std::optional<Trial> trial;
  std::string fallen_back;  // why the last LSC on trial was given up
  Report report;
  std::string device;
  std::string token_trouble;         // why no key can be used; empty: they can
  std::optional<KeptPolicy> policy;  // in force; none: the default
};

struct CertificateStoreSetup {
  std::filesystem::path state;
  Certificates certificates;
  std::string device;
  std::optional<KeptPolicy> policy;  // none on flash: written when policy speaks, also when it says the default
  std::optional<Trial> trial;
  bool waits_for_state_dir = false;  // until StateDirAcquired changes wait, within their callers' deadlines
  Order order;                       // one that outlived the last process
  TokenActor signer;                 // two sessions, two threads
  TokenActor maker;
  std::string token_trouble;
  std::function<void(const Snapshot&)> publish;  // at every change, and once at the start
  std::function<void(const Order&)> publish_order;
  mesh::EventLog* event_log;
  std::function<clock::Present()> present = clock::present;
};

CertificateStoreActor spawn_certificate_store(caf::actor_system& system, CertificateStoreSetup setup);
inline void tell(const CertificateStoreActor& certificate_store, PolicyChanged change) {
  caf::anon_send(certificate_store, std::move(change));
}
// Sends the certificate store a Tick every minute. An actor without a thread, to be ended like the others.
caf::actor spawn_ticker(caf::actor_system& system, CertificateStoreActor certificate_store);

}  // namespace phone::certificates

PHONE_MESSAGE(phone::certificates::SignRequest)
PHONE_MESSAGE(phone::certificates::LookupRequest)
PHONE_MESSAGE(phone::certificates::LookupAnswer)
PHONE_MESSAGE(phone::certificates::UnwrapRequest)
PHONE_MESSAGE(phone::certificates::Order)
PHONE_MESSAGE(phone::certificates::EnrolAnswer)
PHONE_MESSAGE(phone::certificates::GenerateKeyRequest)
PHONE_MESSAGE(phone::certificates::StoreCertificateRequest)
PHONE_MESSAGE(phone::certificates::StoreCertificateAnswer)
PHONE_MESSAGE(phone::certificates::DeleteCertificateRequest)
PHONE_MESSAGE(phone::certificates::DeleteCertificateAnswer)
PHONE_MESSAGE(phone::certificates::Report)
PHONE_MESSAGE(phone::certificates::PolicyChanged)
PHONE_MESSAGE(phone::certificates::UseReport)
PHONE_MESSAGE(phone::certificates::UseAnswer)
PHONE_MESSAGE(phone::certificates::Tick)
PHONE_MESSAGE(phone::certificates::StateDirAcquired)

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificate_store_actor.hpp"

#include <algorithm>

#include <caf/all.hpp>

#include "absl/strings/str_cat.h"
#include "common/mesh/actor/actor_error.hpp"
#include "common/settings/refusal_pace.hpp"
#include "common/text/foreign_text.hpp"
#include "services/certificate_manager/certificates/renewal_watch.hpp"
#include "services/certificate_manager/certificates/unproven_change.hpp"
#include "services/certificate_manager/keys/signed_content.hpp"
#include "services/certificate_manager/unsaved_state.hpp"

namespace phone::certificates {
namespace {

using mesh::Severity;
using mesh::to_error;

constexpr size_t kTextLimit = 1000;  // names of certificates are foreign text

class CertificateStore : public CertificateStoreActor::base {
 public:
  CertificateStore(caf::actor_config& config, CertificateStoreSetup setup)
      : CertificateStoreActor::base(config),
        setup_(std::move(setup)),
        change_(LscChange(setup_.state, std::move(setup_.trial))) {}

  behavior_type make_behavior() override {
    apply_kept(setup_.policy.value_or(KeptPolicy{}));
    publish();
    publish_order();
    return {
        [this](SignRequest& order) { return sign(order); },
        [this](const LookupRequest& order) { return look(order); },
        [this](UnwrapRequest& order) { return unwrap(order); },
        [this](const Order& order) { return in_turn<EnrolAnswer>(order); },
        [this](const GenerateKeyRequest& order) { return in_turn<FreshKey>(order); },
        [this](const StoreCertificateRequest& order) { return in_turn<StoreCertificateAnswer>(order); },
        [this](const DeleteCertificateRequest& order) { return in_turn<DeleteCertificateAnswer>(order); },
        [this](const Report& report) { return in_turn<void>(report); },
        [this](const UseReport& report) { return in_turn<UseAnswer>(report); },
        [this](const PolicyChanged& change) { return in_turn<void>(change); },
        [this](const StateDirAcquired& taken) { take_directory(taken); },
        [this](Tick) { look_for_renewal(); },
    };
  }

 private:
  caf::result<std::string> sign(SignRequest& order) {
    if (serves_fresh(order.purpose, order.caller, Use::kSign, order.fingerprint)) return sign_fresh(order);
    auto serving = serving_for(order.purpose);
    auto kind =
        choose(serving, order.purpose, order.caller, Use::kSign, order.kind, order.fingerprint, rules_, limits_);
    if (absl::IsAborted(kind.status()) && change_->trial()) {
      // A connection that was begun with the other one goes on with it.
      serving = wants_settled(order.purpose) ? setup_.certificates : settled(setup_.certificates, *change_->trial());
      kind = choose(serving, order.purpose, order.caller, Use::kSign, order.kind, order.fingerprint, rules_, limits_);
    }
    if (!kind.ok()) return to_error(kind.status());
    const InstalledCertificate& chosen = serving.at(*kind);
    if (auto status = may_sign(order, chosen.leaf().der()); !status.ok()) return to_error(status);
    auto operation =
        token_operation(order.purpose, order.scheme, order.digest, order.input, chosen.leaf().public_key());
    if (!operation.ok()) return to_error(operation.status());
    return delegate(setup_.signer, SignJob{chosen.key, *std::move(operation)});
  }

  // What is signed fits the purpose, and in FIPS mode the algorithms have shown that they compute what they should.
  absl::Status may_sign(const SignRequest& order, std::string_view leaf) const {
    if (auto status = may_compute(limits_); !status.ok()) return status;
    return check_content(order.purpose, order.scheme, order.digest,
                         {.bytes = order.content, .digest = order.input, .device = setup_.device, .leaf = leaf});
  }

  // A key that has no certificate yet proves itself in SCEP's first messages, for the order it was made for.
  bool serves_fresh(Purpose purpose, Caller caller, Use use, std::string_view fingerprint) const {
    return fresh_ && fingerprint == fresh_->key && brings(setup_.order.operation) == Kind::kUser &&
           purpose == Purpose::kScep && serving(purpose, caller, use, rules_);
  }

  caf::result<std::string> sign_fresh(SignRequest& order) {
    const auto key = crypto::PublicKey::from_spki(fresh_->spki);
    if (!key.ok()) return to_error(key.status());
    if (auto status = may_sign(order, {}); !status.ok()) return to_error(status);
    auto operation = token_operation(order.purpose, order.scheme, order.digest, order.input, *key);
    if (!operation.ok()) return to_error(operation.status());
    return delegate(setup_.signer, SignJob{fresh_->key, *std::move(operation)});
  }

  caf::result<LookupAnswer> look(const LookupRequest& order) {
    const auto serving = serving_for(order.purpose);
    const auto kind = choose(serving, order.purpose, order.caller, Use::kLook, order.kind, {}, rules_, limits_);
    if (!kind.ok()) return to_error(kind.status());
    const InstalledCertificate& chosen = serving.at(*kind);
    LookupAnswer answer{*kind, {}, chosen.key};
    for (const auto& certificate : chosen.chain) answer.chain.push_back(certificate.der());
    return answer;
  }

  caf::result<UnwrapAnswer> unwrap(UnwrapRequest& order) {
    const auto kinds =
        unwrap_candidates(setup_.certificates, order.purpose, order.caller, order.wrapped.size(), order.fingerprint);
    if (!kinds.ok()) return to_error(kinds.status());
    UnwrapJob job{{}, std::move(order.wrapped), content_key_sizes(order.purpose, limits_)};
    if (serves_fresh(order.purpose, order.caller, Use::kUnwrap, order.fingerprint)) job.keys.push_back(fresh_->key);
    for (const Kind kind : *kinds) job.keys.push_back(setup_.certificates.at(kind).key);
    // A file may have been wrapped for the LSC before, which the call manager may be right to go on with.
    if (change_->trial() && change_->trial()->before && order.purpose == Purpose::kFileUnwrap) {
      job.keys.push_back(change_->trial()->before->key);
    }
    return delegate(setup_.signer, std::move(job));
  }

  Certificates serving_for(Purpose purpose) const {
    const bool proves = setup_.policy && setup_.policy->registers_by_tls;
    return certificates::serving_for(purpose, setup_.certificates, change_->trial(), proves);
  }

  // At an upgrade the older process still has the directory: a message that is skipped comes again when it has let go.
  template <class Answer, class Change>
  caf::result<Answer> in_turn(const Change& change) {
    if (setup_.waits_for_state_dir) return caf::skip;
    return make(change);
  }

  void take_directory(const StateDirAcquired& taken) {
    setup_.waits_for_state_dir = false;
    setup_.certificates = taken.certificates;
    setup_.order = taken.order;
    change_.emplace(setup_.state, taken.trial);
    setup_.policy = taken.policy;
    apply_kept(setup_.policy.value_or(KeptPolicy{}));
    publish();
    publish_order();
  }

  caf::result<EnrolAnswer> make(Order order) {
    if (const auto lock = setup_.policy.value_or(KeptPolicy{}).lock; order.by_user && lock != settings::Lock::kOpen) {
      if (const auto more = lock_refusals_.tell(std::chrono::steady_clock::now())) {
        note("settings.locked", Severity::kWarning, absl::StrCat("Not enrolled: ", settings::refusal_of(lock), *more),
             true);
      }
      return to_error(absl::PermissionDeniedError(settings::refusal_of(lock)));
    }
    if (brings(order.operation) == Kind::kUser && !renewal_.complete(order)) {
      return to_error(absl::FailedPreconditionError("no SCEP server is configured"));
    }
    renewal_.replaced();
    return EnrolAnswer{place(order)};
  }

  std::uint64_t place(Order& order) {
    // Numbers grow across restarts too, so that a report about an old order is never taken for one about a new.
    order.number = std::max(setup_.order.number + 1, static_cast<std::uint64_t>(absl::ToUnixMillis(now())));
    drop_fresh_key();
    keys_made_ = 0;
    stored_ = deleted_ = false;
    setup_.order = order;
    unsaved_.order_changed();
    save_unsaved();
    publish_order();
    report_ = {order.number, Phase::kUnspecified, {}, order.reason, now()};
    publish();
    note("enrolment.ordered", Severity::kInfo, absl::StrCat("Enrolment started: ", order.reason), true);
    return order.number;
  }

  void look_for_renewal() {
    if (setup_.waits_for_state_dir) return;
    save_unsaved();
    auto started = renewal_.look(setup_.certificates, setup_.order, now());
    if (!started) return;
    note("renewal.due", Severity::kInfo, started->text, true);
    renewal_.placed(place(started->order));
  }

  caf::result<FreshKey> make(const GenerateKeyRequest& order) {
    if (auto status = check_order(order.order); !status.ok()) return to_error(status);
    KeyLimits limits = limits_;
    limits.ec_allowed = order.ec_allowed;
    if (auto status = may_generate(order.type, order.bits, limits); !status.ok()) return to_error(status);
    if (++keys_made_ > kMostKeysOfAnOrder) {
      return to_error(absl::ResourceExhaustedError("the enrolment has generated too many keys"));
    }
    drop_fresh_key();
    auto promise = make_response_promise<FreshKey>();
    request(setup_.maker, caf::infinite, GenerateJob{order.type, order.bits})
        .then(
            [this, promise, number = order.order](FreshKey& made) mutable -> void {
              if (number != setup_.order.number) {
                send(setup_.maker, DestroyJob{{made.key}});
                promise.deliver(to_error(absl::AbortedError("another enrolment has replaced this one")));
                return;
              }
              fresh_ = made;
              promise.deliver(std::move(made));
            },
            [promise](caf::error& error) mutable { promise.deliver(std::move(error)); });
    return promise;
  }

  caf::result<StoreCertificateAnswer> make(const StoreCertificateRequest& order) {
    if (auto status = check_order(order.order); !status.ok()) return to_error(status);
    auto received = chain_of(order.certificate, order.issuers);
    if (!received.ok()) return refuse(std::string(received.status().message()));
    Chain chain = *std::move(received);
    if (order.kind != brings(setup_.order.operation)) return refuse("this enrolment is for another certificate");
    const auto held = setup_.certificates.find(order.kind);
    const auto fresh = fresh_ ? std::optional(fresh_->key) : std::nullopt;
    const auto reason = why_not_take({.kind = order.kind,
                                      .chain = chain,
                                      .fresh_key = fresh,
                                      .device = setup_.device,
                                      .held = held == setup_.certificates.end() ? nullptr : &held->second.leaf(),
                                      .tls = setup_.policy.value_or(KeptPolicy{}).tls,
                                      // An authority knows the time better than a phone whose clock is wrong.
                                      .now = clock::judging_time(setup_.present(), {chain.front().not_before()})});
    if (!reason.empty()) return refuse(reason);
    // Nothing old goes before the new key has signed once and its certificate is on flash.
    const std::string text = "trial";
    const auto trial = trial_operation(chain.front().public_key(), text);
    if (!trial.ok()) return refuse(std::string(trial.status().message()));
    auto promise = make_response_promise<StoreCertificateAnswer>();
    request(setup_.signer, caf::infinite, SignJob{fresh_->key, *trial})
        .then(
            [this, promise, kind = order.kind, chain, text](const std::string& signature) mutable {
              if (!chain.front().public_key().verify_pkcs1(crypto::Digest::kSha256, text, signature)) {
                promise.deliver(refuse("the new private key does not match the certificate"));
                return;
              }
              promise.deliver(install(kind, std::move(chain)));
            },
            [this, promise](const caf::error& error) mutable {
              promise.deliver(refuse(absl::StrCat("the new key does not sign: ", mesh::to_status(error).message())));
            });
    return promise;
  }

  StoreCertificateAnswer install(Kind kind, Chain chain) {
    const KeyId key = crypto::spki_fingerprint(chain.front().public_key());
    if (!fresh_ || fresh_->key != key) return refuse("another enrolment has replaced this one");
    auto old = kind == Kind::kLsc ? change_->install(setup_.order.number, chain, setup_.certificates)
                                  : replace_unproven(setup_.state, kind, chain, setup_.certificates);
    if (!old.ok()) return refuse(std::string(old.status().message()));
    stored_ = true;
    fresh_.reset();
    const std::string text = absl::StrCat(name_of(kind), " installed: ", chain.front().public_key().describe(),
                                          ", issued by ", chain.front().issuer());
    send(setup_.maker, DestroyJob{*std::move(old)});
    publish();
    note("certificate.installed", Severity::kInfo,
         kind == Kind::kLsc ? absl::StrCat(text, "; on trial until the phone has registered with it") : text, true);
    return {true, {}};
  }

  caf::result<DeleteCertificateAnswer> make(const DeleteCertificateRequest& order) {
    if (auto status = check_order(order.order); !status.ok()) return to_error(status);
    if (order.kind == Kind::kMic) return to_error(absl::PermissionDeniedError("the MIC cannot be deleted"));
    deleted_ = true;
    if (!setup_.certificates.contains(order.kind)) return DeleteCertificateAnswer{false};
    auto old = order.kind == Kind::kLsc ? change_->remove(setup_.order.number, setup_.certificates)
                                        : drop_unproven(setup_.state, order.kind, setup_.certificates);
    if (!old.ok()) return to_error(old.status());
    send(setup_.maker, DestroyJob{*std::move(old)});
    publish();
    note("certificate.deleted", Severity::kInfo, absl::StrCat(name_of(order.kind), " deleted"), true);
    return DeleteCertificateAnswer{true};
  }

  caf::result<UseAnswer> make(const UseReport& report) {
    const auto judged = change_->used(report, setup_.certificates);
    if (!judged.status.ok()) note("state.unwritable", Severity::kError, std::string(judged.status.message()), false);
    if (!judged.text.empty()) {
      send(setup_.maker, DestroyJob{judged.drop});
      const bool proven = judged.end == TrialEnd::kProven;
      if (!proven) renewal_.fell_back(setup_.certificates, now());
      publish();
      note(proven ? "certificate.proven" : "certificate.fallback", proven ? Severity::kInfo : Severity::kWarning,
           judged.text, true);
    }
    const auto serving =
        choose(setup_.certificates, Purpose::kSipTls, Caller::kSignaling, Use::kLook, {}, {}, rules_, limits_);
    return UseAnswer{!report.held && serving.ok() && setup_.certificates.at(*serving).key != report.shown};
  }

  // What the order that stands has done, also in the process before.
  Report checked(const Report& report) const {
    const bool trial = change_->trial() && change_->trial()->order == report.order;
    return as_done(report, stored_ || (trial && !change_->trial()->key.empty()),
                   deleted_ || (trial && change_->trial()->key.empty()));
  }

  caf::result<void> make(const Report& said) {
    if (auto status = check_order(said.order); !status.ok()) return to_error(status);
    const Report report = checked(said);
    report_ = report;
    report_.time = now();
    if (!is_final(report.phase)) {
      note("enrolment.step", Severity::kInfo,
           absl::StrCat("Enrolment: ", step_of(report.phase), report.server.empty() ? "" : ", ", report.server), false);
    } else {
      const bool failed = report.phase == Phase::kFailed;
      note(failed ? "enrolment.failed" : "enrolment.done", failed ? Severity::kWarning : Severity::kInfo,
           failed ? absl::StrCat("Enrolment failed", report.server.empty() ? "" : " at ", report.server, ": ",
                                 report.reason)
                  : "Enrolment succeeded",
           true);
      if (const auto ended = renewal_.ended(report, setup_.certificates, now())) {
        note(ended->failed ? "renewal.failed" : "renewal.done", ended->failed ? Severity::kWarning : Severity::kInfo,
             ended->text, true);
      }
      // The number stays, so that the next order gets a greater one.
      setup_.order = Order{.number = setup_.order.number};
      drop_fresh_key();
      unsaved_.order_changed();
      save_unsaved();
      publish_order();
    }
    publish();
    return {};
  }

  caf::result<void> make(PolicyChanged change) {
    renewal_.configure(std::move(change.capf), std::move(change.scep_server), std::move(change.scep));
    const auto before = std::exchange(setup_.policy, change.kept);
    if (before != change.kept) {
      apply_kept(change.kept);
      publish();
      if (setup_.order.operation != Operation::kNone) publish_order();
      unsaved_.policy_changed();
    }
    if (before.value_or(KeptPolicy{}).fips != change.kept.fips) {
      note("fips.changed", Severity::kInfo, change.kept.fips ? "FIPS mode is on" : "FIPS mode is off", true);
    }
    look_for_renewal();
    return caf::unit;
  }

  void apply_kept(const KeptPolicy& policy) {
    limits_.fips = policy.fips;
    rules_.lsc_for_wlan = policy.lsc_for_wlan;
  }

  absl::Status check_order(std::uint64_t number) const {
    const bool stands = setup_.order.operation != Operation::kNone && number == setup_.order.number;
    return stands ? absl::OkStatus() : absl::AbortedError("another enrolment has replaced this one");
  }

  StoreCertificateAnswer refuse(std::string reason) {
    reason = text::clean(reason, kTextLimit);
    note("certificate.refused", Severity::kWarning, absl::StrCat("Certificate refused: ", reason), true);
    return {false, std::move(reason)};
  }

  void drop_fresh_key() {
    if (const auto fresh = std::exchange(fresh_, std::nullopt)) send(setup_.maker, DestroyJob{{fresh->key}});
  }

  // What finds no room is tried again with every tick.
  void save_unsaved() {
    const auto told = unsaved_.save(setup_.state, setup_.order, setup_.policy);
    if (!told) return;
    note(told->ok() ? "flash.room" : "state.unwritable", told->ok() ? Severity::kInfo : Severity::kError,
         told->ok() ? "The enrolment's state is saved now" : std::string(told->message()), false);
  }

  // With what the policy of now says of TLS, so that an order that waits goes by it too.
  void publish_order() {
    setup_.order.tls = setup_.policy.value_or(KeptPolicy{}).tls;
    setup_.publish_order(setup_.order);
  }

  // The earliest that it can be: nothing is renewed, or retried, later than it should be because the clock is behind.
  absl::Time now() const { return setup_.present().time; }

  void publish() {
    setup_.publish({setup_.certificates, change_->trial(), change_->fallen_back(), report_, setup_.device,
                    setup_.token_trouble, setup_.policy});
  }

  void note(const char* kind, Severity severity, const std::string& sentence, bool audit) {
    setup_.event_log->add(kind, severity, text::clean(sentence, kTextLimit), {{"device", setup_.device}}, audit);
  }

  CertificateStoreSetup setup_;
  std::optional<LscChange> change_;
  KeyLimits limits_;
  PurposeRules rules_;
  RenewalWatch renewal_;
  std::optional<FreshKey> fresh_;
  Report report_;
  UnsavedState unsaved_;
  settings::RefusalPace lock_refusals_;
  int keys_made_ = 0;                      // for the order that stands
  bool stored_ = false, deleted_ = false;  // by the order that stands, in this process's time
};

}  // namespace

CertificateStoreActor spawn_certificate_store(caf::actor_system& system, CertificateStoreSetup setup) {
  return caf::actor_cast<CertificateStoreActor>(system.spawn<CertificateStore>(std::move(setup)));
}

}  // namespace phone::certificates

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/capf_client.hpp"

#include "absl/strings/str_cat.h"

namespace phone::enrolment {
namespace {

class Run {
 public:
  Run(Transport& transport, KeyStorePort& keys, const SessionRequest& order,
      const std::function<void(Progress)>& progress, const std::function<absl::Time()>& now)
      : transport_(transport), keys_(keys), order_(order), progress_(progress), now_(now) {}

  SessionResult run() {
    for (;;) {
      const auto message = receive();
      if (!message.ok()) {
        // Without an answer another server may have one; a server that talks nonsense is left for good.
        return {session_.broken(std::string(message.status().message())),
                !session_.decided() && !absl::IsInvalidArgument(message.status())};
      }
      const Step step = session_.on(*message);
      if (const auto* outcome = std::get_if<Outcome>(&step)) return {*outcome, outcome->ended == Ended::kRetry};
      if (auto status = act(step); !status.ok()) {
        return {session_.broken(std::string(status.message())), !session_.decided() && absl::IsUnavailable(status)};
      }
    }
  }

 private:
  absl::StatusOr<ServerMessage> receive() {
    const absl::Time deadline = now_() + kAnswerWait;
    const auto head = transport_.read_exactly(kHeaderSize, deadline);
    if (!head.ok()) return lost(head.status());
    const auto header = parse_header(*head);
    if (!header.ok()) return header.status();
    if (auto status = session_.accept(*header); !status.ok()) return status;
    if (header->length == 0) return parse_body(*header, {});
    const auto body = transport_.read_exactly(header->length, deadline);
    if (!body.ok()) return lost(body.status());
    return parse_body(*header, *body);
  }

  static absl::Status lost(const absl::Status& status) {
    if (absl::IsDeadlineExceeded(status)) return absl::UnavailableError("the server does not respond");
    if (absl::IsCancelled(status)) return status;
    return absl::UnavailableError(absl::StrCat("the connection was lost: ", status.message()));
  }

  absl::Status send(std::string_view message) {
    if (message.empty()) return absl::InternalError("invalid CAPF message");
    auto status = transport_.write(message, now_() + kWriteWait);
    return status.ok() ? status : lost(status);
  }

  absl::Status act(const Step& step) {
    if (std::holds_alternative<Authenticate>(step)) return authenticate();
    if (const auto* request = std::get_if<MakeKey>(&step)) return make_key(*request);
    if (const auto* request = std::get_if<Store>(&step)) return store(*request);
    if (std::holds_alternative<Fetch>(step)) return fetch();
    return remove();
  }

  absl::Status authenticate() {
    progress_(Progress::kAuthenticating);
    std::optional<Proof> proof;
    if (order_.with_certificate) {
      auto made = keys_.prove(session_.id());
      if (!made.ok()) return absl::FailedPreconditionError(absl::StrCat("no proof: ", made.status().message()));
      proof = *std::move(made);
    }
    return send(auth_response(session_.id(), order_.device, order_.password, proof).view());
  }

  absl::Status make_key(const MakeKey& request) {
    progress_(Progress::kGeneratingKey);
    // So that the server waits for a slow phone.
    if (auto status = send(in_progress(session_.id())); !status.ok()) return status;
    const auto key = keys_.make_key(request);
    if (!key.ok()) {
      session_.key_not_made(std::string(key.status().message()));
      return send(plain_response(Command::kKeygenRes, session_.id(), Reason::kFailure));
    }
    progress_(Progress::kAwaitingCertificate);
    return send(key_response(session_.id(), *key));
  }

  absl::Status store(const Store& request) {
    std::string refused = keys_.store(request.certificate);
    const bool stored = refused.empty();
    session_.stored(stored, std::move(refused));
    return send(plain_response(Command::kStoreCertRes, session_.id(), stored ? Reason::kDone : Reason::kFailure));
  }

  absl::Status fetch() {
    const auto held = keys_.held_lsc();
    if (!held.ok() && !absl::IsNotFound(held.status())) return held.status();
    session_.fetched();
    return send(held.ok() ? fetch_response(session_.id(), *held)
                          : plain_response(Command::kFetchCertRes, session_.id(), Reason::kFailure));
  }

  absl::Status remove() {
    const auto removed = keys_.remove_lsc();
    if (!removed.ok()) return removed.status();
    session_.deleted();
    return send(plain_response(Command::kDeleteCertRes, session_.id(), *removed ? Reason::kDone : Reason::kFailure));
  }

  Transport& transport_;
  KeyStorePort& keys_;
  const SessionRequest& order_;
  const std::function<void(Progress)>& progress_;
  const std::function<absl::Time()>& now_;
  Session session_;
};

}  // namespace

SessionResult run_session(Transport& transport, KeyStorePort& keys, const SessionRequest& order,
                          const std::function<void(Progress)>& progress, const std::function<absl::Time()>& now) {
  return Run(transport, keys, order, progress, now).run();
}

}  // namespace phone::enrolment

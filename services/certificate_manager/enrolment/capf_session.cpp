// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/capf_session.hpp"

#include "absl/strings/str_cat.h"

namespace phone::enrolment {
namespace {

std::string with_info(std::string text, const EndSession& end) {
  if (!end.info.empty()) absl::StrAppend(&text, " (", end.info, ")");
  return text;
}

}  // namespace

absl::Status Session::accept(const Header& header) {
  if (id_ && header.session != *id_) return absl::InvalidArgumentError("the message belongs to another session");
  const Command command = header.command;
  const bool ends = command == Command::kEndSession || command == Command::kRetryLater;
  bool in_order = false;
  switch (state_) {
    case State::kStart:
      in_order = command == Command::kAuthReq || ends;
      break;
    case State::kAuthenticated:
      in_order = ends || command == Command::kKeygenReq || command == Command::kFetchCertReq ||
                 command == Command::kDeleteCertReq;
      break;
    case State::kKeyMade:
      in_order = ends || command == Command::kStoreCertReq;
      break;
    case State::kActed:
      in_order = command == Command::kEndSession;
      break;
  }
  if (!in_order) {
    return absl::InvalidArgumentError(absl::StrCat("command ", static_cast<int>(command), " is out of order"));
  }
  // The server chooses the number in its first message.
  id_ = header.session;
  return absl::OkStatus();
}

Step Session::on(const ServerMessage& message) {
  if (const auto* request = std::get_if<AuthRequest>(&message)) {
    if (request->version != kVersion) {
      return Outcome{Ended::kFailed, absl::StrCat("the server speaks CAPF version ", request->version), 0};
    }
    state_ = State::kAuthenticated;
    return Authenticate{};
  }
  if (const auto* request = std::get_if<KeyRequest>(&message)) {
    state_ = State::kKeyMade;
    return MakeKey{request->ec, request->bits};
  }
  if (const auto* request = std::get_if<StoreRequest>(&message)) {
    state_ = State::kActed;
    return Store{request->certificate};
  }
  if (std::holds_alternative<FetchRequest>(message)) {
    state_ = State::kActed;
    return Fetch{};
  }
  if (std::holds_alternative<DeleteRequest>(message)) {
    state_ = State::kActed;
    return Delete{};
  }
  if (const auto* retry = std::get_if<RetryLater>(&message)) {
    return Outcome{Ended::kRetry, "the server asks to try again later", retry->seconds.value_or(0)};
  }
  return finish(std::get<EndSession>(message));
}

void Session::key_not_made(std::string reason) {
  outcome_ = {Ended::kFailed, "no key was generated: " + std::move(reason), 0};
  state_ = State::kActed;
}

void Session::stored(bool stored, std::string reason) {
  outcome_ = stored ? Outcome{Ended::kInstalled, {}, 0} : Outcome{Ended::kFailed, std::move(reason), 0};
}

Outcome Session::broken(std::string reason) const {
  // What we have done is done, whether or not the server took leave.
  if (outcome_) return *outcome_;
  return {Ended::kFailed, std::move(reason), 0};
}

Step Session::finish(const EndSession& end) const {
  if (outcome_) return *outcome_;
  switch (static_cast<Reason>(end.reason)) {
    case Reason::kNoAction:
      if (state_ == State::kAuthenticated) return Outcome{Ended::kNothingToDo, {}, 0};
      break;
    case Reason::kUnknownDevice:
      return Outcome{Ended::kFailed,
                     with_info("the CAPF server does not know this phone: check that the device is configured for a "
                               "certificate operation",
                               end),
                     0};
    case Reason::kFailure:
      return Outcome{Ended::kFailed,
                     with_info("the CAPF server refused the authentication or an element of the request: check the "
                               "authentication string",
                               end),
                     0};
    case Reason::kDone:
      break;
  }
  return Outcome{Ended::kFailed,
                 with_info(absl::StrCat("the CAPF server ended the session with reason ", end.reason), end), 0};
}

}  // namespace phone::enrolment

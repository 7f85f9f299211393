// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/actor/actor_error.hpp"

#include <absl/strings/str_cat.h>

#include <caf/atom.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>
#include <string>
#include <utility>

#include "common/mesh/call/reason.hpp"

namespace phone::mesh {
namespace {

constexpr caf::atom_value kCategory = caf::atom("status");

// Empty when it says no more than the code.
std::string own_reason(const absl::Status& status) {
  std::string word = reason_of(status);
  return word == absl::StatusCodeToString(status.code()) ? std::string() : word;
}

}  // namespace

caf::error to_error(const absl::Status& status) {
  if (status.ok()) return {};
  return {static_cast<uint8_t>(status.code()), kCategory,
          caf::make_message(std::string(status.message()), own_reason(status))};
}

absl::Status to_status(const caf::error& error) {
  if (!error) return absl::OkStatus();
  if (error.category() == kCategory) {
    const auto& text = error.context();
    if (!text.match_elements<std::string, std::string>()) return absl::InternalError("unknown actor error");
    absl::Status status(static_cast<absl::StatusCode>(error.code()), text.get_as<std::string>(0));
    return with_reason(std::move(status), text.get_as<std::string>(1));
  }
  if (error.category() == caf::atom("system")) {
    switch (static_cast<caf::sec>(error.code())) {
      case caf::sec::request_timeout:
        return absl::DeadlineExceededError("the internal request timed out");
      case caf::sec::request_receiver_down:
        return absl::UnavailableError("the actor is down");
      case caf::sec::unexpected_message:
        return absl::UnimplementedError("the actor does not handle this message");
      case caf::sec::runtime_error:
        return absl::InternalError("the actor failed");
      default:
        return absl::InternalError(absl::StrCat("actor system error ", error.code()));
    }
  }
  if (error.category() == caf::atom("exit")) return absl::UnavailableError("the actor has ended");
  return absl::InternalError("unknown actor error");
}

}  // namespace phone::mesh

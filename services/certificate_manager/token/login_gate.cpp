// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/login_gate.hpp"

#include <map>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"

namespace phone::certificates {
namespace {

constexpr size_t kLargestNote = 1024;
constexpr CK_FLAGS kFewTries = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;

// Where flash has no room for the note, this process at least does not forget.
std::mutex notes_mutex;
std::map<std::filesystem::path, std::string>& notes() {
  static std::map<std::filesystem::path, std::string> all;
  return all;
}

std::optional<std::string> read_note(const std::filesystem::path& file) {
  {
    const std::lock_guard lock(notes_mutex);
    if (const auto found = notes().find(file); found != notes().end()) return found->second;
  }
  return flash::read_state(file, kLargestNote);
}

bool few_tries(const CK_TOKEN_INFO& token) { return (token.flags & kFewTries) != 0; }

}  // namespace

LoginGate::LoginGate(std::filesystem::path file, const crypto::Secret& pin)
    : file_(std::move(file)), pin_digest_(crypto::hex(crypto::digest(crypto::Digest::kSha256, pin.view()))) {}

std::string LoginGate::note_of(const CK_TOKEN_INFO& token) const {
  const std::string serial(reinterpret_cast<const char*>(token.serialNumber), sizeof token.serialNumber);
  return absl::StrCat("pin ", pin_digest_, "\ntoken ", crypto::hex(serial), "\n");
}

absl::Status LoginGate::may_try(const CK_TOKEN_INFO& token) const {
  if ((token.flags & CKF_USER_PIN_LOCKED) != 0) {
    return absl::PermissionDeniedError(
        "the token's PIN is locked after too many wrong ones: its security officer can unlock it");
  }
  if ((token.flags & CKF_USER_PIN_FINAL_TRY) != 0) {
    return absl::PermissionDeniedError("the token locks its PIN with the next wrong one: the PIN is not tried");
  }
  const auto noted = file_.empty() ? std::nullopt : read_note(file_);
  const std::string note = note_of(token);
  if (!noted || noted->substr(0, note.size()) != note) return absl::OkStatus();
  // A token that counted our wrong PIN and counts none now has been logged in to since: with this PIN, perhaps.
  if (noted->substr(note.size()) == "counted\n" && !few_tries(token)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "the token's PIN is wrong; it is not tried again, so that the token does not lock it");
}

void LoginGate::note(const absl::Status& login, const CK_TOKEN_INFO& after) const {
  if (file_.empty()) return;
  absl::Status noted;
  const std::lock_guard lock(notes_mutex);
  if (absl::IsPermissionDenied(login)) {
    const std::string text = absl::StrCat(note_of(after), few_tries(after) ? "counted\n" : "");
    noted = flash::write_state(file_, text);
    if (!noted.ok()) notes()[file_] = text;
  } else if (login.ok()) {
    notes().erase(file_);
    noted = flash::remove(file_);
  }
  if (!noted.ok()) log::error("what the token said to the PIN could not be noted", {{"reason", noted.ToString()}});
}

}  // namespace phone::certificates

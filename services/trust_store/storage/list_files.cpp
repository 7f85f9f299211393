// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/storage/list_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"
#include "services/trust_store/storage/marks_file.hpp"

namespace phone::trust {
namespace {

constexpr char kNotesFile[] = "lists.json";
constexpr std::size_t kLargestNotes = 256 * 1024;
constexpr char kReleasesFile[] = "releases.json";
constexpr std::size_t kMostReleases = 32;

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

}  // namespace

std::vector<ListFiles::Note> ListFiles::notes() const {
  const auto content = flash::read_state(directory_ / kNotesFile, kLargestNotes);
  if (!content) return {};
  const nlohmann::json parsed = nlohmann::json::parse(*content, nullptr, false);
  if (!parsed.is_array()) return {};
  std::vector<Note> result;
  for (const nlohmann::json& each : parsed) {
    if (!each.is_object()) continue;
    auto signer = crypto::unhex(text_at(each, "signer"));
    if (!signer.ok()) continue;
    result.push_back({text_at(each, "sha1"), text_at(each, "server"), *std::move(signer),
                      absl::FromUnixSeconds(number_at(each, "installed_at"))});
  }
  return result;
}

absl::Status ListFiles::write_notes(const std::vector<Note>& notes) const {
  nlohmann::json array = nlohmann::json::array();
  for (const Note& note : notes) {
    array.push_back({{"sha1", note.sha1},
                     {"server", note.server},
                     {"signer", crypto::hex(note.signer_der)},
                     {"installed_at", absl::ToUnixSeconds(note.installed_at)}});
  }
  return flash::write_state(directory_ / kNotesFile,
                            array.dump(1, ' ', true, nlohmann::json::error_handler_t::replace));
}

std::optional<std::string> ListFiles::sha1_on_flash(ListKind kind) const {
  auto content = flash::read(directory_ / file_name(kind), kLargestList);
  if (!content.ok()) return std::nullopt;
  return crypto::hex(crypto::digest(crypto::Digest::kSha1, *content));
}

absl::StatusOr<StoredList> ListFiles::load(ListKind kind) const {
  auto content = flash::read(directory_ / file_name(kind), kLargestList);
  if (!content.ok()) return content.status();
  const std::string sha1 = crypto::hex(crypto::digest(crypto::Digest::kSha1, *content));
  StoredList stored{.bytes = *std::move(content), .server = {}, .signer_der = {}, .installed_at = {}};
  for (Note& note : notes()) {
    if (note.sha1 != sha1) continue;
    stored.server = std::move(note.server);
    stored.signer_der = std::move(note.signer_der);
    stored.installed_at = note.installed_at;
  }
  return stored;
}

ListFiles::Releases ListFiles::releases() const {
  const auto whole = flash::read(directory_ / kReleasesFile, kLargestNotes);
  if (absl::IsNotFound(whole.status())) return {};
  Releases result;
  // Written before there was a checksum, it begins with the object itself.
  const bool bare = whole.ok() && whole->starts_with('{');
  const auto content = bare ? std::optional(*whole) : flash::read_state(directory_ / kReleasesFile, kLargestNotes);
  const nlohmann::json parsed =
      content ? nlohmann::json::parse(*content, nullptr, false) : nlohmann::json(nlohmann::json::value_t::discarded);
  if (!parsed.is_object() || !parsed.contains("used") || !parsed["used"].is_array()) {
    result.damaged = true;
    return result;
  }
  for (const nlohmann::json& each : parsed["used"]) {
    if (each.is_string()) result.used.push_back(each.get<std::string>());
  }
  result.pending = parsed.contains("pending") && parsed["pending"] == true;
  return result;
}

absl::Status ListFiles::write_releases(const Releases& releases) const {
  return flash::write_state(directory_ / kReleasesFile,
                            nlohmann::json{{"used", releases.used}, {"pending", releases.pending}}.dump(1));
}

bool ListFiles::released_by(std::string_view release) const {
  const auto used = releases().used;
  return std::find(used.begin(), used.end(), crypto::hex(crypto::digest(crypto::Digest::kSha256, release))) !=
         used.end();
}

absl::Status ListFiles::release(std::string_view release) {
  Releases known = releases();
  known.used.push_back(crypto::hex(crypto::digest(crypto::Digest::kSha256, release)));
  if (known.used.size() > kMostReleases) known.used.erase(known.used.begin());
  known.pending = true;
  // INTERNAL: the bytes are there although the directory is not synced, so it is decided.
  if (absl::Status status = write_releases(known); !status.ok() && !absl::IsInternal(status)) return status;
  if (absl::Status status = finish_release(); !status.ok()) return absl::AbortedError(std::string(status.message()));
  return absl::OkStatus();
}

absl::Status ListFiles::finish_release() {
  Releases known = releases();
  if (!known.pending) return absl::OkStatus();
  for (const std::string& file : {file_name(ListKind::kCtl), file_name(ListKind::kItl), std::string(kNotesFile)}) {
    if (absl::Status status = flash::remove(directory_ / file); !status.ok()) return status;
  }
  if (absl::Status status = leave_marks(directory_); !status.ok()) return status;
  known.pending = false;
  return write_releases(known);
}

absl::Status ListFiles::store(const InstalledList& installed) {
  // What a release could not remove yet must not take the new list with it later.
  if (absl::Status status = finish_release(); !status.ok()) return status;
  // The notes are written first and name the old lists too, so that whichever list is there after a power cut has its
  // note.
  const std::vector<Note> known = notes();
  std::vector<Note> kept;
  for (ListKind kind : {ListKind::kCtl, ListKind::kItl}) {
    const auto sha1 = sha1_on_flash(kind);
    for (const Note& note : known) {
      if (note.sha1 == sha1 && note.sha1 != installed.list.sha1()) kept.push_back(note);
    }
  }
  kept.push_back({installed.list.sha1(), installed.server, installed.signer.der(), installed.installed_at});
  if (absl::Status status = write_notes(kept); !status.ok()) return status;
  return flash::write(directory_ / file_name(installed.list.kind), installed.list.bytes);
}

}  // namespace phone::trust

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a call manager asks in x-cisco-remotecc-request (cucm-calls.md 1.3, 2, 4 and 6). Names are compared without
// their prefix and without case, as servers spell namespaces in several ways.
namespace phone::signaling {

inline constexpr size_t kLargestRemoteRequest = 65536;
inline constexpr size_t kMostRemoteRequests = 8;  // in one document
inline constexpr size_t kMostRemoteParts = 6;     // of one REFER: what optionsind promises (combine max)

// A dialog as this phone sees it.
struct DialogId {
  std::string call_id, local_tag, remote_tag;
};

struct Mailbox {
  uint32_t fresh = 0, old = 0;
  bool operator==(const Mailbox&) const = default;
};
struct Forward {
  std::string number;  // empty: none
  bool to_voicemail = false;
  bool active() const { return to_voicemail || !number.empty(); }
  bool operator==(const Forward&) const = default;
};
// Of one line, or of all (0); what is absent stays as it is.
struct LineUpdate {
  uint32_t line = 0;
  std::optional<bool> messages;
  std::optional<Mailbox> mailbox;
  std::optional<Forward> forward;
};
struct BulkUpdate {
  std::vector<LineUpdate> lines;
};

enum class DoNotDisturb : uint8_t { kOff, kSilent, kReject };  // ringeroff, callreject
struct DoNotDisturbUpdate {
  DoNotDisturb state = DoNotDisturb::kOff;
};
struct HuntGroupUpdate {
  bool logged_in = false;
};
struct PrivacyUpdate {
  bool on = false;
};
struct StatusText {
  std::optional<DialogId> dialog;
  uint32_t line = 0;                // 0: of the phone
  std::string text;                 // clean, phrase codes spelled out; empty takes the one before away
  std::chrono::seconds timeout{0};  // 0: until another takes its place
};
struct PlayToneRequest {
  std::optional<DialogId> dialog;
  std::string tone;     // "DtZipZip"
  bool to_user = true;  // not to the far end only
};
struct StopToneRequest {
  std::optional<DialogId> dialog;
};
struct ResumeCallRequest {
  DialogId dialog;
};
struct HoldCallRequest {
  DialogId dialog;
};
struct AnswerCallRequest {
  DialogId dialog;
};
struct PlaceCallRequest {
  std::string number;
  uint32_t line = 1;
  std::string global_call;  // as it is written; its form is judged where it is used
};
struct FeatureNotice {
  std::optional<DialogId> dialog;
  std::string feature, status;  // "Join", "Complete"
};
struct DataPassthrough {
  uint32_t application = 0, transaction = 0, conference = 0;
  bool last = true;  // no more of it comes (StationSequenceLast)
};
struct RegisterLinesRequest {};  // bulkregister
struct CapabilitiesNotice {};    // optionsind: what the server can do; nothing here depends on it
struct UnknownRequest {
  std::string name;
};

using RemoteRequest =
    std::variant<BulkUpdate, DoNotDisturbUpdate, HuntGroupUpdate, PrivacyUpdate, StatusText, PlayToneRequest,
                 StopToneRequest, ResumeCallRequest, HoldCallRequest, AnswerCallRequest, PlaceCallRequest,
                 FeatureNotice, DataPassthrough, RegisterLinesRequest, CapabilitiesNotice, UnknownRequest>;

// As on the wire: "dndupdate".
std::string_view name_of(const RemoteRequest& request);

// In their order. INVALID_ARGUMENT, as the sender is to read it, for what is no such document, or has too many
// elements, or lacks what its request needs. Text is clean and bounded. Linear in the size of the document.
absl::StatusOr<std::vector<RemoteRequest>> read_remote_requests(std::string_view xml);

// The body of a NOTIFY of message-summary (RFC 3842 section 5); INVALID_ARGUMENT without a line Messages-Waiting.
absl::StatusOr<LineUpdate> read_message_summary(std::string_view text);

}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/message_body.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/sip/body_parts.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::string_view kSdp = "application/sdp";

bool begins_with(std::string_view text, std::string_view with) { return iequals(text.substr(0, with.size()), with); }

bool is_session(const BodyPart& part) {
  return iequals(part.type, kSdp) && (part.disposition.empty() || iequals(part.disposition, "session"));
}

// A type that this phone reads, shows, or passes to the code that serves the method.
bool is_understood(const BodyPart& part) {
  if (part.encoded) return false;
  if (iequals(part.type, kSdp)) return is_session(part);
  constexpr std::string_view kDispositions[] = {"", "session", "render", "alert", "icon", "signal"};
  const bool disposed = std::any_of(std::begin(kDispositions), std::end(kDispositions),
                                    [&](std::string_view one) { return iequals(one, part.disposition); });
  return disposed && (iequals(part.type, "text/plain") || iequals(part.type, "message/sipfrag") ||
                      begins_with(part.type, "application/x-cisco-"));
}

// A message with its Content- header fields as a part of its own; its type is empty for a body without one.
BodyPart whole(const Message& message) {
  BodyPart part;
  part.content = message.body;
  for (const HeaderField& field : message.fields) part.take(field.name, field.value);
  if (part.type.empty() && message.count("Content-Type") == 0) part.type = kSdp;
  return part;
}

class Reader {
 public:
  explicit Reader(const Message& message) : status_(read(whole(message), true, 0, parts_)) {}
  const absl::Status& status() const { return status_; }
  const std::vector<BodyPart>& parts() const { return parts_; }

 private:
  using Parts = std::vector<BodyPart>;

  absl::Status read(BodyPart part, bool required, int depth, Parts& into) {
    part.required = part.required && required;
    if (part.content.empty() && depth == 0) return absl::OkStatus();
    constexpr std::string_view kMultipart = "multipart/";
    if (!begins_with(part.type, kMultipart) || part.encoded) {
      into.push_back(part);
      return absl::OkStatus();
    }
    if (depth == kDeepestBody)
      return absl::InvalidArgumentError(cat("multiparts are nested deeper than ", kDeepestBody));
    const auto children = cut(part, kMostBodyParts - seen_);
    if (!children.ok()) return children.status();
    seen_ += children->size();
    const std::string_view kind = part.type.substr(kMultipart.size());
    if (iequals(kind, "alternative")) return read_alternative(part, *children, depth, into);
    if (iequals(kind, "related") || iequals(kind, "signed")) return read_root(part, *children, depth, into);
    for (const BodyPart& child : *children) {
      if (absl::Status status = read(child, part.required, depth + 1, into); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The last is the best. When none is understood, the last one says what is missing.
  absl::Status read_alternative(const BodyPart& part, const Parts& children, int depth, Parts& into) {
    Parts last;
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      Parts found;
      if (absl::Status status = read(*child, part.required, depth + 1, found); !status.ok()) return status;
      const bool all = std::all_of(found.begin(), found.end(), is_understood);
      if (child == children.rbegin()) last = found;
      if (!all || found.empty()) continue;
      last = std::move(found);
      break;
    }
    into.insert(into.end(), last.begin(), last.end());
    return absl::OkStatus();
  }

  absl::Status read_root(const BodyPart& part, const Parts& children, int depth, Parts& into) {
    const auto named = std::find_if(children.begin(), children.end(), [&](const BodyPart& child) {
      return !part.start.empty() && child.id == part.start;
    });
    if (children.empty()) return absl::OkStatus();
    return read(named == children.end() ? children.front() : *named, part.required, depth + 1, into);
  }

  size_t seen_ = 0;
  Parts parts_;
  const absl::Status status_;
};

}  // namespace

bool is_encoded(const Message& message) { return whole(message).encoded; }

absl::StatusOr<std::string_view> session_description(const Message& message) {
  const Reader body(message);
  if (!body.status().ok()) return body.status();
  for (const BodyPart& part : body.parts()) {
    if (!is_session(part)) continue;
    if (part.encoded) return absl::UnimplementedError("the session description is encoded");
    return part.content;
  }
  return std::string_view();
}

absl::StatusOr<std::string_view> body_of_type(const Message& message, std::string_view type) {
  const Reader body(message);
  if (!body.status().ok()) return body.status();
  for (const BodyPart& part : body.parts()) {
    if (iequals(part.type, type) && !part.encoded) return part.content;
  }
  return std::string_view();
}

absl::StatusOr<std::vector<BodyPart>> body_parts(const Message& message) {
  const Reader body(message);
  if (!body.status().ok()) return body.status();
  return body.parts();
}

absl::Status judge_body(const Message& message) {
  const Reader body(message);
  if (!body.status().ok()) return body.status();
  for (const BodyPart& part : body.parts()) {
    if (!part.required || is_understood(part)) continue;
    return absl::UnimplementedError(part.encoded ? "a part of the body is encoded"
                                                 : "a part of the body is not supported");
  }
  return absl::OkStatus();
}

}  // namespace phone::signaling

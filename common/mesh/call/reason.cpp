// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/reason.hpp"

#include <absl/strings/cord.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "common/text/text.hpp"
#include "phone/mesh/v1/errors.pb.h"

namespace phone::mesh {
namespace {

constexpr char kType[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kDomain[] = "phonemesh";
constexpr size_t kLargestDetails = 4096;  // sentence and metadata together stay below it
constexpr size_t kLargestWord = 64;       // AIP-193 allows 63
constexpr size_t kLargestValue = 256;
constexpr int kMostDetails = 4;
constexpr size_t kMostMetadata = 8;

v1::ErrorInfo info_of(const absl::Status& status) {
  v1::ErrorInfo info;
  const auto payload = status.GetPayload(kType);
  if (!payload || !info.ParseFromString(std::string(*payload))) info.Clear();
  return info;
}

// The same for the same content: equal statuses have equal payloads.
std::string bytes_of(const v1::ErrorInfo& info) {
  std::string bytes;
  google::protobuf::io::StringOutputStream out(&bytes);
  google::protobuf::io::CodedOutputStream coded(&out);
  coded.SetSerializationDeterministic(true);
  info.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

bool is_word(const std::string& text) {
  return !text.empty() && text.size() < kLargestWord && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

absl::Status with_reason(absl::Status status, std::string_view word, const ReasonMetadata& metadata) {
  if (status.ok() || (word.empty() && metadata.empty())) return status;
  v1::ErrorInfo info = info_of(status);
  if (!word.empty()) info.set_reason(std::string(word));
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = text::clean(value, kLargestValue);
  status.SetPayload(kType, absl::Cord(bytes_of(info)));
  return status;
}

std::string reason_of(const absl::Status& status) {
  std::string word = info_of(status).reason();
  return word.empty() ? absl::StatusCodeToString(status.code()) : word;
}

std::string error_details(const absl::Status& status, const std::string& text) {
  v1::ErrorInfo info = info_of(status);
  info.set_reason(reason_of(status));
  info.set_domain(kDomain);
  v1::ErrorStatus details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(text);
  auto& any = *details.add_details();
  any.set_type_url(kType);
  any.set_value(bytes_of(info));
  return details.SerializeAsString();
}

absl::Status with_details(absl::Status status, const std::string& details) {
  v1::ErrorStatus sent;
  if (status.ok() || details.empty() || details.size() > kLargestDetails || !sent.ParseFromString(details)) {
    return status;
  }
  for (int i = 0; i < std::min(kMostDetails, sent.details_size()); ++i) {
    v1::ErrorInfo info;
    const auto& any = sent.details(i);
    if (any.type_url() != kType || !info.ParseFromString(any.value()) || info.domain() != kDomain) continue;
    // The name of the code says no more than the code.
    const bool plain = info.reason() == absl::StatusCodeToString(status.code());
    if (!is_word(info.reason()) || (plain && info.metadata().empty())) continue;
    ReasonMetadata metadata;
    for (const auto& [key, value] : info.metadata()) {
      if (metadata.size() < kMostMetadata) metadata[text::clean(key, kLargestWord)] = value;
    }
    return with_reason(std::move(status), plain ? "" : info.reason(), metadata);
  }
  return status;
}

}  // namespace phone::mesh

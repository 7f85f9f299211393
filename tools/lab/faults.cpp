// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/faults.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tools/lab/identity.hpp"

namespace phone::lab {
namespace {

constexpr size_t kOversize = 16UL << 20;  // above every limit a phone has (lists: 2048 KB)

constexpr std::array kTargets = {"ctl", "itl",  "cnf",  "sgn", "enc",   "http", "https",
                                 "tvs", "capf", "scep", "sip", "oauth", "url"};

struct Word {
  const char* text;
  Fault fault;
};
constexpr Word kWords[] = {
    {"truncated", Fault::kTruncated}, {"flipped", Fault::kFlipped},          {"stranger", Fault::kStranger},
    {"oversized", Fault::kOversized}, {"wrong-device", Fault::kWrongDevice}, {"silent", Fault::kSilent},
    {"gone", Fault::kGone},           {"endless", Fault::kEndless},          {"hostile", Fault::kHostile},
    {"weak-key", Fault::kWeakKey},    {"expired", Fault::kExpired},          {"unknown-issuer", Fault::kUnknownIssuer},
    {"foreign", Fault::kForeign},     {"mutated", Fault::kMutated},
};

}  // namespace

bool is_fault_target(const std::string& target) {
  return std::find(kTargets.begin(), kTargets.end(), target) != kTargets.end();
}

std::optional<Fault> parse_fault(const std::string& word) {
  for (const Word& one : kWords) {
    if (word == one.text) return one.fault;
  }
  return std::nullopt;
}

absl::Status Faults::add(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  const std::string target = assignment.substr(0, equals);
  const auto fault = equals == std::string::npos ? std::nullopt : parse_fault(assignment.substr(equals + 1));
  if (!is_fault_target(target) || !fault) {
    return absl::InvalidArgumentError(absl::StrCat("no such fault: ", assignment));
  }
  fixed_[target] = *fault;
  return absl::OkStatus();
}

std::optional<Fault> Faults::of(const std::string& target) const {
  if (!file_.empty()) {
    Faults now;
    std::istringstream lines(read_file(file_).value_or(""));
    for (std::string line; std::getline(lines, line);) {
      if (now.add(line).ok() && line.starts_with(target + "=")) return now.fixed_[target];
    }
  }
  const auto found = fixed_.find(target);
  return found == fixed_.end() ? std::nullopt : std::optional(found->second);
}

std::string spoil(std::string bytes, std::optional<Fault> fault) {
  if (!fault || bytes.empty()) return bytes;
  switch (*fault) {
    case Fault::kTruncated:
      bytes.resize(bytes.size() / 2);
      break;
    case Fault::kFlipped:
      bytes[bytes.size() * 3 / 4] ^= 0x10;
      break;
    case Fault::kOversized:
      bytes.resize(std::max(bytes.size(), kOversize), '\0');
      break;
    default:
      break;
  }
  return bytes;
}

std::string spoil_message(std::string message, std::optional<Fault> fault, size_t length_at) {
  if (fault != Fault::kOversized || message.size() < length_at + 2) return spoil(std::move(message), fault);
  // A message of the greatest length that its length field can state, and states correctly.
  message[length_at] = message[length_at + 1] = '\xff';
  message.resize(length_at + 2 + 0xffff, '\0');
  return message;
}

}  // namespace phone::lab

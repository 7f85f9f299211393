// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/digest_guard.hpp"

#include "absl/strings/str_cat.h"
#include "tools/lab/identity.hpp"

namespace phone::lab {
namespace {

constexpr char kRealm[] = "ccmsipline";
constexpr size_t kMostNonces = 4096;
constexpr std::chrono::seconds kForgotten(5);

std::string hash(const std::string& text) { return hex(digest(EVP_sha256(), text)); }

// A parameter of "Digest a=b, c="d"".
std::string part(const std::string& value, const std::string& name) {
  for (size_t at = value.find(name); at != std::string::npos; at = value.find(name, at + 1)) {
    const bool starts = at == 0 || value[at - 1] == ' ' || value[at - 1] == ',';
    size_t from = at + name.size();
    if (!starts || from >= value.size() || value[from] != '=') continue;
    ++from;
    if (from < value.size() && value[from] == '"') return value.substr(from + 1, value.find('"', from + 1) - from - 1);
    return value.substr(from, value.find_first_of(", ", from) - from);
  }
  return {};
}

}  // namespace

std::string digest_response(const std::string& user, const std::string& realm, const std::string& password,
                            const std::string& method, const std::string& uri, const std::string& nonce,
                            const std::string& count, const std::string& cnonce) {
  const std::string a1 = hash(absl::StrCat(user, ":", realm, ":", password));
  const std::string a2 = hash(absl::StrCat(method, ":", uri));
  return hash(absl::StrCat(a1, ":", nonce, ":", count, ":", cnonce, ":auth:", a2));
}

bool DigestGuard::passes(uint64_t flow, const SipMessage& request, Clock::time_point now) {
  const std::string shown = request.header("Authorization");
  const std::string nonce = part(shown, "nonce");
  if (nonce.empty()) return false;
  if (const auto known = flow_of_.find(nonce); known != flow_of_.end() && known->second != flow) ++misplaced_;
  const auto found = given_.find(nonce);
  if (found == given_.end() || found->second.flow != flow) return false;
  const bool old = nonces_ == Nonces::kRenewed && now - found->second.at > kForgotten;
  if (nonces_ == Nonces::kOneTime || nonces_ == Nonces::kEndless || old) given_.erase(found);
  if (nonces_ == Nonces::kEndless || old) return false;
  const std::string right = digest_response(sip_user(request.header("From")), kRealm, password_, request.method,
                                            part(shown, "uri"), nonce, part(shown, "nc"), part(shown, "cnonce"));
  return part(shown, "username") == sip_user(request.header("From")) && part(shown, "response") == right;
}

std::optional<SipMessage> DigestGuard::challenge(uint64_t flow, const SipMessage& request, Clock::time_point now) {
  if (nonces_ == Nonces::kNone || request.method == "ACK" || request.method == "CANCEL") return std::nullopt;
  if (passes(flow, request, now)) return std::nullopt;
  if (flow_of_.size() >= kMostNonces) {
    flow_of_.clear();
    given_.clear();
  }
  const std::string nonce = random_token();
  given_[nonce] = {flow, now};
  flow_of_[nonce] = flow;
  return respond_to(request, 401, "Unauthorized")
      .add("WWW-Authenticate",
           absl::StrCat("Digest realm=\"", kRealm, "\", nonce=\"", nonce, "\", algorithm=SHA-256, qop=\"auth\"",
                        nonces_ == Nonces::kEndless ? ", stale=true" : ""));
}

}  // namespace phone::lab

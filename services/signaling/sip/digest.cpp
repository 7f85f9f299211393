// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/digest.hpp"

#include <cstdio>

#include "common/crypto/digest.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestText = 1024;

// Splits at commas outside quotes.
Parameters comma_parameters(std::string_view text) {
  std::string with_semicolons(text);
  bool quoted = false;
  for (char& c : with_semicolons) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) c = ';';
  }
  return parse_parameters(with_semicolons);
}

bool lists(std::string_view options, std::string_view one) {
  while (!options.empty()) {
    if (iequals(trim(take_until(options, ',')), one)) return true;
  }
  return false;
}

absl::StatusOr<Qop> read_qop(const std::string& options) {
  if (trim(options).empty()) return Qop::kNone;
  if (lists(options, "auth")) return Qop::kAuth;
  if (lists(options, "auth-int")) return Qop::kAuthInt;
  return absl::UnimplementedError(cat("unsupported protection of a digest: ", text::clean(options, 32)));
}

}  // namespace

absl::StatusOr<Challenge> parse_challenge(std::string_view value, bool fips) {
  std::string_view rest = trim(value);
  if (!iequals(take_until(rest, ' '), "Digest"))
    return absl::InvalidArgumentError("the call manager asks for another authentication scheme than Digest");
  Challenge challenge;
  std::string qop;
  for (const auto& [name, text] : comma_parameters(rest)) {
    if (iequals(name, "realm")) challenge.realm = text;
    if (iequals(name, "nonce")) challenge.nonce = text;
    if (iequals(name, "opaque")) challenge.opaque = text;
    if (iequals(name, "algorithm")) challenge.algorithm = text;
    if (iequals(name, "stale")) challenge.stale = iequals(text, "true");
    if (iequals(name, "qop")) qop = text;
  }
  if (challenge.nonce.empty()) return absl::InvalidArgumentError("the challenge has no nonce");
  // They come back in every request of ours, between quotes.
  for (const std::string* text : {&challenge.realm, &challenge.nonce, &challenge.opaque}) {
    if (text->size() > kLongestText)
      return absl::InvalidArgumentError("the challenge has a parameter longer than 1 KiB");
    if (text->find_first_of("\"\\") != std::string::npos)
      return absl::InvalidArgumentError("the challenge has a quotation mark inside a quoted string");
  }
  const auto protection = read_qop(qop);
  if (!protection.ok()) return protection.status();
  challenge.qop = *protection;
  bool md5 = iequals(challenge.algorithm, "MD5") || iequals(challenge.algorithm, "MD5-sess");
  bool sha = iequals(challenge.algorithm, "SHA-256") || iequals(challenge.algorithm, "SHA-256-sess");
  if (!md5 && !sha)
    return absl::UnimplementedError(cat("unsupported digest algorithm ", text::clean(challenge.algorithm, 32)));
  if (md5 && fips)
    return absl::FailedPreconditionError("the call manager asks for an MD5 digest, which FIPS mode does not allow");
  return challenge;
}

std::string authorization(const Challenge& challenge, const Credentials& credentials, std::string_view method,
                          std::string_view uri, uint32_t count, std::string_view cnonce, const std::string& body) {
  bool sha = iequals(challenge.algorithm.substr(0, 7), "SHA-256");
  auto hash = [sha](const std::string& text) {
    return crypto::hex(crypto::digest(sha ? crypto::Digest::kSha256 : crypto::Digest::kMd5, text));
  };
  std::string secret_text = cat(credentials.user, ":", challenge.realm, ":", credentials.password.view());
  std::string a1 = hash(secret_text);
  crypto::wipe(secret_text);
  bool session = challenge.algorithm.size() > 5 &&
                 iequals(std::string_view(challenge.algorithm).substr(challenge.algorithm.size() - 5), "-sess");
  if (session) a1 = hash(cat(a1, ":", challenge.nonce, ":", cnonce));
  const bool whole = challenge.qop == Qop::kAuthInt;
  const std::string_view qop = whole ? "auth-int" : "auth";
  std::string a2 = hash(whole ? cat(method, ":", uri, ":", hash(body)) : cat(method, ":", uri));
  char uses[9];
  std::snprintf(uses, sizeof uses, "%08x", count);
  std::string response = challenge.qop != Qop::kNone
                             ? hash(cat(a1, ":", challenge.nonce, ":", uses, ":", cnonce, ":", qop, ":", a2))
                             : hash(cat(a1, ":", challenge.nonce, ":", a2));
  std::string value =
      cat("Digest username=\"", credentials.user, "\", realm=\"", challenge.realm, "\", nonce=\"", challenge.nonce,
          "\", uri=\"", uri, "\", response=\"", response, "\", algorithm=", challenge.algorithm);
  if (!challenge.opaque.empty()) value += cat(", opaque=\"", challenge.opaque, "\"");
  if (challenge.qop != Qop::kNone)
    value += cat(", qop=", qop, ", nc=", uses, ", cnonce=\"", cnonce, "\"");
  else if (session)
    value += cat(", cnonce=\"", cnonce, "\"");
  return value;
}

}  // namespace phone::signaling

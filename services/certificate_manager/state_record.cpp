// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/state_record.hpp"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "common/flash/state_file.hpp"

namespace phone::certificates {
namespace {

constexpr size_t kOrderLimit = 8 * 1024;
constexpr size_t kMaximumServers = 5;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_line(std::string_view key, std::string_view value, Order& order) {
  int number = 0;
  if (key == "number") return read_number(value, order.number);
  if (key == "reason") {
    order.reason = value;
    return true;
  }
  if (key == "server") {
    const size_t space = value.rfind(' ');
    Server server;
    if (space == std::string_view::npos || !read_number(value.substr(space + 1), server.port)) return false;
    server.host = value.substr(0, space);
    order.servers.push_back(std::move(server));
    return order.servers.size() <= kMaximumServers;
  }
  if (!read_number(value, number)) return false;
  if (key == "operation" && number >= 0 && number <= 3) {
    order.operation = static_cast<Operation>(number);
    return true;
  }
  if (key == "authentication" && number >= 0 && number <= 4) {
    order.authentication = static_cast<CapfAuthentication>(number);
    return true;
  }
  return false;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

// Whether the token's key signs for the certificate.
absl::Status prove(TokenPort& token, const crypto::Certificate& leaf, const KeyId& key) {
  const std::string text = "trial";
  const auto operation = trial_operation(leaf.public_key(), text);
  if (!operation.ok()) return operation.status();
  const auto signature = token.sign(key, *operation);
  if (!signature.ok()) return signature.status();
  if (!leaf.public_key().verify_pkcs1(crypto::Digest::kSha256, text, *signature)) {
    return absl::FailedPreconditionError("the token's key does not match it");
  }
  return absl::OkStatus();
}

// A token that fails says nothing about the certificate: the next start may find it as good as ever.
bool is_token_error(const absl::Status& proof) {
  return !proof.ok() && !absl::IsNotFound(proof) && !absl::IsFailedPrecondition(proof) &&
         !absl::IsInvalidArgument(proof);
}

std::optional<InstalledCertificate> read_before(const std::filesystem::path& state, TokenPort& token) {
  auto chain = read_chain_file(before_file(state));
  if (!chain.ok()) return std::nullopt;
  const KeyId key = crypto::spki_fingerprint(chain->front().public_key());
  const auto proof = prove(token, chain->front(), key);
  if (!proof.ok() && !is_token_error(proof)) return std::nullopt;
  return InstalledCertificate{*std::move(chain), key};
}

struct LscOnFlash {
  bool there = false;      // readable or not
  bool undecided = false;  // the token failed when its key was tried
};

// What the trial's record and the LSC before it come to, now that it is known which LSC can be used.
absl::Status open_trial(const std::filesystem::path& state, TokenPort& token, bool ours, LscOnFlash on_flash,
                        Opened& opened) {
  std::error_code error;
  const bool begun = std::filesystem::exists(trial_file(state), error);
  const auto record = read_trial(state);
  auto before = read_before(state, token);
  const auto lsc = opened.certificates.find(Kind::kLsc);
  const bool held = lsc != opened.certificates.end();
  if (begun && on_flash.there && !held && before) {
    opened.problems.push_back("the LSC on trial cannot be used: the previous one is in use again");
    opened.certificates.emplace(Kind::kLsc, *before);
    if (!ours || on_flash.undecided) return absl::OkStatus();
    if (auto status = write_chain(state, Kind::kLsc, before->chain); !status.ok()) return status;
    return end_trial(state);
  }
  if (on_flash.undecided) return absl::OkStatus();
  const KeyId now = held ? lsc->second.key : KeyId();
  // A damaged record does not name the LSC on trial: it is the one in force, unless that is still the one before.
  const bool fits = record ? std::find(record->keys.begin(), record->keys.end(), now) != record->keys.end()
                           : begun && !(before && before->key == now);
  const bool stands = fits && (held || before);
  if (stands) opened.trial = Trial{record ? record->order : 0, now, std::move(before)};
  // A record that fits nothing is of a change that did not get as far as flash.
  return stands || !ours ? absl::OkStatus() : end_trial(state);
}

// As long as there is a trial on flash the LSC before it may come back, also when the token fails to use its key now.
// False when the file cannot be read, so that any key may be that one.
bool spare_before(const std::filesystem::path& state, std::vector<KeyId>& named) {
  std::error_code error;
  if (!std::filesystem::exists(trial_file(state), error)) return true;
  const auto before = read_chain_file(before_file(state));
  if (before.ok()) named.push_back(crypto::spki_fingerprint(before->front().public_key()));
  return before.ok() || absl::IsNotFound(before.status());
}

}  // namespace

std::string order_text(const Order& order) {
  if (order.operation != Operation::kCapfSession || order.authentication == CapfAuthentication::kString) {
    return absl::StrCat("number ", order.number, "\n");
  }
  std::string text = absl::StrCat("number ", order.number, "\noperation ", static_cast<int>(order.operation),
                                  "\nauthentication ", static_cast<int>(order.authentication), "\n");
  for (const Server& server : order.servers)
    absl::StrAppend(&text, "server ", one_line(server.host), " ", server.port, "\n");
  absl::StrAppend(&text, "reason ", one_line(order.reason), "\n");
  return text;
}

absl::StatusOr<Order> parse_order(std::string_view text) {
  Order order;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return absl::InvalidArgumentError("the enrolment record is truncated");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || !read_line(line.substr(0, space), line.substr(space + 1), order)) {
      return absl::InvalidArgumentError("the enrolment record cannot be read");
    }
  }
  return order;
}

absl::Status write_order(const std::filesystem::path& state, const Order& order) {
  return flash::write_state(state / "order", order_text(order));
}

Order read_order(const std::filesystem::path& state) {
  const auto text = flash::read_state(state / "order", kOrderLimit);
  if (!text) return {};
  auto order = parse_order(*text);
  return order.ok() ? *std::move(order) : Order{};
}

absl::Status write_policy(const std::filesystem::path& state, const KeptPolicy& policy) {
  return flash::write_state(
      state / "policy",
      absl::StrCat("fips ", policy.fips ? 1 : 0, "\nlsc-for-wlan ", policy.lsc_for_wlan ? 1 : 0, "\ntls-minimum ",
                   policy.tls.client_minimum, "\ntls-switched-off ", policy.tls.switched_off, "\nregisters-by-tls ",
                   policy.registers_by_tls ? 1 : 0, "\nsettings-lock ", static_cast<int>(policy.lock), "\n"));
}

std::optional<KeptPolicy> read_policy(const std::filesystem::path& state) {
  const auto text = flash::read_state(state / "policy", kOrderLimit);
  if (!text) return std::nullopt;
  KeptPolicy policy{text->starts_with("fips 1\n"), text->find("\nlsc-for-wlan 1\n") != std::string::npos, {}};
  const auto number = [&text](std::string_view name) -> unsigned {
    const std::string line = absl::StrCat("\n", std::string(name), " ");
    const auto at = text->find(line);
    unsigned value = 0;
    if (at == std::string::npos) return 0;
    const std::string rest = text->substr(at + line.size());
    return read_number(std::string_view(rest).substr(0, rest.find('\n')), value) ? value : 0;
  };
  // A file of before says neither: the defaults.
  if (const unsigned minimum = number("tls-minimum"); minimum >= tls::kTls10 && minimum <= tls::kTls13) {
    policy.tls.client_minimum = static_cast<std::uint16_t>(minimum);
  }
  policy.tls.switched_off = static_cast<std::uint8_t>(number("tls-switched-off") & 0xFEU);
  policy.tls.fips = policy.fips;
  policy.registers_by_tls = number("registers-by-tls") == 1;
  policy.lock = settings::lock_of(static_cast<int>(number("settings-lock")));
  return policy;
}

absl::StatusOr<TokenOperation> trial_operation(const crypto::PublicKey& key, std::string_view text) {
  return token_operation(Purpose::kSipTls, key.is_rsa() ? Scheme::kRsaPkcs1 : Scheme::kEcdsa, crypto::Digest::kSha256,
                         crypto::digest(crypto::Digest::kSha256, text), key);
}

absl::StatusOr<Opened> open_certificates(const std::filesystem::path& state, TokenPort& token, bool ours) {
  const auto keys = token.keys();
  if (!keys.ok()) return absl::UnavailableError(keys.status().message());
  Opened opened;
  std::vector<KeyId> named;
  bool all_readable = true;
  LscOnFlash lsc_on_flash;
  for (const Kind kind : {Kind::kMic, Kind::kLsc, Kind::kUser}) {
    auto chain = read_chain(state, kind);
    if (absl::IsNotFound(chain.status())) continue;
    if (kind == Kind::kLsc) lsc_on_flash.there = true;
    if (!chain.ok()) {
      all_readable = false;
      opened.problems.push_back(absl::StrCat(name_of(kind), ": ", chain.status().message()));
      continue;
    }
    const KeyId key = crypto::spki_fingerprint(chain->front().public_key());
    named.push_back(key);
    if (auto status = prove(token, chain->front(), key); !status.ok()) {
      if (kind == Kind::kLsc) lsc_on_flash.undecided = is_token_error(status);
      opened.problems.push_back(absl::StrCat(name_of(kind), ": ", status.message()));
      continue;
    }
    opened.certificates.emplace(kind, InstalledCertificate{*std::move(chain), key});
  }
  if (auto status = open_trial(state, token, ours, lsc_on_flash, opened); !status.ok()) {
    opened.problems.push_back(std::string(status.message()));
  }
  all_readable = spare_before(state, named) && all_readable;
  if (const auto lsc = opened.certificates.find(Kind::kLsc); lsc != opened.certificates.end())
    named.push_back(lsc->second.key);
  // Another token of the same label has other keys: without the MIC's on it, nothing on it is ours to remove.
  ours = ours && opened.certificates.contains(Kind::kMic);
  for (const KeyId& key : *keys) {
    if (!ours || !all_readable || std::find(named.begin(), named.end(), key) != named.end()) continue;
    if (auto status = token.destroy(key); !status.ok()) opened.problems.push_back(std::string(status.message()));
  }
  return opened;
}

Opened certificates_on_flash(const std::filesystem::path& state) {
  Opened opened;
  for (const Kind kind : {Kind::kMic, Kind::kLsc, Kind::kUser}) {
    auto chain = read_chain(state, kind);
    if (absl::IsNotFound(chain.status())) continue;
    if (!chain.ok()) {
      opened.problems.push_back(absl::StrCat(name_of(kind), ": ", chain.status().message()));
      continue;
    }
    const KeyId key = crypto::spki_fingerprint(chain->front().public_key());
    opened.certificates.emplace(kind, InstalledCertificate{*std::move(chain), key});
  }
  return opened;
}

}  // namespace phone::certificates

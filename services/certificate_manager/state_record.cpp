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
absl::Status prove(Token& token, const crypto::Certificate& leaf, const KeyId& key) {
  const std::string text = "trial";
  const auto operation = trial_operation(leaf.public_key(), text);
  if (!operation.ok()) return operation.status();
  const auto signature = token.sign(key, *operation);
  if (!signature.ok()) return signature.status();
  if (!leaf.public_key().verify_pkcs1(crypto::Digest::kSha256, text, *signature)) {
    return absl::FailedPreconditionError("the token's key does not sign for it");
  }
  return absl::OkStatus();
}

// What the trial's record and the LSC before it come to, now that it is known which LSC can be used.
absl::Status open_trial(const std::filesystem::path& state, Token& token, bool ours, bool lsc_named, Opened& opened) {
  const auto record = read_trial(state);
  auto before_chain = read_chain_file(before_file(state));
  std::optional<InForce> before;
  if (before_chain.ok()) {
    const KeyId key = crypto::spki_fingerprint(before_chain->front().public_key());
    if (prove(token, before_chain->front(), key).ok()) before = InForce{*std::move(before_chain), key};
  }
  const auto lsc = opened.certificates.find(Kind::kLsc);
  const bool held = lsc != opened.certificates.end();
  if (record && lsc_named && !held && before) {
    opened.problems.push_back("the LSC on trial cannot be used: the one before it is in force again");
    if (ours) {
      if (auto status = write_chain(state, Kind::kLsc, before->chain); !status.ok()) return status;
    }
    opened.certificates.emplace(Kind::kLsc, *before);
    return ours ? end_trial(state) : absl::OkStatus();
  }
  const KeyId now = held ? lsc->second.key : KeyId();
  const bool stands =
      record && std::find(record->keys.begin(), record->keys.end(), now) != record->keys.end() && (held || before);
  if (stands) opened.trial = Trial{record->order, now, std::move(before)};
  // A record that fits nothing is of a change that did not get as far as flash.
  return stands || !ours ? absl::OkStatus() : end_trial(state);
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
    if (end == std::string_view::npos) return absl::InvalidArgumentError("order record is cut short");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || !read_line(line.substr(0, space), line.substr(space + 1), order)) {
      return absl::InvalidArgumentError("order record is not readable");
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
                   policy.registers_by_tls ? 1 : 0, "\n"));
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
  return policy;
}

absl::StatusOr<TokenOperation> trial_operation(const crypto::PublicKey& key, std::string_view text) {
  return token_operation(Purpose::kSipTls, key.is_rsa() ? Scheme::kRsaPkcs1 : Scheme::kEcdsa, crypto::Digest::kSha256,
                         crypto::digest(crypto::Digest::kSha256, text), key);
}

absl::StatusOr<Opened> open_certificates(const std::filesystem::path& state, Token& token, bool ours) {
  const auto keys = token.keys();
  if (!keys.ok()) return absl::UnavailableError(keys.status().message());
  Opened opened;
  std::vector<KeyId> named;
  bool all_readable = true;
  for (const Kind kind : {Kind::kMic, Kind::kLsc, Kind::kUser}) {
    auto chain = read_chain(state, kind);
    if (absl::IsNotFound(chain.status())) continue;
    if (!chain.ok()) {
      all_readable = false;
      opened.problems.push_back(absl::StrCat(name_of(kind), ": ", chain.status().message()));
      continue;
    }
    const KeyId key = crypto::spki_fingerprint(chain->front().public_key());
    named.push_back(key);
    if (auto status = prove(token, chain->front(), key); !status.ok()) {
      opened.problems.push_back(absl::StrCat(name_of(kind), ": ", status.message()));
      continue;
    }
    opened.certificates.emplace(kind, InForce{*std::move(chain), key});
  }
  const bool lsc_named = absl::IsNotFound(read_chain(state, Kind::kLsc).status()) == false;
  if (auto status = open_trial(state, token, ours, lsc_named, opened); !status.ok()) {
    opened.problems.push_back(std::string(status.message()));
  }
  if (opened.trial && opened.trial->before) named.push_back(opened.trial->before->key);
  if (const auto lsc = opened.certificates.find(Kind::kLsc); lsc != opened.certificates.end())
    named.push_back(lsc->second.key);
  for (const KeyId& key : *keys) {
    if (!ours || !all_readable || std::find(named.begin(), named.end(), key) != named.end()) continue;
    if (auto status = token.destroy(key); !status.ok()) opened.problems.push_back(std::string(status.message()));
  }
  return opened;
}

}  // namespace phone::certificates

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/certificate_manager/enrolment_order.hpp"
#include "services/certificate_manager/installation.hpp"
#include "services/certificate_manager/token.hpp"

// What outlives the process besides the certificates: the order to enrol and the last policy applied.
namespace phone::certificates {

// An order as lines of text and back. An authentication string is not kept: after a restart the user is asked again.
std::string order_text(const Order& order);
absl::StatusOr<Order> parse_order(std::string_view text);

absl::Status write_order(const std::filesystem::path& state, const Order& order);
// An empty one when there is none or it is not readable.
Order read_order(const std::filesystem::path& state);

absl::Status write_fips(const std::filesystem::path& state, bool fips);
bool read_fips(const std::filesystem::path& state);

// Something to sign once, to prove that a key is usable.
absl::StatusOr<TokenOperation> trial_operation(const crypto::PublicKey& key, std::string_view text);

struct Opened {
  Certificates certificates;
  std::vector<std::string> problems;  // certificates on flash that are not in force, and why
};
// Reads the certificates on flash and takes into force those whose key in the token signs for them. UNAVAILABLE when
// the token does not answer. `ours`: keys that belong to none are destroyed, left by an enrolment that did not end;
// while another process has the folder they may be its own.
absl::StatusOr<Opened> open_certificates(const std::filesystem::path& state, Token& token, bool ours = true);

}  // namespace phone::certificates

#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/mesh/latest.hpp"
#include "common/mesh/router.hpp"
#include "phone/network/v1/network_access.pb.h"
#include "services/network_access/facts.hpp"

namespace phone::network {

v1::NetworkFacts to_message(const Facts& facts);

// The stored profile: what start-up knows before the network says anything.
std::string encode(const Facts& facts);
absl::StatusOr<Facts> decode(std::string_view bytes);

void register_network(mesh::Router& router, const mesh::Latest<v1::NetworkFacts>& facts, const mesh::Journal& journal);

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Behind the gateway the UI app and remote diagnostics are one caller. What each of them may have under way keeps the
// gateway's places at every service from running out: neither starves the other, nor the status.
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <set>
#include <string>

#include "common/mesh/call/method_table.hpp"
#include "common/mesh/server/load.hpp"

namespace phone::gateway {
namespace {

const std::set<std::string> kAll = {"trust_store",    "certificate_manager", "policy",
                                    "network_access", "signaling",           "media"};
// Which services a call of the gateway's asks.
const std::map<std::string, std::set<std::string>, std::less<>> kAsks = {
    {"GetStatus", kAll},
    {"GetMetrics", kAll},
    {"Dial", {"signaling"}},
    {"Answer", {"signaling"}},
    {"HangUp", {"signaling"}},
    {"Decline", {"signaling"}},
    {"Ignore", {"signaling"}},
    {"SetHook", {"signaling"}},
    {"SetDoNotDisturb", {"signaling"}},
    {"GetMemory", {"signaling"}},
    {"ForgetCalls", {"signaling"}},
    {"Hold", {"signaling"}},
    {"Resume", {"signaling"}},
    {"Transfer", {"signaling"}},
    {"SendDigits", {"signaling"}},
    {"UseFeature", {"signaling"}},
    {"Authorize", {"signaling"}},
    {"ListSettings", {"policy"}},
    {"Unlock", {"policy"}},
    {"Lock", {"policy"}},
    {"Reset", {"policy"}},
    {"SelectTransducer", {"media"}},
    {"SetMute", {"media"}},
    {"SetVolume", {"media"}},
    {"GetTrustLists", {"trust_store"}},
    {"PreviewTrustList", {"trust_store"}},
    {"AllowOlder", {"trust_store"}},
    {"ListDecisions", {"trust_store"}},
    {"ListCertificates", {"certificate_manager"}},
    {"Enrol", {"certificate_manager"}},
    {"ApplyWiredProfile", {"network_access"}},
    {"ApplyWlanProfile", {"network_access"}},
    {"Reprovision", {"policy"}},
    {"SearchContacts", {"url_services"}},
    {"ForgetCredentials", {"url_services"}},
    {"SendReport", {"url_services"}},
};
constexpr unsigned kOfItsOwn = 4;  // the gateway's own questions for the status

TEST(GatewayPrice, AllThatIsPassedOnAtOnceFitsIntoTheGatewaysPlaces) {
  std::map<std::string, unsigned> under_way;
  for (const mesh::MethodRow& row : mesh::methods_of("phone.gateway.v1.Gateway")) {
    if (row.server_streams) continue;
    EXPECT_GT(row.in_flight, 0U) << row.method << " is passed on without a price";
    const auto asked = kAsks.find(row.method);
    ASSERT_NE(asked, kAsks.end()) << row.method;
    for (const std::string& service : asked->second)
      under_way[service] += row.in_flight * static_cast<unsigned>(std::popcount(row.callers));
  }
  for (const auto& [service, calls] : under_way)
    EXPECT_LE(calls + kOfItsOwn, static_cast<unsigned>(mesh::Limits{}.unary_per_role)) << service;
}

}  // namespace
}  // namespace phone::gateway

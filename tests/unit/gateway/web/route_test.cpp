// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F96: what the screen's port takes, and from whom.
#include "gateway/web/request/route.hpp"

#include <gtest/gtest.h>

namespace phone::gateway::web {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

const Door kDoor{{"127.0.0.1", "127.0.0.1:80"}};
const Fields kCall{{"Host", "127.0.0.1"},
                   {"Origin", "http://127.0.0.1"},
                   {"Content-Type", "application/json"},
                   {"Connect-Protocol-Version", "1"},
                   {"Content-Length", "2"}};
constexpr const char* kDial = "/phone.gateway.v1.Gateway/Dial";

Fields without(std::string_view name) {
  Fields fields = kCall;
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  return fields;
}
Fields with(std::string_view name, std::string_view value) {
  Fields fields = without(name);
  fields.emplace_back(name, value);
  return fields;
}
Fields twice(std::string_view name, std::string_view value) {
  Fields fields = kCall;
  fields.emplace_back(name, value);
  return fields;
}
unsigned refused(const RequestHead& head) {
  const Route asked = route(head, kDoor);
  const auto* refusal = std::get_if<Refusal>(&asked);
  return refusal == nullptr ? 0 : refusal->http_status;
}

struct RouteRow {
  const char* name;
  RequestHead head;
  unsigned status;
};
class F96_Route_Table : public testing::TestWithParam<RouteRow> {};
TEST_P(F96_Route_Table, RefusesByTheHead) { EXPECT_EQ(refused(GetParam().head), GetParam().status); }

INSTANTIATE_TEST_SUITE_P(
    Rows, F96_Route_Table,
    testing::Values(
        RouteRow{"a_call", {"POST", kDial, 11, kCall}, 0},
        RouteRow{"the_page", {"GET", "/", 11, {{"Host", "127.0.0.1:80"}}}, 0},
        RouteRow{"http_1_0", {"GET", "/", 10, {{"Host", "127.0.0.1"}}}, 505},
        RouteRow{"no_host", {"GET", "/", 11, {}}, 421},
        RouteRow{"a_name_that_was_rebound", {"GET", "/", 11, {{"Host", "evil.example"}}}, 421},
        RouteRow{"another_port", {"GET", "/", 11, {{"Host", "127.0.0.1:81"}}}, 421},
        RouteRow{"a_host_twice", {"POST", kDial, 11, twice("host", "127.0.0.1")}, 400},
        RouteRow{"a_length_twice", {"POST", kDial, 11, twice("Content-Length", "2")}, 400},
        RouteRow{"no_origin", {"POST", kDial, 11, without("Origin")}, 403},
        RouteRow{"an_opaque_origin", {"POST", kDial, 11, with("Origin", "null")}, 403},
        RouteRow{"another_origin", {"POST", kDial, 11, with("Origin", "http://evil.example")}, 403},
        RouteRow{"another_scheme", {"POST", kDial, 11, with("Origin", "https://127.0.0.1")}, 403},
        RouteRow{"another_site", {"POST", kDial, 11, with("Sec-Fetch-Site", "cross-site")}, 403},
        RouteRow{"a_form", {"POST", kDial, 11, with("Content-Type", "text/plain")}, 415},
        RouteRow{"no_protocol_version", {"POST", kDial, 11, without("Connect-Protocol-Version")}, 400},
        RouteRow{"compressed", {"POST", kDial, 11, with("Content-Encoding", "gzip")}, 415},
        RouteRow{"no_length", {"POST", kDial, 11, without("Content-Length")}, 411},
        RouteRow{"chunked", {"POST", kDial, 11, with("Transfer-Encoding", "chunked")}, 501},
        RouteRow{"upgrade", {"POST", kDial, 11, with("Upgrade", "h2c")}, 501},
        RouteRow{"expect", {"POST", kDial, 11, with("Expect", "100-continue")}, 501},
        RouteRow{"a_timeout_of_words", {"POST", kDial, 11, with("Connect-Timeout-Ms", "soon")}, 400},
        RouteRow{"a_timeout_of_11_digits", {"POST", kDial, 11, with("Connect-Timeout-Ms", "10000000000")}, 400},
        RouteRow{"up", {"GET", "/../etc/shadow", 11, kCall}, 404}, RouteRow{"hidden", {"GET", "/.git", 11, kCall}, 404},
        RouteRow{"escaped", {"GET", "/%2e%2e/", 11, kCall}, 404},
        RouteRow{"no_slash", {"GET", "index.html", 11, kCall}, 404},
        RouteRow{"absolute", {"GET", "http://evil.example/", 11, kCall}, 404},
        RouteRow{"put", {"PUT", "/", 11, kCall}, 405}, RouteRow{"options", {"OPTIONS", kDial, 11, kCall}, 405}),
    [](const auto& info) { return info.param.name; });

TEST(F96_Route, ATargetLongerThanAnyOfOursIsRefused) {
  const std::string target = "/" + std::string(kLongestTarget, 'a');
  EXPECT_EQ(refused({"GET", target, 11, {{"Host", "127.0.0.1"}}}), 414U);
}

TEST(F96_Route, NamesTheMethodAndBoundsTheTimeOfAUnaryCall) {
  const Route asked = route({"POST", kDial, 11, with("Connect-Timeout-Ms", "99999")}, kDoor);
  const auto& call = std::get<CallRoute>(asked);
  EXPECT_EQ(call.service, "phone.gateway.v1.Gateway");
  EXPECT_EQ(call.method, "Dial");
  EXPECT_FALSE(call.streams);
  EXPECT_EQ(call.timeout, kLongestCall);
}

// Calls given up in the same breath would have the gateway refuse the role.
TEST(F96_Route, AShorterTimeThanASecondIsLengthened) {
  for (const char* type : {"application/json", "application/connect+json"}) {
    Fields fields = with("Content-Type", type);
    fields.emplace_back("Connect-Timeout-Ms", "1");
    const Route asked = route({"POST", kDial, 11, fields}, kDoor);
    EXPECT_EQ(std::get<CallRoute>(asked).timeout, kShortestCall);
  }
}

TEST(F96_Route, AStreamLastsAsLongAsItsClientWants) {
  const Route asked = route(
      {"POST", "/phone.gateway.v1.Gateway/WatchStatus", 11, with("Content-Type", "application/connect+json")}, kDoor);
  EXPECT_TRUE(std::get<CallRoute>(asked).streams);
  EXPECT_EQ(std::get<CallRoute>(asked).timeout, std::nullopt);
}

TEST(F24_AdministratorsRoute, HasItsOwnPageFiguresAndScheme) {
  const Door door{.hosts = {"10.0.0.9"}, .administrator = true};
  const Fields host{{"Host", "10.0.0.9"}};
  EXPECT_EQ(std::get<FileRoute>(route({"GET", "/", 11, host}, door)).path, "/administrator.html");
  EXPECT_TRUE(std::holds_alternative<MetricsRoute>(route({"GET", "/metrics", 11, host}, door)));
  EXPECT_EQ(std::get<FileRoute>(route({"GET", "/metrics", 11, {{"Host", "127.0.0.1"}}}, kDoor)).path, "/metrics");
  Fields call = host;
  for (const auto& field : {std::pair("Content-Type", "application/json"), std::pair("Connect-Protocol-Version", "1"),
                            std::pair("Content-Length", "2"), std::pair("Origin", "https://10.0.0.9")})
    call.emplace_back(field.first, field.second);
  EXPECT_TRUE(std::holds_alternative<CallRoute>(route({"POST", kDial, 11, call}, door)));
  call.back().second = "http://10.0.0.9";
  EXPECT_EQ(std::get<Refusal>(route({"POST", kDial, 11, call}, door)).http_status, 403U);
  Fields twice_signed = host;
  twice_signed.emplace_back("Authorization", "Basic YTpi");
  twice_signed.emplace_back("authorization", "Basic YTpj");
  EXPECT_EQ(std::get<Refusal>(route({"GET", "/", 11, twice_signed}, door)).http_status, 400U);
}

TEST(F96_Route, TheRootIsThePage) {
  const Route asked = route({"GET", "/", 11, {{"Host", "127.0.0.1"}, {"Sec-Fetch-Site", "none"}}}, kDoor);
  EXPECT_EQ(std::get<FileRoute>(asked).path, "/index.html");
}

}  // namespace
}  // namespace phone::gateway::web

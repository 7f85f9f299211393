// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/text/foreign_text.hpp"
#include "phone/download/v1/download.pb.h"

namespace phone::http {
namespace {

using ::testing::HasSubstr;
namespace pb = phone::download::v1;

Request good() {
  Request request;
  request.scheme = Scheme::kPipe;
  request.host = "ccm.example";
  request.port = 6971;
  request.name = "ITLFile.tlv";
  request.query = "operation=GetCACaps";
  request.post = std::string("\0\xff", 2);
  request.post_type = "application/x-pki-message";
  request.limit = 77;
  request.connect_timeout = std::chrono::milliseconds(11);
  request.total_timeout = std::chrono::milliseconds(22);
  request.stall_timeout = std::chrono::seconds(33);
  return request;
}

TEST(F84_DownloadMessage, RequestArrivesAsItWasMade) {
  const Request made = good();
  const auto read = decode_request(encode(made));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->scheme, made.scheme);
  EXPECT_EQ(read->host, made.host);
  EXPECT_EQ(read->port, made.port);
  EXPECT_EQ(read->name, made.name);
  EXPECT_EQ(read->query, made.query);
  EXPECT_EQ(read->post, made.post);
  EXPECT_EQ(read->post_type, made.post_type);
  EXPECT_EQ(read->limit, made.limit);
  EXPECT_EQ(read->connect_timeout, made.connect_timeout);
  EXPECT_EQ(read->total_timeout, made.total_timeout);
  EXPECT_EQ(read->stall_timeout, made.stall_timeout);
  EXPECT_FALSE(read->verify) << "whoever reads it brings his own";
}

struct Row {
  const char* name;
  std::function<void(pb::Request&)> spoil;
  const char* reason;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
class F84_DownloadRequest_Table : public ::testing::TestWithParam<Row> {};
TEST_P(F84_DownloadRequest_Table, IsRefusedWithTheReason) {
  pb::Request message;
  ASSERT_TRUE(message.ParseFromString(encode(good())));
  GetParam().spoil(message);
  const auto read = decode_request(message.SerializeAsString());
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(GetParam().reason));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F84_DownloadRequest_Table,
    ::testing::Values(
        Row{"no scheme", [](auto& m) { m.clear_scheme(); }, "scheme"},
        Row{"scheme of the future", [](auto& m) { m.set_scheme(static_cast<pb::Scheme>(9)); }, "scheme"},
        Row{"no port", [](auto& m) { m.clear_port(); }, "port"},
        Row{"port beyond 16 bits", [](auto& m) { m.set_port(65536); }, "port"},
        Row{"HTTPS, whose verdict would be passed on", [](auto& m) { m.set_scheme(pb::SCHEME_HTTPS); }, "TLS ends"},
        Row{"more bytes than any file has", [](auto& m) { m.set_limit(kMostBody + 1); }, "bytes"},
        Row{"no time", [](auto& m) { m.set_total_milliseconds(0); }, "time"},
        Row{"all the time of the world", [](auto& m) { m.set_total_milliseconds(0xFFFFFFFF); }, "time"},
        Row{"no patience", [](auto& m) { m.set_stall_seconds(0); }, "time"},
        Row{"a second header in the media type", [](auto& m) { m.set_post_type("a/b\r\nHost: x"); }, "media type"},
        Row{"larger than a request may be", [](auto& m) { m.set_post(std::string(kMostRequestBytes, 'x')); },
            "not a request"}));

TEST(F84_DownloadMessage, ResultArrivesWithItsTextMadeClean) {
  const auto result = decode_result(encode_result({.outcome = Outcome::kOk,
                                                   .body = std::string("\0bo\xffy", 5),
                                                   .type = "Text/XML; charset=\xff",
                                                   .url = "http://x/\xff",
                                                   .detail = "caf\xe9\r\nforged" + std::string(5000, 'x')}),
                                    5);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->body, std::string("\0bo\xffy", 5)) << "bytes stay bytes";
  EXPECT_EQ(result->type, "text/xml");
  EXPECT_EQ(result->url, "") << "the caller knows what it asked for";
  EXPECT_THAT(result->detail, ::testing::StartsWith("caf\xEF\xBF\xBD forged"));
  EXPECT_LE(result->detail.size(), 400U);
  EXPECT_TRUE(text::is_clean(result->detail));
}

TEST(F84_DownloadMessage, EveryOutcomeArrivesAsItself) {
  for (int i = 0; i <= static_cast<int>(Outcome::kCancelled); ++i) {
    const auto result = decode_result(encode_result({.outcome = static_cast<Outcome>(i)}), 0);
    ASSERT_TRUE(result.ok()) << i;
    EXPECT_EQ(result->outcome, static_cast<Outcome>(i));
  }
}

TEST(F84_DownloadMessage, ReplyThatCannotBeIsRefused) {
  EXPECT_FALSE(decode_result("", 9).ok()) << "says nothing";
  EXPECT_FALSE(decode_result("\xff\xff\xff", 9).ok());
  EXPECT_FALSE(decode_result(encode_result({.outcome = Outcome::kOk, .body = "0123456789"}), 9).ok());
  EXPECT_FALSE(decode_result(encode_result({.outcome = Outcome::kAbsent, .body = "x"}), 9).ok());
  EXPECT_FALSE(decode_result(encode_result({.outcome = static_cast<Outcome>(99)}), 9).ok());
  pb::Reply chain;
  chain.mutable_chain()->add_certificate("leaf");
  EXPECT_FALSE(decode_result(chain.SerializeAsString(), 9).ok()) << "of the time when verdicts were passed on";
}

}  // namespace
}  // namespace phone::http

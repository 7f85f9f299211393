#include "common/http/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phone/download/v1/download.pb.h"

namespace phone::http {
namespace {

using ::testing::HasSubstr;
namespace pb = phone::download::v1;

Request good() {
  Request request;
  request.scheme = Scheme::kHttps;
  request.host = "ccm.example";
  request.port = 6971;
  request.name = "ITLFile.tlv";
  request.query = "operation=GetCACaps";
  request.post = std::string("\0\xff", 2);
  request.post_type = "application/x-pki-message";
  request.tls = tls::Policy{.client_minimum = 0x0304, .fips = true, .switched_off = 0x30};
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
  EXPECT_EQ(read->tls, made.tls);
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
    ::testing::Values(Row{"no scheme", [](auto& m) { m.clear_scheme(); }, "scheme"},
                      Row{"scheme of the future", [](auto& m) { m.set_scheme(static_cast<pb::Scheme>(9)); }, "scheme"},
                      Row{"no port", [](auto& m) { m.clear_port(); }, "port"},
                      Row{"port beyond 16 bits", [](auto& m) { m.set_port(65536); }, "port"},
                      Row{"SSL 3.0", [](auto& m) { m.set_tls_minimum(0x0300); }, "TLS"},
                      Row{"HTTPS without a word of what may be spoken", [](auto& m) { m.clear_tls_minimum(); }, "TLS"},
                      Row{"more bytes than any file has", [](auto& m) { m.set_limit(kMostBody + 1); }, "bytes"},
                      Row{"no time", [](auto& m) { m.set_total_milliseconds(0); }, "time"},
                      Row{"all the time of the world", [](auto& m) { m.set_total_milliseconds(0xFFFFFFFF); }, "time"},
                      Row{"no patience", [](auto& m) { m.set_stall_seconds(0); }, "time"},
                      Row{"a second header in the media type", [](auto& m) { m.set_post_type("a/b\r\nHost: x"); },
                          "media type"},
                      Row{"larger than a request may be",
                          [](auto& m) { m.set_post(std::string(kMostRequestBytes, 'x')); }, "not a request"}));

TEST(F84_DownloadMessage, ReplyBringsAResultOrAChain) {
  const auto result = decode_reply(encode_result({.outcome = Outcome::kOk,
                                                  .body = std::string("\0body", 5),
                                                  .type = "text/xml",
                                                  .url = "http://x/\xff",
                                                  .detail = "d"}),
                                   5);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_TRUE(result->result);
  EXPECT_EQ(result->result->body, std::string("\0body", 5));
  EXPECT_EQ(result->result->type, "text/xml");
  EXPECT_EQ(result->result->url, "http://x/\xff") << "what a peer said need not be UTF-8";
  EXPECT_EQ(result->result->detail, "d");
  const auto chain = decode_reply(encode_chain({"leaf", "issuer"}), 5);
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_THAT(*chain->chain, ::testing::ElementsAre("leaf", "issuer"));
  EXPECT_FALSE(chain->result);
}

TEST(F84_DownloadMessage, EveryOutcomeArrivesAsItself) {
  for (int i = 0; i <= static_cast<int>(Outcome::kCancelled); ++i) {
    const auto reply = decode_reply(encode_result({.outcome = static_cast<Outcome>(i)}), 0);
    ASSERT_TRUE(reply.ok()) << i;
    EXPECT_EQ(reply->result->outcome, static_cast<Outcome>(i));
  }
}

TEST(F84_DownloadMessage, ReplyThatCannotBeIsRefused) {
  EXPECT_FALSE(decode_reply("", 9).ok()) << "says nothing";
  EXPECT_FALSE(decode_reply("\xff\xff\xff", 9).ok());
  EXPECT_FALSE(decode_reply(encode_result({.outcome = Outcome::kOk, .body = "0123456789"}), 9).ok());
  EXPECT_FALSE(decode_reply(encode_result({.outcome = Outcome::kAbsent, .body = "x"}), 9).ok());
  EXPECT_FALSE(decode_reply(encode_result({.outcome = static_cast<Outcome>(99)}), 9).ok());
  EXPECT_FALSE(decode_reply(encode_chain(std::vector<std::string>(kMostChain + 1, "x")), 9).ok());
  pb::Reply empty;
  empty.mutable_chain();
  EXPECT_FALSE(decode_reply(empty.SerializeAsString(), 9).ok());
}

TEST(F84_DownloadMessage, VerdictWithoutAWordIsARefusal) {
  const auto nothing = decode_verdict("");
  ASSERT_TRUE(nothing.ok());
  EXPECT_FALSE(nothing->trusted);
  const auto said = decode_verdict(encode(Verdict{true, "ITL"}));
  ASSERT_TRUE(said.ok());
  EXPECT_TRUE(said->trusted);
  EXPECT_EQ(said->reason, "ITL");
  EXPECT_FALSE(decode_verdict("\x08").ok()) << "cut short";
  EXPECT_TRUE(decode_verdict(encode(Verdict{false, std::string(1 << 20, 'x')})).ok()) << "cut to what may be said";
}

}  // namespace
}  // namespace phone::http

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F16: what an HTTPS server says, read in the process that believes it; every shape at its limit is bounded in work.
#include "common/http/response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/http/cpu_time.hpp"

namespace phone::http {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kLimit = 1000;

struct ResponseRow {
  const char* name;
  std::string answer;
  const char* reason;  // empty: it is taken
  std::string body;
  friend void PrintTo(const ResponseRow& row, std::ostream* out) { *out << row.name; }
};

class F16_Response_Table : public ::testing::TestWithParam<ResponseRow> {};

// In one piece and byte by byte.
TEST_P(F16_Response_Table, IsTakenOrRefusedWithTheReason) {
  const std::string& answer = GetParam().answer;
  for (const std::size_t piece : {answer.size(), std::size_t{1}}) {
    ResponseReader reader(kLimit);
    absl::Status status;
    for (std::size_t at = 0; status.ok() && at < answer.size(); at += piece)
      status = reader.feed(answer.substr(at, piece));
    if (status.ok() && !reader.done()) status = reader.closed();
    if (*GetParam().reason == '\0') {
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_TRUE(reader.done());
      EXPECT_EQ(reader.take_body(), GetParam().body);
    } else {
      EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().reason));
    }
  }
}

std::string chunks(std::size_t count) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < count; ++i) text += "1\r\nx\r\n";
  return text + "0\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F16_Response_Table,
    ::testing::Values(
        ResponseRow{"counted", "HTTP/1.1 200 OK\r\ncontent-LENGTH: 4\r\n\r\nbody", "", "body"},
        ResponseRow{"until the end", "HTTP/1.0 200 OK\r\n\r\nbody", "", "body"},
        ResponseRow{
            "chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nbo\r\n\r\n2\r\ndy\r\n0\r\nT: r\r\n\r\n", "",
            "bo\r\ndy"},
        ResponseRow{"interim first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "",
                    "x"},
        ResponseRow{"no reason phrase", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "", ""},
        ResponseRow{"any byte in the phrase", "HTTP/1.1 200 caf\xe9\r\nContent-Length: 0\r\n\r\n", "", ""},
        ResponseRow{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody",
                    "closed the connection within the body", ""},
        ResponseRow{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nbody",
                    "closed the connection within the body", ""},
        ResponseRow{"nothing", "", "closed the connection before it responded", ""},
        ResponseRow{"not HTTP", "SSH-2.0-x\r\n", "the response has no status line", ""},
        ResponseRow{"HTTP/2", "HTTP/2 200\r\n\r\n", "the response has no status line", ""},
        ResponseRow{"a status of four digits", "HTTP/1.1 2000\r\n\r\n", "the response has no status line", ""},
        ResponseRow{"another protocol", "HTTP/1.1 101 Switching\r\n\r\n", "another protocol", ""},
        ResponseRow{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", "two different",
                    ""},
        ResponseRow{"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "not a number", ""},
        ResponseRow{"a length beyond numbers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                    "not a number", ""},
        ResponseRow{"length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "two ways", ""},
        ResponseRow{"compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "content coding", ""},
        ResponseRow{"transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "transfer coding",
                    ""},
        ResponseRow{"a folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\n\r\n", "has no name", ""},
        ResponseRow{"a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\n", "has no name", ""},
        ResponseRow{"a chunk with a sign", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "has no size",
                    ""},
        ResponseRow{"a chunk that wraps", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                    "more than 1000", ""},
        ResponseRow{"a chunk longer than told", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n",
                    "longer than its stated size", ""},
        ResponseRow{"too large, told", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "more than 1000", ""},
        ResponseRow{"too large, untold", "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), "more than 1000", ""},
        ResponseRow{"more behind it", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP", "after the end", ""},
        ResponseRow{"a line without end", "HTTP/1.1 200 OK\r\nA: " + std::string(kMostLineBytes, 'x'),
                    "longer than 8 KiB", ""},
        ResponseRow{"headers without end",
                    "HTTP/1.1 200 OK\r\n" +
                        [] {
                          std::string many;
                          while (many.size() <= kMostHeadBytes) many += "a:\r\n";
                          return many;
                        }(),
                    "too many headers", ""},
        ResponseRow{"interim answers without end",
                    [] {
                      std::string many;
                      while (many.size() <= kMostHeadBytes) many += "HTTP/1.1 100 C\r\n\r\n";
                      return many;
                    }(),
                    "too many headers", ""}));

TEST(F16_Response, ABodyInChunksOfOneByteIsRefusedLongBeforeItsEnd) {
  ResponseReader reader(std::size_t{4} << 20);
  EXPECT_THAT(std::string(reader.feed(chunks(1 << 20)).message()), HasSubstr("chunks for its length"));
}

TEST(F16_Response, NoShapeAtTheLimitCostsMoreThanTwentyMilliseconds) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  while (many.size() < kMostHeadBytes - 8) many += "a:\r\n";
  const std::string shapes[] = {chunks(1 << 20), many + "\r\n",
                                "HTTP/1.1 200 OK\r\n\r\n" + std::string(std::size_t{4} << 20, '\n')};
  for (const std::string& shape : shapes) {
    ResponseReader reader(std::size_t{4} << 20);
    EXPECT_LT(tests::cpu_milliseconds([&] { (void)reader.feed(shape); }), tests::kMostOfOneMessage);
  }
}

}  // namespace
}  // namespace phone::http

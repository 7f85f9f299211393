// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/first_request.hpp"

#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

using Kind = FirstRequest::Kind;

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const std::string kSettings("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", 15);

std::string headers(std::uint8_t flags, std::uint8_t stream, const std::string& payload) {
  std::string frame{'\0', '\0', static_cast<char>(payload.size()), 1, static_cast<char>(flags), 0, 0, 0};
  return frame + static_cast<char>(stream) + payload;
}

struct Row {
  const char* what;
  std::string bytes;
  Kind kind;
  std::uint32_t stream;
};

class Mesh_FirstRequest : public testing::TestWithParam<Row> {};

TEST_P(Mesh_FirstRequest, IsKnownWholeAndInPieces) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, GetParam().bytes.size()}) {
    FirstRequest request;
    for (std::size_t at = 0; at < GetParam().bytes.size(); at += piece)
      request.take(GetParam().bytes.substr(at, piece));
    EXPECT_EQ(request.kind(), GetParam().kind) << GetParam().what << ", in pieces of " << piece;
    EXPECT_EQ(request.stream(), GetParam().stream) << GetParam().what;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Mesh_FirstRequest,
    testing::Values(Row{"nothing yet", "PRI *", Kind::kUnknown, 0},
                    Row{"browser of HTTP/1", "GET / HTTP/1.1\r\n", Kind::kHttp1, 0},
                    Row{"a method that begins like the preface", "PRINT / HTTP/1.1\r\n", Kind::kHttp1, 0},
                    Row{"POST of HTTP/1", "POST / HTTP/1.1\r\n", Kind::kHttp1, 0},
                    Row{"no HTTP", std::string("\x16\x03\x01", 3), Kind::kRpc, 0},
                    Row{"settings alone", kPreface + kSettings, Kind::kUnknown, 0},
                    Row{"gRPC", kPreface + kSettings + headers(4, 1, "\x83\x86"), Kind::kRpc, 1},
                    Row{"browser of HTTP/2", kPreface + kSettings + headers(5, 1, "\x82\x87"), Kind::kHttp2Get, 1},
                    Row{"with a priority, as Firefox", kPreface + kSettings + headers(0x25, 15, "\1\2\3\4\5\x82"),
                        Kind::kHttp2Get, 15},
                    Row{"with padding", kPreface + headers(0xd, 3, std::string("\0\x82", 2)), Kind::kHttp2Get, 3},
                    Row{"after a new table size", kPreface + headers(5, 1, "\x3f\xe1\x1f\x82"), Kind::kHttp2Get, 1},
                    Row{"headers without a field", kPreface + headers(5, 1, ""), Kind::kRpc, 1},
                    Row{"a priority that is cut off", kPreface + headers(0x25, 1, "\1\2") + "\x82\x82\x82\x82",
                        Kind::kRpc, 1}));

TEST(Mesh_FirstRequest_Answers, EndTheConnectionAfterTheText) {
  EXPECT_TRUE(http1_answer().starts_with("HTTP/1.1 400 "));
  EXPECT_NE(http1_answer().find("Content-Length: "), std::string::npos);
  const std::string two = http2_answer(5);
  EXPECT_EQ(two.substr(0, 9), std::string("\0\0\0\4\0\0\0\0\0", 9)) << "settings come first";
  EXPECT_EQ(two.substr(two.size() - 17, 17), std::string("\0\0\x08\7\0\0\0\0\0\0\0\0\5\0\0\0\0", 17));
}

}  // namespace
}  // namespace phone::mesh

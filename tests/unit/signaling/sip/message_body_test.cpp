// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Where a message keeps its session description: one reader for every body.
#include "services/signaling/sip/message_body.hpp"

#include <gtest/gtest.h>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr char kBodySdp[] = "v=0\r\ns=-\r\n";
constexpr char kSdpPart[] = "Content-Type: application/sdp\r\n\r\nv=0\r\ns=-\r\n";

struct BodyRow {
  const char* name;
  std::string type, body, found;
};

class MessageBody : public testing::TestWithParam<BodyRow> {};

TEST_P(MessageBody, GivesItsSessionDescription) {
  Message message;
  if (!GetParam().type.empty()) message.add("Content-Type", GetParam().type);
  message.body = GetParam().body;
  const auto found = session_description(message);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, MessageBody,
    testing::Values(
        BodyRow{"NoBody", "", "", ""}, BodyRow{"Bare", "application/sdp", kBodySdp, kBodySdp},
        BodyRow{"WithoutAType", "", kBodySdp, kBodySdp},
        BodyRow{"TypeInCapitalsWithAParameter", "Application/SDP;charset=utf-8", kBodySdp, kBodySdp},
        BodyRow{"AnotherType", "text/plain", kBodySdp, ""},
        BodyRow{"OnlyPart", "multipart/mixed;boundary=b", cat("--b\r\n", kSdpPart, "\r\n--b--\r\n"), kBodySdp},
        BodyRow{"SecondPart", "multipart/mixed; boundary=\"a b\"",
                cat("--a b\r\nContent-Type: text/plain\r\n\r\napplication/sdp\r\n\r\nv=1\r\n--a b\r\n", kSdpPart,
                    "\r\n--a b--"),
                kBodySdp},
        BodyRow{"FirstOfTwo", "MULTIPART/Mixed;Boundary=b",
                cat("--b\r\n", kSdpPart, "\r\n--b\r\nContent-Type: application/sdp\r\n\r\nv=2\r\n--b--"), kBodySdp},
        BodyRow{"WithAPreamble", "multipart/mixed;boundary=b",
                cat("Content-Type: application/sdp\r\n\r\nv=9\r\n\r\n--b\r\n", kSdpPart, "\r\n--b--"), kBodySdp},
        BodyRow{"NotAfterTheLastDelimiter", "multipart/mixed;boundary=b",
                cat("--b\r\n\r\ntext\r\n--b--\r\n--b\r\n", kSdpPart), ""},
        BodyRow{"LongerBoundariesAreOthers", "multipart/mixed;boundary=b",
                cat("--b\r\n\r\ntext\r\n--bb\r\n", kSdpPart, "\r\n--b--"), ""},
        BodyRow{"BlanksBehindTheDelimiter", "multipart/mixed;boundary=b", cat("--b \t\r\n", kSdpPart, "\r\n--b--"),
                kBodySdp},
        BodyRow{"ADelimiterInsideALineIsNone", "multipart/mixed;boundary=b",
                "--b\r\nContent-Type: application/sdp\r\n\r\nv=0 --b\r\n--b--", "v=0 --b"},
        BodyRow{"CompactName", "multipart/mixed;boundary=b", "--b\r\nc:application/sdp\r\n\r\nv=0\r\n--b--", "v=0"},
        BodyRow{"WithoutAnEnd", "multipart/mixed;boundary=b", cat("--b\r\n", kSdpPart), kBodySdp},
        BodyRow{"EmptyPart", "multipart/mixed;boundary=b", "--b\r\n--b\r\n--b--", ""},
        BodyRow{"HeaderWithoutContent", "multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\n--b--",
                ""},
        BodyRow{"NoSdpAmongTheParts", "multipart/mixed;boundary=b",
                "--b\r\nContent-Type: application/sdpx\r\n\r\nv=0\r\n--b--", ""},
        BodyRow{"PartsWithinPartsAreNotSearched", "multipart/mixed;boundary=b",
                cat("--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\n", kSdpPart, "\r\n--c--\r\n--b--"),
                ""}),
    [](const auto& row) { return row.param.name; });

struct RefusedBody {
  const char* name;
  std::string type, body;
  const char* reason;
};

class RefusedMessageBody : public testing::TestWithParam<RefusedBody> {};

TEST_P(RefusedMessageBody, IsNamed) {
  Message message;
  message.add("Content-Type", GetParam().type);
  message.body = GetParam().body;
  const auto found = session_description(message);
  EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(found.status().message(), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(Rows, RefusedMessageBody,
                         testing::Values(RefusedBody{"NoBoundary", "multipart/mixed", kSdpPart,
                                                     "the multipart body has no boundary parameter"},
                                         RefusedBody{"EmptyBoundary", "multipart/mixed;boundary=\"\"", kSdpPart,
                                                     "the multipart body has no boundary parameter"},
                                         RefusedBody{"LongBoundary",
                                                     cat("multipart/mixed;boundary=", std::string(71, 'b')),
                                                     cat("--", std::string(71, 'b'), "\r\n", kSdpPart),
                                                     "the multipart boundary is longer than 70 characters"},
                                         RefusedBody{"BoundaryNotInTheBody", "multipart/mixed;boundary=b", kBodySdp,
                                                     "the multipart body does not contain its boundary"},
                                         RefusedBody{"BoundaryOnlyInALine", "multipart/mixed;boundary=b", "x --b\r\n",
                                                     "the multipart body does not contain its boundary"}),
                         [](const auto& row) { return row.param.name; });

TEST(MessageBodyLimit, TheLongestBoundaryIsTaken) {
  Message message;
  const std::string boundary(70, 'b');
  message.add("Content-Type", cat("multipart/mixed;boundary=", boundary));
  message.body = cat("--", boundary, "\r\n", kSdpPart, "\r\n--", boundary, "--");
  const auto found = session_description(message);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, kBodySdp);
}

}  // namespace
}  // namespace phone::signaling

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
        BodyRow{"EmptyPart", "multipart/mixed;boundary=b", "--b\r\n--b\r\n--b--", ""},
        BodyRow{"HeaderWithoutContent", "multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\n--b--",
                ""},
        BodyRow{"NoSdpAmongTheParts", "multipart/mixed;boundary=b",
                "--b\r\nContent-Type: application/sdpx\r\n\r\nv=0\r\n--b--", ""},
        BodyRow{"PartsWithinParts", "multipart/mixed;boundary=b",
                cat("--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\n", kSdpPart, "\r\n--c--\r\n--b--"),
                kBodySdp},
        BodyRow{"TheLastAlternativeThatIsKnown", "multipart/alternative;boundary=b",
                cat("--b\r\nContent-Type: application/sdp\r\n\r\nv=2\r\n--b\r\n", kSdpPart,
                    "\r\n--b\r\nContent-Type: application/sdpng\r\n\r\n<x/>\r\n--b--"),
                kBodySdp},
        BodyRow{
            "TheRootOfRelatedParts", "multipart/related;boundary=b;start=\"<2>\"",
            cat("--b\r\nContent-Type: application/sdp\r\n\r\nv=2\r\n--b\r\nContent-ID: <2>\r\n", kSdpPart, "\r\n--b--"),
            kBodySdp},
        BodyRow{"AnotherDisposition", "multipart/mixed;boundary=b",
                cat("--b\r\nContent-Disposition: early-session;handling=optional\r\nContent-Type: "
                    "application/sdp\r\n\r\nv=2\r\n--b\r\nContent-Disposition: SESSION\r\n",
                    kSdpPart, "\r\n--b--"),
                kBodySdp},
        BodyRow{"AFoldedHeader", "multipart/mixed;boundary=b",
                "--b\r\nContent-Type:\r\n application/sdp;\r\n\tx=y\r\n\r\nv=0\r\n--b--", "v=0"},
        BodyRow{"LinesThatEndInLf", "multipart/mixed;boundary=b", "--b\nContent-Type: application/sdp\n\nv=0\n--b--\n",
                "v=0"},
        BodyRow{"ABoundaryWithQuotedPairs", "multipart/mixed;boundary=\"a\\'b\"",
                cat("--a'b\r\n", kSdpPart, "\r\n--a'b--"), kBodySdp},
        BodyRow{"TextThatLooksLikeTheEnd", "multipart/mixed;boundary=b",
                "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--x\r\na=y\r\n--b--", "v=0\r\n--b--x\r\na=y"},
        BodyRow{"NoBodyOfAMultipart", "multipart/mixed;boundary=b", "", ""}),
    [](const auto& row) { return row.param.name; });

std::string nested_body(int depth) {
  std::string body = kBodySdp, type = "application/sdp";
  for (int i = 0; i < depth; ++i) {
    body = cat("--b", i, "\r\nContent-Type: ", type, "\r\n\r\n", body, "\r\n--b", i, "--\r\n");
    type = cat("multipart/mixed;boundary=b", i);
  }
  const std::string last = cat("b", depth - 1);
  for (size_t at = 0; (at = body.find(cat("--", last), at)) != std::string::npos; at += 3)
    body.replace(at, last.size() + 2, "--b");
  return body;
}
std::string body_of_many(int parts) {
  std::string body;
  for (int i = 0; i < parts; ++i) body += "--b\r\n\r\nx\r\n";
  return body + "--b--";
}

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

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedMessageBody,
    testing::Values(
        RefusedBody{"NoBoundary", "multipart/mixed", kSdpPart, "the multipart body has no boundary parameter"},
        RefusedBody{"EmptyBoundary", "multipart/mixed;boundary=\"\"", kSdpPart,
                    "the multipart body has no boundary parameter"},
        RefusedBody{"LongBoundary", cat("multipart/mixed;boundary=", std::string(71, 'b')),
                    cat("--", std::string(71, 'b'), "\r\n", kSdpPart),
                    "the multipart boundary is longer than 70 characters"},
        RefusedBody{"BoundaryNotInTheBody", "multipart/mixed;boundary=b", kBodySdp,
                    "the multipart body does not contain its boundary"},
        RefusedBody{"BoundaryOnlyInALine", "multipart/mixed;boundary=b", "x --b\r\n",
                    "the multipart body does not contain its boundary"},
        RefusedBody{"WithoutAnEnd", "multipart/mixed;boundary=b", cat("--b\r\n", kSdpPart),
                    "the multipart body ends before its last boundary"},
        RefusedBody{"TooDeep", "multipart/mixed;boundary=b", nested_body(5), "multiparts are nested deeper than 4"},
        RefusedBody{"TooMany", "multipart/mixed;boundary=b", body_of_many(65),
                    "the multipart body has too many parts"}),
    [](const auto& row) { return row.param.name; });

struct JudgedBody {
  const char* name;
  std::vector<HeaderField> fields;
  std::string body;
  absl::StatusCode code;
};
class JudgedMessageBody : public testing::TestWithParam<JudgedBody> {};

TEST_P(JudgedMessageBody, IsServedOrNot) {
  Message message;
  for (const HeaderField& field : GetParam().fields) message.fields.push_back(field);
  message.body = GetParam().body;
  EXPECT_EQ(judge_body(message).code(), GetParam().code) << judge_body(message);
}

std::string sdp_beside(const std::string& header) {
  return cat("--b\r\n", header, "\r\n\r\n<x/>\r\n--b\r\n", kSdpPart, "\r\n--b--");
}
constexpr char kTypeField[] = "Content-Type", kMixedType[] = "multipart/mixed;boundary=b";

INSTANTIATE_TEST_SUITE_P(
    Rows, JudgedMessageBody,
    testing::Values(
        JudgedBody{"Sdp", {{kTypeField, "application/sdp"}}, kBodySdp, absl::StatusCode::kOk},
        JudgedBody{"Unknown", {{kTypeField, "application/isup"}}, "x", absl::StatusCode::kUnimplemented},
        JudgedBody{"UnknownAndOptional",
                   {{kTypeField, "application/isup"}, {"Content-Disposition", "signal; Handling=Optional"}},
                   "x",
                   absl::StatusCode::kOk},
        JudgedBody{"Compressed",
                   {{kTypeField, "application/sdp"}, {"Content-Encoding", "gzip"}},
                   kBodySdp,
                   absl::StatusCode::kUnimplemented},
        JudgedBody{"NotCompressed",
                   {{kTypeField, "application/sdp"}, {"Content-Encoding", "identity"}},
                   kBodySdp,
                   absl::StatusCode::kOk},
        JudgedBody{"AnUnknownPart",
                   {{kTypeField, kMixedType}},
                   sdp_beside("Content-Type: application/isup"),
                   absl::StatusCode::kUnimplemented},
        JudgedBody{"AnOptionalPart",
                   {{kTypeField, kMixedType}},
                   sdp_beside("Content-Type: application/isup\r\nContent-Disposition: signal;handling=optional"),
                   absl::StatusCode::kOk},
        JudgedBody{"ARequiredPart",
                   {{kTypeField, kMixedType}},
                   sdp_beside("Content-Type: application/isup\r\nContent-Disposition: signal;handling=required"),
                   absl::StatusCode::kUnimplemented},
        JudgedBody{"PartsOfSomethingOptional",
                   {{kTypeField, kMixedType}, {"Content-Disposition", "render;handling=optional"}},
                   sdp_beside("Content-Type: application/isup"),
                   absl::StatusCode::kOk},
        JudgedBody{"AnUnknownDisposition",
                   {{kTypeField, kMixedType}},
                   sdp_beside("Content-Type: text/plain\r\nContent-Disposition: foo"),
                   absl::StatusCode::kUnimplemented},
        JudgedBody{"AnEncodedPart",
                   {{kTypeField, kMixedType}},
                   sdp_beside("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64"),
                   absl::StatusCode::kUnimplemented},
        JudgedBody{"OfTheCallManager",
                   {{kTypeField, kMixedType}},
                   sdp_beside("Content-Type: application/x-cisco-remotecc-request+xml"),
                   absl::StatusCode::kOk},
        JudgedBody{"Broken", {{kTypeField, kMixedType}}, "--b\r\n\r\n", absl::StatusCode::kInvalidArgument}),
    [](const auto& row) { return row.param.name; });

TEST(MessageBodyOfAType, IsFoundAmongOthers) {
  Message message;
  message.add(kTypeField, kMixedType);
  message.body = sdp_beside("Content-Type: Application/X-Cisco-RemoteCC-Request+xml");
  EXPECT_EQ(*body_of_type(message, "application/x-cisco-remotecc-request+xml"), "<x/>");
  EXPECT_EQ(*body_of_type(message, "message/sipfrag"), "");
}

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

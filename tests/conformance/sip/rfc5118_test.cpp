// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// IPv6 in SIP as RFC 5118 section 4 tests it: one row for each of its cases, in messages of our own.
#include <gtest/gtest.h>

#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/validator.hpp"

namespace phone::signaling {
namespace {

struct Ipv6Row {
  const char* name;
  const char* method;
  const char* uri;
  const char* via = "SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9hG4bKas3-111";
  const char* contact = "<sip:caller@[2001:db8::1]>";
  const char* outcome = "accepted";
};

class Rfc5118 : public testing::TestWithParam<Ipv6Row> {};

TEST_P(Rfc5118, IsHandledAsThePhoneShould) {
  const Ipv6Row& row = GetParam();
  const std::string message = cat(
      row.method, " ", row.uri, " SIP/2.0\r\nVia: ", row.via,
      "\r\nMax-Forwards: 70\r\nFrom: sip:caller@example.com;tag=81x2\r\nTo: sip:user@example.com;tag=b4\r\nCall-ID: "
      "SSG9559905523997077@[2001:db8::1]\r\nContact: ",
      row.contact, "\r\nCSeq: 8612 ", row.method, "\r\nContent-Length: 0\r\n\r\n");
  const Judged judged = read_message(message);
  EXPECT_EQ(judged.verdict.kind == Verdict::kAccept ? "accepted"
            : judged.verdict.kind == Verdict::kDrop ? "dropped"
                                                    : cat(judged.verdict.status),
            row.outcome)
      << judged.verdict.phrase;
}

constexpr char kVia[] = "SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9hG4bKas3-111";
constexpr char kContact[] = "<sip:caller@[2001:db8::1]>";

INSTANTIATE_TEST_SUITE_P(
    Section4, Rfc5118,
    testing::Values(
        Ipv6Row{"Valid", "OPTIONS", "sip:[2001:db8::10]"},
        Ipv6Row{"NoBrackets", "OPTIONS", "sip:2001:db8::10", kVia, kContact, "400"},
        Ipv6Row{"PortInTheAddress", "OPTIONS", "sip:[2001:db8::10:5070]"},
        Ipv6Row{"PortBesideIt", "OPTIONS", "sip:[2001:db8::10]:5070"},
        Ipv6Row{"ReceivedInBrackets", "BYE", "sip:[2001:db8::10]",
                "SIP/2.0/TLS [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3"},
        Ipv6Row{"ReceivedBare", "BYE", "sip:[2001:db8::10]",
                "SIP/2.0/TLS [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3"},
        Ipv6Row{"BothFamilies", "BYE", "sip:user@[2001:db8::10]",
                "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1, SIP/2.0/TLS [2001:db8::9:1];branch=z9hG4bK2"},
        Ipv6Row{"MappedIpv4", "OPTIONS", "sip:user@[::ffff:192.0.2.10]", kVia, "<sip:u@[::ffff:192.0.2.2]:19823>"},
        Ipv6Row{"ContactWithoutBrackets", "OPTIONS", "sip:[2001:db8::10]", kVia, "<sip:u@2001:db8::1>", "400"},
        Ipv6Row{"BracketNotClosed", "OPTIONS", "sip:[2001:db8::10", kVia, kContact, "400"},
        Ipv6Row{"NoAddressInBrackets", "OPTIONS", "sip:[example]", kVia, kContact, "400"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace phone::signaling

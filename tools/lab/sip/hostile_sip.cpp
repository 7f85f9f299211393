// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/hostile_sip.hpp"

#include "absl/strings/str_cat.h"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {
namespace {

constexpr size_t kLength = 60'000;  // with its headers below the 65,535 bytes a message may have at most

std::string repeated(const std::string& piece, size_t bytes = kLength) {
  std::string all;
  while (all.size() + piece.size() <= bytes) all += piece;
  return all;
}

struct Shape {
  std::string method = "OPTIONS";
  std::string uri = "sip:phone@phone";
  std::string from = "<sip:hostile@lab>";
  std::string headers;
  std::string type;
  std::string body;
};

std::string written(const Shape& shape) {
  const std::string token = random_token();
  return absl::StrCat(shape.method, " ", shape.uri, " SIP/2.0\r\nVia: SIP/2.0/TLS lab;branch=z9hG4bK", token,
                      "\r\nMax-Forwards: 70\r\nFrom: ", shape.from, ";tag=", token,
                      "\r\nTo: <sip:phone@phone>\r\nCall-ID: ", token, "\r\nCSeq: 1 ", shape.method,
                      "\r\nContact: <sip:hostile@lab;transport=tls>\r\n", shape.headers,
                      shape.type.empty() ? "" : absl::StrCat("Content-Type: ", shape.type, "\r\n"),
                      "Content-Length: ", shape.body.size(), "\r\n\r\n", shape.body);
}

std::string sdp(const std::string& lines) {
  return "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/SAVP 0\r\n" + lines;
}

Shape shape(size_t n) {
  switch (n) {
    case 0:
      return {.uri = "sip:" + repeated("a;")};
    case 1:
      return {.uri = "sip:phone@phone;" + repeated("a=b;")};
    case 2:
      return {.uri = "sip:phone@phone?" + repeated("a=b&")};
    case 3:
      return {.headers = "Contact: <sip:" + repeated("a;") + ">\r\n"};
    case 4:
      return {.headers = "Contact: " + repeated("<sip:a@b>,") + "<sip:a@b>\r\n"};
    case 5:
      return {.headers = repeated("Via: SIP/2.0/TLS a;branch=z9hG4bKa\r\n")};
    case 6:
      return {.headers = "Via: " + repeated("SIP/2.0/TLS a,") + "SIP/2.0/TLS a\r\n"};
    case 7:
      return {.headers = "Record-Route: " + repeated("<sip:a;lr>,") + "<sip:a;lr>\r\n"};
    case 8:
      return {.headers = repeated("Route: <sip:a;lr>\r\n")};
    case 9:
      return {.headers = repeated("A: b\r\n")};
    case 10:
      return {.headers = "Subject: " + repeated("a\r\n ") + "a\r\n"};
    case 11:
      return {.headers = "Accept: " + repeated("a/b;c=d,") + "a/b\r\n"};
    case 12:
      return {.from = "\"" + repeated("\\\"") + "\" <sip:hostile@lab>"};
    case 13:
      return {.from = "\"" + repeated("a") + "\" <sip:hostile@lab>"};
    case 14:
      return {.from = "<sip:hostile@lab;" + repeated("a;") + ">"};
    case 15:
      return {.headers = "Call-Info: " + repeated("<urn:x-cisco-remotecc:callinfo>;security=Encrypted,") + "<a:b>\r\n"};
    case 16:
      return {.headers = "User-Agent: " + repeated("(") + repeated(")", 1000) + "\r\n"};
    case 17:
      return {.method = "INVITE",
              .type = "application/sdp",
              .body = sdp(repeated("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:a\r\n"))};
    case 18:
      return {.method = "INVITE", .type = "application/sdp", .body = sdp(repeated("m=audio 9 RTP/SAVP 0\r\n"))};
    case 19:
      return {.method = "INVITE", .type = "application/sdp", .body = sdp(repeated("a=rtpmap:0 PCMU/8000\r\n"))};
    case 20:
      return {
          .method = "INVITE", .type = "application/sdp", .body = sdp("m=audio 9 RTP/AVP" + repeated(" 0") + "\r\n")};
    case 21:
      return {
          .method = "INVITE", .type = "multipart/mixed;boundary=a", .body = repeated("--a\r\n\r\n\r\n") + "--a--\r\n"};
    case 22:
      return {.method = "INVITE", .type = "multipart/mixed;boundary=" + repeated("a"), .body = "--a\r\n"};
    case 23:
      return {.method = "INVITE",
              .from = "\"Andr\xE9 \x80\x1E\" <sip:hostile@lab>",
              .headers = "Reason: SIP;cause=200;text=\"\xFF\xFE\"\r\nAlert-Info: <urn:\xE9>\r\n"};
    case 24:
      return {.method = "NOTIFY",
              .headers = "Event: " + repeated("a;b=c;") + "\r\nSubscription-State: " + repeated("a;", 1000) + "\r\n"};
    case 25:
      return {.method = "REFER", .headers = "Refer-To: <sip:a@b?" + repeated("Replaces=a&") + "a=b>\r\n"};
    default:
      return {.method = "INVITE",
              .headers = "Replaces: " + repeated("a;") + "\r\nRequire: " + repeated("a,", 1000) + "a\r\n"};
  }
}

}  // namespace

size_t hostile_requests() { return 27; }

std::string hostile_request(size_t n) { return written(shape(n % hostile_requests())); }

}  // namespace phone::lab

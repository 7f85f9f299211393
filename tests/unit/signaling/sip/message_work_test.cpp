// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// No message costs more than 20 ms, whatever its shape: the shapes that are dear to parsers, in every place of a
// message, as large as the framer lets them be and as large as the bounds do.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "services/signaling/sip/bounds.hpp"
#include "services/signaling/sip/framer.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"
#include "tests/unit/signaling/thread_time.hpp"

namespace phone::signaling {
namespace {

// `piece` again and again in at most `room` bytes; `most` times at most.
std::string filled(std::string_view piece, size_t room, size_t most = SIZE_MAX) {
  const size_t size = piece.size() * std::min(most, room / piece.size());
  std::string out(piece);
  while (out.size() < size) out += out;
  out.resize(size);
  return out;
}

// An OPTIONS; each part may be what an attacker wants.
struct Parts {
  std::string uri = "sip:phone@192.0.2.99:40000";
  std::string via = "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKwork";
  std::string from = "<sip:1002@cucm1>;tag=far";
  std::string to = "<sip:2222@cucm1>";
  std::string call_id = "work@cucm1";
  std::string contact = "<sip:1002@192.0.2.1:5061;transport=tls>";
  std::string more;  // whole header lines

  std::string text() const {
    return cat("OPTIONS ", uri, " SIP/2.0\r\nVia: ", via, "\r\nFrom: ", from, "\r\nTo: ", to, "\r\nCall-ID: ", call_id,
               "\r\nCSeq: 7 OPTIONS\r\nMax-Forwards: 70\r\nContact: ", contact, "\r\n", more,
               "Content-Length: 0\r\n\r\n");
  }
};

// A field named so carries the value; others than those of Parts are added.
Parts with(std::string_view name, std::string value) {
  Parts parts;
  if (name == "Request-URI")
    parts.uri = std::move(value);
  else if (name == "Via")
    parts.via = std::move(value);
  else if (name == "From")
    parts.from = std::move(value);
  else if (name == "To")
    parts.to = std::move(value);
  else if (name == "Call-ID")
    parts.call_id = std::move(value);
  else if (name == "Contact")
    parts.contact = std::move(value);
  else
    parts.more = cat(name, ": ", value, "\r\n");
  return parts;
}

constexpr std::string_view kPlaces[] = {
    "Request-URI",  "Via",     "From",    "To",        "Call-ID", "Contact",    "Route",
    "Record-Route", "Accept",  "Require", "Supported", "Allow",   "Call-Info",  "Content-Type",
    "Max-Forwards", "Expires", "Reason",  "Warning",   "Subject", "User-Agent", "Authorization"};

constexpr std::string_view kStructured[] = {"Request-URI", "Via", "From", "To", "Contact", "Route", "Record-Route"};

// What each shape begins and ends with, so that it is a URI, an address or a Via with a long middle.
struct Frame {
  std::string_view before, after;
};
constexpr Frame kFrames[] = {{"", ""},
                             {"sip:", ""},
                             {"sip:h", ""},
                             {"sip:", "@h"},
                             {"sip:h?", ""},
                             {"<sip:", ">;tag=1"},
                             {"<sip:h", ">;tag=1"},
                             {"<sip:h?", ">;tag=1"},
                             {"<sip:a@h>", ""},
                             {"\"", "\" <sip:a@h>;tag=1"},
                             {"", " <sip:a@h>;tag=1"},
                             {"SIP/2.0/TLS h;branch=z9hG4bK1", ""},
                             {"SIP/2.0/TLS h;branch=z9hG4bK1 ", ""}};
constexpr std::string_view kPieces[] = {"a;",
                                        ";",
                                        ";a=b",
                                        ";a=\"\"",
                                        "a=b&",
                                        "&",
                                        "=",
                                        ":",
                                        "@",
                                        "%41",
                                        "?",
                                        "[",
                                        "[]",
                                        "a.",
                                        "<",
                                        ">",
                                        "<>",
                                        "\"",
                                        "\\\"",
                                        "\\",
                                        "(",
                                        "(a)",
                                        ",",
                                        "a,",
                                        " ",
                                        "a ",
                                        "/",
                                        "\r\n ",
                                        "\r\n ;a",
                                        "<sip:a@h>,",
                                        "<sip:a>;q=1,",
                                        "\"a\"<sip:a>,",
                                        "SIP/2.0/TLS h;branch=z9hG4bK1,",
                                        "\xe9",
                                        "\xff\xfe"};

struct Outcome {
  Microseconds work{};
  std::string answer;  // the first line that left
};

// A registered phone gets the bytes as a flow hands them on.
class MessageWork : public testing::Test {
 protected:
  void SetUp() override {
    agent.configure(test_settings(), now);
    agent.flow_up(world.opened.back().first, test_facts(), now);
    agent.flow_message(world.opened.back().first, answer_to(world.next(), 200, {{"Expires", "120"}}), now);
    ASSERT_TRUE(agent.view().registered);
  }

  Outcome receive(const std::string& bytes) {
    world.sent.clear();
    Outcome outcome;
    outcome.work = thread_time([&] {
      Framer framer;
      framer.feed(bytes);
      auto message = framer.next();
      if (message.ok() && message->has_value()) agent.flow_message(world.opened.back().first, **message, now);
    });
    if (!world.sent.empty()) outcome.answer = world.sent.back().second.substr(0, world.sent.back().second.find('\r'));
    return outcome;
  }

  void expect_little(const std::string& bytes, std::string_view shape) {
    const Outcome outcome = receive(bytes);
    EXPECT_LT(outcome.work, kMostWork) << shape << " -> " << outcome.answer;
    ++shapes;
    if (outcome.work <= longest) return;
    longest = outcome.work;
    longest_shape = cat(shape, " -> ", outcome.answer);
  }

  void TearDown() override {
    if (shapes > 0)
      std::cout << "  " << shapes << " shapes; dearest " << longest.count() << " us: " << longest_shape << "\n";
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{};
  int shapes = 0;
  Microseconds longest{};
  std::string longest_shape;
};

TEST_F(MessageWork, OnePlaceFilledToTheLimitOfTheFramer) {
  constexpr size_t kRoom = kMaximumHeaderBlock - 600;
  for (std::string_view place : kPlaces) {
    const bool structured = std::find(std::begin(kStructured), std::end(kStructured), place) != std::end(kStructured);
    for (const Frame& frame : kFrames) {
      if (!structured && !frame.before.empty()) continue;  // text to all readers
      for (std::string_view piece : kPieces) {
        expect_little(with(place, cat(frame.before, filled(piece, kRoom), frame.after)).text(),
                      cat(place, ": ", frame.before, piece, "...", frame.after));
      }
    }
  }
}

// Just inside the bounds everywhere, so that the grammar library reads all of it.
TEST_F(MessageWork, EveryPlaceFilledToTheBounds) {
  for (const Frame& frame : kFrames) {
    for (std::string_view piece : kPieces) {
      for (size_t length : {size_t{300}, kLongestValue - 100}) {
        // With as many pieces as there may be separators, at the beginning and behind much else.
        const std::string pieces = filled(piece, length, kMostParameters - 4);
        const std::string rest(length - pieces.size(), 'x');
        for (const std::string& one :
             {cat(frame.before, pieces, rest, frame.after), cat(frame.before, rest, pieces, frame.after)}) {
          Parts parts;
          const size_t times = std::min<size_t>(kMostRoutes, 60'000 / (one.size() + 20));
          for (size_t i = 0; i < times; ++i) parts.more += cat(i % 2 == 0 ? "Route: " : "Record-Route: ", one, "\r\n");
          expect_little(parts.text(), cat("routes ", frame.before, piece, "...", frame.after));
          parts.more.clear();
          for (size_t i = 0; i < std::min<size_t>(60'000 / (one.size() + 20), kMostContacts - 1); ++i)
            parts.more += cat("Contact: ", one, "\r\n");
          expect_little(parts.text(), cat("contacts ", frame.before, piece, "...", frame.after));
          parts.more.clear();
          for (size_t i = 0; i < std::min<size_t>(60'000 / (one.size() + 20), kMostVias - 1); ++i)
            parts.more += cat("Via: ", one, "\r\n");
          expect_little(parts.text(), cat("vias ", frame.before, piece, "...", frame.after));
          parts.more.clear();
          parts.from = parts.to = parts.contact = one;
          expect_little(parts.text(), cat("addresses ", frame.before, piece, "...", frame.after));
        }
      }
    }
  }
}

TEST_F(MessageWork, ManyFieldsLinesAndNames) {
  constexpr size_t kRoom = kMaximumHeaderBlock - 600;
  for (std::string_view line : {"a:\r\n", "X: y\r\n", "Via: a\r\n", "v: SIP/2.0/TLS h\r\n", "Contact: *\r\n",
                                "Route: <sip:a>\r\n", "To: <sip:b>\r\n", "Require: a\r\n", "Accept: */*\r\n",
                                "X:\r\n\ty\r\n", "Content-Length: 0\r\n", "Call-Info: <a>\r\n"}) {
    for (size_t most : {size_t{100}, kMostFields - 10, SIZE_MAX}) {
      Parts parts;
      parts.more = filled(line, kRoom, most);
      expect_little(parts.text(), line);
    }
  }
  Parts parts;
  parts.more = cat(std::string(kRoom, 'X'), ": y\r\n");
  expect_little(parts.text(), "one name");
  expect_little(cat(std::string(kRoom, 'X'), " sip:a SIP/2.0\r\n\r\n"), "one method");
  expect_little(cat("OPTIONS ", filled("SIP/", kRoom), "\r\n\r\n"), "versions");
  expect_little(cat("SIP/2.0 200 ", filled("\xe9\r ", kRoom), "\r\n\r\n"), "phrase");
}

// What is over a bound is refused by name before the library reads it, with the status of its kind.
TEST_F(MessageWork, WhatIsTooMuchIsRefusedByName) {
  const struct {
    std::string_view place;
    std::string value;
    std::string_view answer;
  } rows[] = {
      {"Request-URI", cat("sip:", filled("a;", 60'000)),
       "SIP/2.0 414 Request-URI Too Long: over 2048 bytes in the Request-URI"},
      {"Request-URI", cat("sip:h", filled(";a", 200)),
       "SIP/2.0 513 Message Too Large: over 64 parameters in the Request-URI"},
      {"Contact", cat("sip:", filled("a;", 60'000)), "SIP/2.0 513 Message Too Large: over 8192 bytes in Contact"},
      {"Contact", cat("<sip:h", filled(";a", 600), ">"),
       "SIP/2.0 513 Message Too Large: over 256 parameters in Contact"},
      {"Contact", cat("<sip:h?a=b", filled("&a=b", 1200), ">"),
       "SIP/2.0 513 Message Too Large: over 256 parameters in Contact"},
      {"Contact", filled("<sip:h>,", 8 * 70), "SIP/2.0 513 Message Too Large: over 64 items in Contact"},
      {"Record-Route", filled("<sip:h>,", 8 * 20), "SIP/2.0 513 Message Too Large: over 16 items in Record-Route"},
      {"Via", cat(filled("SIP/2.0/TLS h;branch=z9hG4bK1,", 62 * 30), Parts().via, filled(",a", 20)),
       "SIP/2.0 513 Message Too Large: over 70 items in Via"},
      {"Accept", filled("a/b,", 800), "SIP/2.0 513 Message Too Large: over 128 items in Accept"},
      {"X-Long", std::string(kLongestValue + 1, 'x'), "SIP/2.0 513 Message Too Large: over 8192 bytes in X-Long"},
      {std::string_view(), "", "SIP/2.0 513 Message Too Large: over 256 header fields"},
      {"From", cat("<sip:", std::string(kLongestUri, 'a'), "@h>;tag=1"),
       "SIP/2.0 400 Bad Request: From: over 2048 bytes in a URI"},
      {"Request-URI", "sip:2001:db8::10",
       "SIP/2.0 400 Invalid Request-URI: a URI has an IPv6 address without brackets"},
      {"Contact", "<sip:a@2001:db8::10>",
       "SIP/2.0 400 Bad Request: Contact: a URI has an IPv6 address without brackets"},
      {"Contact", "<sip:a@[2001:db8::10>", "SIP/2.0 400 Bad Request: Contact: a URI has an unclosed bracket"},
      {"Contact", "<sip:a@[not]:5060>", "SIP/2.0 400 Bad Request: Contact: a URI has no IPv6 address in its brackets"},
      {"Contact", "<sip:a@h:65536>", "SIP/2.0 400 Bad Request: Contact: a URI has an invalid port"},
      {"Contact", "<sip:a@h:5o60>", "SIP/2.0 400 Bad Request: Contact: a URI has an invalid port"},
      {"From", "<sip:a@b@h>;tag=1", "SIP/2.0 400 Bad Request: From: a URI contains more than one @"},
      {"Contact", "<sip:a@[2001:db8::10]:5061>", "SIP/2.0 200 OK"},
      {"Contact", cat("<sip:h", filled(";a", 2 * kMostParameters), ">"), "SIP/2.0 200 OK"},
      {"Record-Route", filled("<sip:h>,", 8 * 15) + "<sip:h>", "SIP/2.0 200 OK"},
      {"X-Long", std::string(kLongestValue, 'x'), "SIP/2.0 200 OK"},
  };
  for (const auto& row : rows) {
    Parts parts = row.place.empty() ? Parts() : with(row.place, row.value);
    if (row.place.empty()) parts.more = filled("X: y\r\n", 6 * 300);
    EXPECT_EQ(receive(parts.text()).answer, row.answer);
  }
}

}  // namespace
}  // namespace phone::signaling

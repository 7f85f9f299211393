// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// INVITE with Replaces (RFC 3891) and with Join (RFC 3911).
#include "services/signaling/sip/dialog_name.hpp"
#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

struct NameRow {
  const char* name;
  const char* value;
  bool read;
  bool early_only = false;
};

class DialogNames : public testing::TestWithParam<NameRow> {};

TEST_P(DialogNames, AreReadWholeOrNotAtAll) {
  const auto name = parse_dialog_name(GetParam().value);
  ASSERT_EQ(name.has_value(), GetParam().read);
  if (!GetParam().read) return;
  EXPECT_EQ(name->call_id, "a@b");
  EXPECT_EQ(name->to_tag, "t");
  EXPECT_EQ(name->from_tag, "f");
  EXPECT_EQ(name->early_only, GetParam().early_only);
}

INSTANTIATE_TEST_SUITE_P(Rows, DialogNames,
                         testing::Values(NameRow{"Whole", "a@b;to-tag=t;from-tag=f", true},
                                         NameRow{"AnyOrder", " a@b ; FROM-TAG=f ; x=y; to-tag=t ", true},
                                         NameRow{"EarlyOnly", "a@b;to-tag=t;from-tag=f;Early-Only", true, true},
                                         NameRow{"NoToTag", "a@b;from-tag=f", false},
                                         NameRow{"NoFromTag", "a@b;to-tag=t", false},
                                         NameRow{"TwoTags", "a@b;to-tag=t;to-tag=u;from-tag=f", false},
                                         NameRow{"EmptyTag", "a@b;to-tag=;from-tag=f", false},
                                         NameRow{"NoCallId", ";to-tag=t;from-tag=f", false},
                                         NameRow{"Nothing", "", false},
                                         NameRow{"Two", "a@b;to-tag=t;from-tag=f, c@d;to-tag=t;from-tag=f", false}),
                         [](const auto& row) { return row.param.name; });

class F94_Replaces : public ServedCalls {
 protected:
  std::string name_of(const std::string& far_tag, const std::string& more = "") const {
    return cat(invite.call_id, ";to-tag=", invite.from_tag(), ";from-tag=", far_tag, more);
  }
  // The final answer to an INVITE with this header field; its media is opened when that is asked for.
  Message answer_with(const std::string& header, const std::string& value, const std::string& id = "new") {
    const size_t streams = phone.world.streams.size(), sent = phone.world.sent.size();
    hear(incoming("INVITE", {{header, value}}, id));
    if (phone.world.streams.size() != streams) {
      phone.agent.stream_opened(phone.world.streams.back().first, 24020, phone.now);
      EXPECT_TRUE(phone.settle());
    }
    Message final;
    for (size_t i = sent; i < phone.world.sent.size(); ++i) {
      const Message one = FakeUserAgentPort::read(phone.world.sent[i].second);
      if (one.status >= 180 && one.cseq_method == "INVITE") final = one;
    }
    return final;
  }
};

TEST_F(F94_Replaces, AnEstablishedCallIsReplacedWithoutRinging) {
  dial();
  ASSERT_EQ(call().state, CallState::kEstablished);
  const Message answer = answer_with("Replaces", name_of("server-tag"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "replaced by another call");
  EXPECT_EQ(last_call().state, CallState::kEstablished);
  EXPECT_TRUE(last_call().has_user);
  EXPECT_EQ(last_call().remote_number, "1003");
  EXPECT_EQ(count("BYE"), 1u);
  EXPECT_TRUE(phone.world.settings.back().has_user);
  EXPECT_EQ(std::count(phone.world.tones.begin(), phone.world.tones.end(), Tone::kRinging), 0);
}

TEST_F(F94_Replaces, ACallOnHoldIsReplacedByOneOnHold) {
  dial();
  ASSERT_TRUE(phone.agent.hold(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(answer_with("Replaces", name_of("server-tag")).status, 200);
  EXPECT_FALSE(last_call().has_user);
  for (const StreamSetting& setting : phone.world.settings) {
    if (setting.stream == last_call().stream) {
      EXPECT_FALSE(setting.has_user);
    }
  }
}

TEST_F(F94_Replaces, ACallThatRingsAtItsFarEndIsReplaced) {
  answers["INVITE"] = [](const Message& request) { return std::vector{answer_to(request, 180)}; };
  dial();
  ASSERT_EQ(call().state, CallState::kRingingOut);
  EXPECT_EQ(answer_with("Replaces", name_of("server-tag", ";early-only")).status, 200);
  EXPECT_EQ(count("CANCEL"), 1u);
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(last_call().state, CallState::kEstablished);
}

TEST_F(F94_Replaces, AFullPhoneTakesItAllTheSame) {
  dial();
  for (int i = 0; i < 5; ++i) rings({}, cat("in", i));
  ASSERT_EQ(rings({}, "seventh").status, 486);
  EXPECT_EQ(answer_with("Replaces", name_of("server-tag")).status, 200);
}

TEST_F(F94_Replaces, WhatCannotBeReplacedIsRefused) {
  dial();
  const std::string right = name_of("server-tag");
  EXPECT_EQ(answer_with("Replaces", name_of("another"), "a").status, 481) << "no such dialog";
  EXPECT_EQ(answer_with("Replaces", "x@y;to-tag=a;from-tag=b", "b").status, 481);
  EXPECT_EQ(answer_with("Replaces", name_of("server-tag", ";early-only"), "c").status, 486) << "answered already";
  EXPECT_EQ(answer_with("Replaces", "nonsense", "d").status, 400);
  EXPECT_EQ(hear(incoming("INVITE", {{"Replaces", right}, {"Replaces", right}}, "e")).status, 100);
  EXPECT_EQ(said.back().status, 400);
  hear(incoming("INVITE", {{"Replaces", right}, {"Join", right}}, "f"));
  EXPECT_EQ(said.back().status, 400);
  EXPECT_EQ(call().state, CallState::kEstablished);
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  EXPECT_EQ(answer_with("Replaces", right, "g").status, 603) << "it has ended";
}

TEST_F(F94_Replaces, ACallThatRingsHereIsNotReplaced) {
  rings();
  EXPECT_EQ(answer_with("Replaces", cat("in@cucm1;to-tag=", own_tag, ";from-tag=caller")).status, 481);
  EXPECT_EQ(call().state, CallState::kRingingIn);
}

TEST_F(F94_Replaces, NobodyJoinsACall) {
  dial();
  const size_t streams = phone.world.streams.size();
  const Message refused = answer_with("Join", name_of("server-tag"), "a");
  EXPECT_EQ(refused.status, 603);
  EXPECT_EQ(refused.text("Warning"), "399 phone \"policy does not allow recording or monitoring\"");
  EXPECT_EQ(answer_with("Join", name_of("another"), "b").status, 481);
  EXPECT_EQ(phone.world.streams.size(), streams);
  hear(incoming("INVITE", {{"Require", "join"}}, "c"));
  EXPECT_EQ(said.back().status, 420);
  EXPECT_EQ(said.back().field("Unsupported"), "join");
}

}  // namespace
}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The transaction machines of RFC 3261 section 17 and RFC 6026, in every state, under injected time.
#include "services/signaling/sip/transaction.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

namespace phone::signaling {
namespace {

constexpr Milliseconds kT1{500};
constexpr SipTimers kTimers{.t1 = kT1};
constexpr SipTimers kLossy{.t1 = kT1, .reliable = false};
constexpr TimePoint kStartTime{std::chrono::seconds(1000)};
constexpr TimePoint kEndTime = kStartTime + 64 * kT1;

using Client = ClientTransaction;
using ClientStep = std::function<std::string(Client&)>;

std::string action(Client::Action action) {
  switch (action) {
    case Client::Action::kPass:
      return "pass";
    case Client::Action::kPassAndAcknowledge:
      return "pass, ACK";
    case Client::Action::kPassAndCancel:
      return "pass, CANCEL";
    case Client::Action::kAcknowledge:
      return "ACK";
    case Client::Action::kAbsorb:
      return "absorb";
  }
  return "";
}

ClientStep responded(int status) {
  return [status](Client& client) { return action(client.on_response(status, kStartTime)); };
}

const std::map<std::string, std::function<void(Client&)>> kReachClient{
    {"calling", [](Client&) {}},
    {"calling, CANCEL due", [](Client& client) { client.on_cancel(kStartTime); }},
    {"proceeding", [](Client& client) { client.on_response(180, kStartTime); }},
    {"proceeding, cancelled",
     [](Client& client) { client.on_response(180, kStartTime), client.on_cancel(kStartTime); }},
    {"accepted", [](Client& client) { client.on_response(200, kStartTime); }},
    {"terminated", [](Client& client) { client.on_response(486, kStartTime); }},
};

struct ClientRow {
  const char* name;
  ClientStep step;
  std::map<std::string, std::string> then;  // "state: what is to be done", from every state
};

class InviteClientTransaction : public testing::TestWithParam<ClientRow> {};

TEST_P(InviteClientTransaction, FromEveryState) {
  for (const auto& [from, reach] : kReachClient) {
    Client client(true, kStartTime, kTimers);
    reach(client);
    ASSERT_EQ(name_of(client.state()), from);
    const std::string done = GetParam().step(client);
    EXPECT_EQ(std::string(name_of(client.state())) + ": " + done, GetParam().then.at(from)) << "from " << from;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Events, InviteClientTransaction,
    testing::Values(ClientRow{"Provisional",
                              responded(180),
                              {{"calling", "proceeding: pass"},
                               {"calling, CANCEL due", "proceeding, cancelled: pass, CANCEL"},
                               {"proceeding", "proceeding: pass"},
                               {"proceeding, cancelled", "proceeding, cancelled: pass"},
                               {"accepted", "accepted: absorb"},
                               {"terminated", "terminated: absorb"}}},
                    ClientRow{"Success",
                              responded(200),
                              {{"calling", "accepted: pass"},
                               {"calling, CANCEL due", "accepted: pass"},
                               {"proceeding", "accepted: pass"},
                               {"proceeding, cancelled", "accepted: pass"},
                               {"accepted", "accepted: pass"},
                               {"terminated", "terminated: absorb"}}},
                    ClientRow{"Refusal",
                              responded(487),
                              {{"calling", "terminated: pass, ACK"},
                               {"calling, CANCEL due", "terminated: pass, ACK"},
                               {"proceeding", "terminated: pass, ACK"},
                               {"proceeding, cancelled", "terminated: pass, ACK"},
                               {"accepted", "accepted: absorb"},
                               {"terminated", "terminated: absorb"}}},
                    ClientRow{"Cancel",
                              [](Client& client) { return client.on_cancel(kStartTime) ? "CANCEL" : ""; },
                              {{"calling", "calling, CANCEL due: "},
                               {"calling, CANCEL due", "calling, CANCEL due: "},
                               {"proceeding", "proceeding, cancelled: CANCEL"},
                               {"proceeding, cancelled", "proceeding, cancelled: "},
                               {"accepted", "accepted: "},
                               {"terminated", "terminated: "}}},
                    ClientRow{"TimeIsUp",
                              [](Client& client) { return client.on_time(kEndTime) ? "408" : ""; },
                              {{"calling", "terminated: 408"},
                               {"calling, CANCEL due", "terminated: 408"},
                               {"proceeding", "proceeding: "},
                               {"proceeding, cancelled", "terminated: 408"},
                               {"accepted", "terminated: "},
                               {"terminated", "terminated: "}}},
                    ClientRow{"AMomentBefore",
                              [](Client& client) { return client.on_time(kEndTime - Milliseconds(1)) ? "408" : ""; },
                              {{"calling", "calling: "},
                               {"calling, CANCEL due", "calling, CANCEL due: "},
                               {"proceeding", "proceeding: "},
                               {"proceeding, cancelled", "proceeding, cancelled: "},
                               {"accepted", "accepted: "},
                               {"terminated", "terminated: "}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(OtherClientTransaction, EndsWithItsFinalResponseOrItsTime) {
  Client answered(false, kStartTime, kTimers);
  EXPECT_EQ(action(answered.on_response(100, kStartTime)), "pass");
  EXPECT_TRUE(answered.deadline().has_value()) << "timer F runs in every state";
  EXPECT_EQ(action(answered.on_response(200, kStartTime)), "pass");
  EXPECT_TRUE(answered.terminated());
  EXPECT_EQ(action(answered.on_response(200, kStartTime)), "absorb");
  Client refused(false, kStartTime, kTimers);
  EXPECT_EQ(action(refused.on_response(404, kStartTime)), "pass") << "only a refused INVITE is acknowledged";
  Client silent(false, kStartTime, kTimers);
  silent.on_response(100, kStartTime);
  EXPECT_TRUE(silent.on_time(kEndTime));
  EXPECT_TRUE(silent.terminated());
}

using Server = ServerTransaction;
using ServerStep = std::function<std::string(Server&)>;

ServerStep respond(int status) {
  return [status](Server& server) { return server.on_respond(status, kStartTime) ? "sent" : ""; };
}

const std::map<std::string, std::function<void(Server&)>> kReachServer{
    {"proceeding", [](Server&) {}},
    {"completed", [](Server& server) { server.on_respond(486, kStartTime); }},
    {"accepted", [](Server& server) { server.on_respond(200, kStartTime); }},
    {"terminated", [](Server& server) { server.on_respond(486, kStartTime), server.on_acknowledge(); }},
};

struct ServerRow {
  const char* name;
  ServerStep step;
  std::map<std::string, std::string> then;
};

class InviteServerTransaction : public testing::TestWithParam<ServerRow> {};

TEST_P(InviteServerTransaction, FromEveryState) {
  for (const auto& [from, reach] : kReachServer) {
    Server server(true, kTimers);
    reach(server);
    ASSERT_EQ(name_of(server.state()), from);
    const std::string done = GetParam().step(server);
    EXPECT_EQ(std::string(name_of(server.state())) + ": " + done, GetParam().then.at(from)) << "from " << from;
  }
}

INSTANTIATE_TEST_SUITE_P(Events, InviteServerTransaction,
                         testing::Values(ServerRow{"Provisional",
                                                   respond(180),
                                                   {{"proceeding", "proceeding: sent"},
                                                    {"completed", "completed: "},
                                                    {"accepted", "accepted: "},
                                                    {"terminated", "terminated: "}}},
                                         ServerRow{"Success",
                                                   respond(200),
                                                   {{"proceeding", "accepted: sent"},
                                                    {"completed", "completed: "},
                                                    {"accepted", "accepted: sent"},
                                                    {"terminated", "terminated: "}}},
                                         ServerRow{"Refusal",
                                                   respond(486),
                                                   {{"proceeding", "completed: sent"},
                                                    {"completed", "completed: "},
                                                    {"accepted", "accepted: "},
                                                    {"terminated", "terminated: "}}},
                                         ServerRow{"Acknowledged",
                                                   [](Server& server) { return server.on_acknowledge(), ""; },
                                                   {{"proceeding", "proceeding: "},
                                                    {"completed", "terminated: "},
                                                    {"accepted", "accepted: "},
                                                    {"terminated", "terminated: "}}},
                                         ServerRow{"Repeated",
                                                   [](Server& server) { return server.on_repeated() ? "sent" : ""; },
                                                   {{"proceeding", "proceeding: sent"},
                                                    {"completed", "completed: sent"},
                                                    {"accepted", "accepted: "},
                                                    {"terminated", "terminated: sent"}}},
                                         ServerRow{"TimeIsUp",
                                                   [](Server& server) { return server.on_time(kEndTime), ""; },
                                                   {{"proceeding", "proceeding: "},
                                                    {"completed", "terminated: "},
                                                    {"accepted", "terminated: "},
                                                    {"terminated", "terminated: "}}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(OtherServerTransaction, EndsWithItsFinalResponse) {
  Server server(false, kTimers);
  EXPECT_TRUE(server.on_respond(100, kStartTime));
  EXPECT_TRUE(server.on_respond(200, kStartTime));
  EXPECT_TRUE(server.terminated());
  EXPECT_FALSE(server.on_respond(200, kStartTime));
}

// Over datagrams (timers A, D, E, G, J, K): when what was sent is sent again, in milliseconds after the first time.
std::vector<int64_t> sendings(Client& client, TimePoint until) {
  std::vector<int64_t> at;
  while (client.deadline().has_value() && *client.deadline() <= until) {
    const TimePoint now = *client.deadline();
    if (client.sends_again(now))
      at.push_back(std::chrono::duration_cast<Milliseconds>(now - kStartTime).count());
    else if (client.on_time(now))
      break;
    if (client.terminated()) break;
  }
  return at;
}

TEST(F22_DatagramTransactions, AnInviteIsSentAgainAtEverLongerIntervalsUntilItIsAnswered) {
  Client unanswered(true, kStartTime, kLossy);
  EXPECT_EQ(sendings(unanswered, kEndTime), (std::vector<int64_t>{500, 1500, 3500, 7500, 15500, 31500}));
  EXPECT_TRUE(unanswered.terminated());
  Client once(true, kStartTime, {.t1 = kT1, .reliable = false, .invite_retransmissions = 1});
  EXPECT_EQ(sendings(once, kEndTime), std::vector<int64_t>{500}) << "sipInviteRetx";
  Client ringing(true, kStartTime, kLossy);
  EXPECT_EQ(action(ringing.on_response(180, kStartTime)), "pass");
  EXPECT_EQ(ringing.deadline(), std::nullopt);
}

TEST(F22_DatagramTransactions, AnotherRequestIsSentAtMostT2Apart) {
  Client unanswered(false, kStartTime, kLossy);
  EXPECT_EQ(sendings(unanswered, kEndTime),
            (std::vector<int64_t>{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500}));
  Client answered(false, kStartTime, kLossy);
  EXPECT_EQ(action(answered.on_response(200, kStartTime)), "pass");
  EXPECT_EQ(name_of(answered.state()), "completed");
  EXPECT_EQ(action(answered.on_response(200, kStartTime)), "absorb") << "it comes again";
  EXPECT_EQ(*answered.deadline(), kStartTime + std::chrono::seconds(5));
  EXPECT_FALSE(answered.on_time(*answered.deadline())) << "nobody waits any more";
  EXPECT_TRUE(answered.terminated());
}

TEST(F22_DatagramTransactions, ARefusalIsAcknowledgedEachTimeThatItComes) {
  Client refused(true, kStartTime, kLossy);
  EXPECT_EQ(action(refused.on_response(486, kStartTime)), "pass, ACK");
  EXPECT_EQ(action(refused.on_response(486, kStartTime)), "ACK");
  EXPECT_EQ(action(refused.on_response(180, kStartTime)), "absorb");
  EXPECT_FALSE(refused.on_time(kStartTime + std::chrono::seconds(32)));
  EXPECT_TRUE(refused.terminated());
}

TEST(F22_DatagramTransactions, AnAnswerIsRepeatedWithItsRequestAndARefusalUntilItsAck) {
  Server answered(false, kLossy);
  EXPECT_TRUE(answered.on_respond(200, kStartTime));
  EXPECT_FALSE(answered.terminated());
  EXPECT_TRUE(answered.on_repeated());
  EXPECT_FALSE(answered.on_respond(200, kStartTime)) << "at most one final response";
  answered.on_time(kEndTime);
  EXPECT_TRUE(answered.terminated());
  Server refused(true, kLossy);
  EXPECT_TRUE(refused.on_respond(486, kStartTime));
  EXPECT_FALSE(refused.sends_again(kStartTime + kT1 - Milliseconds(1)));
  EXPECT_TRUE(refused.sends_again(kStartTime + kT1));
  refused.on_acknowledge();
  EXPECT_TRUE(refused.terminated());
  EXPECT_FALSE(refused.sends_again(kEndTime));
}

}  // namespace
}  // namespace phone::signaling

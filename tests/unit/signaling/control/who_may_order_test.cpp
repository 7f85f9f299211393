// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Only the server that holds the registration orders, over the connection that carries it, and in the form of
// cucm-calls.md 1.1, 4 and 5. Each refusal has its status, its cause for the sender, and an event.
#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

class F94_WhoMayOrder_Table : public ControlledPhone {
 protected:
  void refused(const Message& answer, int status, const std::string& cause) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.text("Warning"), cat("399 phone \"", cause, "\""));
    EXPECT_TRUE(reported(cat("control.refused: a NOTIFY of the call manager was answered ", status, ": ", cause)));
    EXPECT_TRUE(phone.world.fetches.empty());
    EXPECT_EQ(registers.size(), 1U);
  }
};

TEST_F(F94_WhoMayOrder_Table, AStandbyServerMayNot) {
  refused(said_to(control(reset()), phone.world.opened.at(1).first), 403,
          "the connection does not carry the registration of this phone");
}

TEST_F(F94_WhoMayOrder_Table, AnotherRegistrationIsNotMeant) {
  refused(said_to(control("action=reset\nRegisterCallId={x}")), 400, "RegisterCallId is of another registration");
}

TEST_F(F94_WhoMayOrder_Table, NoRegistrationIsNotMeant) {
  refused(said_to(control("action=reset")), 400, "RegisterCallId is missing");
}

TEST_F(F94_WhoMayOrder_Table, NoBodyIsNoOrder) { refused(said_to(control("")), 400, "the body is missing"); }

TEST_F(F94_WhoMayOrder_Table, XmlIsNoOrder) {
  Message order = control(reset());
  for (HeaderField& field : order.fields) {
    if (field.name == "Content-Type") field.value = "application/xml";
  }
  refused(said_to(order), 400, "the body is not text/plain");
}

TEST_F(F94_WhoMayOrder_Table, AnotherPhoneIsNotMeant) {
  Message order = control(reset());
  order.uri = "sip:phone@192.0.2.98:40000;transport=tls";
  refused(said_to(order), 400, "the Request-URI is not this phone's Contact");
}

TEST_F(F94_WhoMayOrder_Table, AnotherLineIsNotMeant) {
  Message order = control(reset());
  order.uri = "sip:9999@192.0.2.99:40000;transport=tls";
  refused(said_to(order), 404, "the phone has no such line");
}

TEST_F(F94_WhoMayOrder_Table, ToNamesSomebody) {
  Message order = control(reset());
  for (HeaderField& field : order.fields) {
    if (field.name == "To") field.value = "<sip:cucm1>";
  }
  refused(said_to(order), 400, "To has no user");
}

TEST_F(F94_WhoMayOrder_Table, CallPreservationBelongsToACall) {
  refused(said_to(control(cat("action=call-preservation\nRegisterCallId={", call_id(), "}"))), 400,
          "call-preservation belongs to the dialog of a call");
}

TEST_F(F94_WhoMayOrder_Table, AProblemReportIsRefusedByNameWithoutAReceiver) {
  refused(said_to(control(cat("action=prt-report\nRegisterCallId={", call_id(), "}"))), 501,
          "prt-report: no receiver of problem reports is configured (problemReportUploadURL)");
}

TEST_F(F94_WhoMayOrder_Table, AnOrderThatIsRepeatedIsDoneOnce) {
  Message order = control(reset());
  EXPECT_EQ(said_to(order).status, 200);
  for (HeaderField& field : order.fields) {
    if (field.name == "Via") field.value = "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKreplayed";
  }
  const Message again = said_to(order);
  EXPECT_EQ(again.status, 482);
  EXPECT_EQ(again.text("Warning"), "399 phone \"the same request came before\"");
  EXPECT_EQ(phone.world.fetches.size(), 1U);
}

TEST_F(F94_WhoMayOrder_Table, AForeignDialogIsNotKnown) {
  Message order = control(reset());
  for (HeaderField& field : order.fields) {
    if (field.name == "To") field.value = "<sip:2222@cucm1>;tag=foreign";
  }
  EXPECT_EQ(said_to(order).status, 481);
  EXPECT_TRUE(phone.world.fetches.empty());
}

TEST_F(F94_WhoMayOrder_Table, ManyRefusalsAreOneEventASecond) {
  for (int i = 0; i < 500; ++i) said_to(control("action=reset"));
  size_t events = 0;
  for (const std::string& one : phone.world.reports) events += one.find("control.refused") == 0;
  EXPECT_EQ(events, 1U);
}

class F94_Srst_Table : public F94_WhoMayOrder_Table {
  void SetUp() override {
    dialect = false;
    start(settings());
  }
};

TEST_F(F94_Srst_Table, ARouterThatDoesNotSpeakTheDialectOrdersNothing) {
  const size_t before = registers.size();
  const Message answer = said_to(control(reset()));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("Warning"), "399 phone \"this registration knows no service control\"");
  EXPECT_EQ(registers.size(), before);
}

class F94_CallPreservation_Table : public ControlledPhone {
 protected:
  Message order(const std::string& action) {
    Message message = far_request("NOTIFY", ++cseq_, invites.back());
    message.add("Event", "service-control").add("Content-Type", "text/plain").add("Subscription-State", "active");
    message.body = cat("action=", action, "\nRegisterCallId={", call_id(), "}\n");
    return message;
  }

 private:
  uint32_t cseq_ = 500;
};

TEST_F(F94_CallPreservation_Table, LeavesTheUserTheirMediaAndTheEndOfTheCall) {
  const std::string id = call();
  EXPECT_EQ(said_to(order("call-preservation")).status, 200);
  CallView view = phone.agent.view().calls.back();
  EXPECT_EQ(view.state, CallState::kPreserved);
  EXPECT_NE(view.limited, "");
  EXPECT_TRUE(phone.world.closed_streams.empty());
  EXPECT_EQ(phone.agent.transfer(id, "1003", "", phone.now).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(phone.agent.hang_up(id, phone.now).ok());
  EXPECT_EQ(phone.world.closed_streams.size(), 1U);
}

TEST_F(F94_CallPreservation_Table, NoOtherOrderComesInACall) {
  call();
  const Message answer = said_to(order("reset"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("Warning"), "399 phone \"reset does not belong to the dialog of a call\"");
  EXPECT_TRUE(phone.world.fetches.empty());
  EXPECT_EQ(phone.agent.view().calls.back().state, CallState::kEstablished);
}

}  // namespace
}  // namespace phone::signaling

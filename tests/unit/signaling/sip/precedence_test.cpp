// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F77: every spelling of cucm-calls.md 9.
#include <gtest/gtest.h>

#include "services/signaling/sip/precedence.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr char kDomain[] = "000000";

Message having(const std::string& name, const std::string& value) {
  Message message;
  message.add(name, value);
  return message;
}

struct Spelling {
  const char* value;
  Precedence precedence;
  bool preempts = true;
};
void PrintTo(const Spelling& row, std::ostream* out) { *out << row.value; }

class F77_Spellings : public ::testing::TestWithParam<Spelling> {};

TEST_P(F77_Spellings, AreUnderstood) {
  const auto read = read_resource_priority(having("Resource-Priority", GetParam().value), kDomain);
  EXPECT_EQ(read.precedence, GetParam().precedence);
  EXPECT_EQ(read.preempts, read.precedence != Precedence::kNone && GetParam().preempts);
}

using enum Precedence;
INSTANTIATE_TEST_SUITE_P(
    Rfc4412, F77_Spellings,
    ::testing::Values(Spelling{"dsn.routine", kRoutine}, Spelling{"dsn.priority", kPriority},
                      Spelling{"dsn.immediate", kImmediate}, Spelling{"dsn.flash", kFlash},
                      Spelling{"dsn.flash-override", kFlashOverride}, Spelling{"DSN.Flash-Override", kFlashOverride},
                      Spelling{"drsn.routine", kRoutine}, Spelling{"drsn.flash-override-override", kExecutiveOverride},
                      Spelling{"q735.4", kRoutine}, Spelling{"q735.3", kPriority}, Spelling{"q735.2", kImmediate},
                      Spelling{"q735.1", kFlash}, Spelling{"q735.0", kFlashOverride},
                      Spelling{"ets.0", kFlashOverride, false}, Spelling{"wps.4", kRoutine, false}));
INSTANTIATE_TEST_SUITE_P(WithADomain, F77_Spellings,
                         ::testing::Values(Spelling{"dsn-000000.0", kRoutine}, Spelling{"dsn-000000.2", kPriority},
                                           Spelling{"dsn-000000.4", kImmediate}, Spelling{"dsn-000000.6", kFlash},
                                           Spelling{"dsn-000000.8", kFlashOverride},
                                           Spelling{"dsn-000000.9", kExecutiveOverride},
                                           Spelling{"dsn-000000.5", kImmediate}, Spelling{"dsn-000000.flash", kFlash},
                                           Spelling{"drsn-000000.6", kFlash}, Spelling{"uc-000000.8", kFlashOverride},
                                           Spelling{"cuc-000000.2", kPriority}, Spelling{"rts-000000.4", kImmediate},
                                           Spelling{"crts-000000.0", kRoutine}, Spelling{"  dsn-000000.6 ", kFlash},
                                           Spelling{"dsn-000000.2, q735.0", kFlashOverride},
                                           Spelling{"nonsense.9, dsn.flash", kFlash}));
INSTANTIATE_TEST_SUITE_P(NotUnderstood, F77_Spellings,
                         ::testing::Values(Spelling{"", kNone}, Spelling{"dsn", kNone}, Spelling{".", kNone},
                                           Spelling{"dsn.", kNone}, Spelling{"dsn.6", kNone}, Spelling{"q735.5", kNone},
                                           Spelling{"q735.flash", kNone}, Spelling{"dsn-000001.6", kNone},
                                           Spelling{"xyz-000000.6", kNone}, Spelling{"dsn-000000.66", kNone},
                                           Spelling{"dsn-000000.", kNone}, Spelling{"dsn-0.6", kNone},
                                           Spelling{"flash", kNone}));

TEST(F77_Domain, WithoutOneNothingIsUnderstood) {
  EXPECT_EQ(read_resource_priority(having("Resource-Priority", "dsn.flash"), "").precedence, kNone);
  EXPECT_EQ(read_resource_priority(having("Resource-Priority", "dsn-00000A.6"), "00000a").precedence, kFlash);
  EXPECT_EQ(accepted_resource_priorities(""), "");
}

TEST(F77_Domain, WhatIsWrittenIsUnderstood) {
  for (int level = 1; level <= 6; ++level) {
    const auto precedence = static_cast<Precedence>(level);
    const std::string value = write_resource_priority(precedence, "00000b");
    EXPECT_EQ(read_resource_priority(having("Resource-Priority", value), "00000b").precedence, precedence) << value;
  }
  EXPECT_EQ(write_resource_priority(kFlash, kDomain), "dsn-000000.6");
  Message accepted;
  accepted.add("Resource-Priority", accepted_resource_priorities(kDomain));
  EXPECT_EQ(read_resource_priority(accepted, kDomain).precedence, kExecutiveOverride);
}

TEST(F77_Domain, AThousandValuesCostNoMoreThanSixteen) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "x.1, ";
  EXPECT_EQ(read_resource_priority(having("Resource-Priority", many + "dsn.flash"), kDomain).precedence, kNone);
}

TEST(F77_Preemption, ItsCauseIsSaid) {
  EXPECT_EQ(preemption_of(having("Reason", "preemption ;cause=1 ;text=\"UA Preemption\"")), "UA Preemption");
  EXPECT_EQ(preemption_of(having("Reason", "Q.850;cause=16, preemption;cause=5")), "Network Preemption");
  EXPECT_EQ(preemption_of(having("Reason", "preemption;cause=2")), "Reserved Resources Preempted");
  EXPECT_EQ(preemption_of(having("Reason", "preemption;cause=3")), "Generic Preemption");
  EXPECT_EQ(preemption_of(having("Reason", "preemption;cause=4")), "Non-IP Preemption");
  EXPECT_EQ(preemption_of(having("Reason", "preemption")), "no cause is given");
  EXPECT_EQ(preemption_of(having("Reason", "SIP;cause=200")), std::nullopt);
  EXPECT_EQ(preemption_of({}), std::nullopt);
  EXPECT_EQ(preemption_of(having("Reason", std::string(kPreemptedHere))), "UA Preemption");
}

TEST(F77_Preemption, RefusalsAreExplained) {
  Message refused;
  refused.status = 417;
  EXPECT_EQ(refusal_of_precedence(refused), "the call manager does not know the precedence of this call");
  refused.add("Accept-Resource-Priority", "dsn-000000.0");
  EXPECT_EQ(refusal_of_precedence(refused),
            "the call manager does not know the precedence of this call, only dsn-000000.0");
  Message extension;
  extension.status = 420;
  extension.add("Unsupported", "resource-priority");
  EXPECT_EQ(refusal_of_precedence(extension), "the call manager does not serve resource-priority");
  Message bandwidth;
  bandwidth.status = 488;
  EXPECT_EQ(refusal_of_precedence(bandwidth), "");
  bandwidth.add("Warning", "370 cucm \"Insufficient Bandwidth\"");
  EXPECT_EQ(refusal_of_precedence(bandwidth), "there is not enough bandwidth for this call");
}

TEST(F77_Ring, IsAskedForByAlertInfo) {
  EXPECT_TRUE(asks_for_precedence_ring(having("Alert-Info", "<file://Precedence-Ring/>")));
  EXPECT_TRUE(asks_for_precedence_ring(having("Alert-Info", "precedence-ring")));
  EXPECT_FALSE(asks_for_precedence_ring(having("Alert-Info", "<file://Bellcore-dr1/>")));
}

}  // namespace
}  // namespace phone::signaling

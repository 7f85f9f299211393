// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F98: what the phone does, as Prometheus reads it; promtool (Debian's package prometheus) is the judge of the form.
#include "gateway/metrics/phone_metrics.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/unit/temporary_directory.hpp"

namespace phone::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

phone::gateway::v1::PhoneStatus status_of(const char* text) {
  phone::gateway::v1::PhoneStatus status;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &status));
  return status;
}

constexpr char kInACall[] = R"(
  network { lldp_running: true wired_access { cause: ACCESS_CAUSE_SUPPLICANT_GONE } }
  signaling {
    registered: true
    registration { server: "cucm \"pub\"" state: REGISTRATION_STATE_REGISTERED active: true tls_version: "TLSv1.3" }
    registration { server: "cucm-sub" state: REGISTRATION_STATE_STANDBY }
    registration { server: "cucm-sub" state: REGISTRATION_STATE_DOWN }
    call { call: "17" state: CALL_STATE_ESTABLISHED remote_number: "1002" security { icon: ICON_LOCK } }
    call { call: "18" state: CALL_STATE_ESTABLISHED }
    call { call: "16" state: CALL_STATE_ENDED security { icon: ICON_LOCK } }
  }
  media {
    stream { stream: "s1" call: "17" mos: 4.25 jitter_milliseconds: 2.5 packets_received: 4100000 packets_lost: 3
             round_trip_milliseconds: 20 }
    stream { stream: "s2" }
  }
  certificates {
    certificate { kind: CERTIFICATE_KIND_LSC not_after { seconds: 1900000000 } }
    certificate { kind: CERTIFICATE_KIND_LSC not_after { seconds: 1 } }
    certificate { kind: CERTIFICATE_KIND_MIC not_after { seconds: 2000000000 } }
  })";

TEST(F98_Metrics, RegistrationCallsSoundAndCertificatesAreSamples) {
  const std::string text = phone_metrics(status_of(kInACall));
  for (const char* line :
       {"\nphone_registered 1\n",
        R"(phone_registration_info{server="cucm \"pub\"",state="registered",active="yes",tls="TLSv1.3"} 1)",
        R"(phone_registration_info{server="cucm-sub",state="standby",active="no",tls=""} 1)",
        R"(phone_calls{state="established"} 2)", R"(phone_calls{state="ringing_in"} 0)", "\nphone_calls_locked 1\n",
        R"(phone_stream_mos{stream="1"} 4.25)", R"(phone_stream_jitter_seconds{stream="1"} 0.0025)",
        R"(phone_stream_round_trip_seconds{stream="1"} 0.02)", R"(phone_stream_packets_received{stream="1"} 4100000)",
        R"(phone_stream_packets_lost{stream="1"} 3)",
        R"(phone_certificate_expiry_timestamp_seconds{kind="lsc"} 1900000000)",
        R"(phone_certificate_expiry_timestamp_seconds{kind="mic"} 2000000000)"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("state=\"down\""))) << "two samples of one server make the text invalid";
  EXPECT_THAT(text, Not(HasSubstr("1002"))) << "numbers of persons are nobody's metrics";
  EXPECT_THAT(text, Not(HasSubstr("mos{stream=\"2\"}"))) << "unknown is not 0";
}

TEST(F98_Metrics, WhatIsUnknownHasNoSample) {
  EXPECT_EQ(phone_metrics(status_of("unreachable: \"signaling\"")), "");
  EXPECT_TRUE(units_up({}).empty());
  EXPECT_EQ(units_up(status_of(kInACall)), (UnitsUp{{"lldp", true}, {"supplicant", false}}));
}

TEST(F98_Metrics_Peer, PromtoolFindsNothingToComplainOf) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "there is no promtool: package prometheus";
  phone::mesh::v1::Metrics media;
  media.set_sandbox("Landlock \"ABI\" 7\\");
  media.set_version("0.1.0");
  media.mutable_started()->set_seconds(1790000000);
  for (const auto sort : {phone::mesh::v1::SORT_REFUSAL, phone::mesh::v1::SORT_LOSS, phone::mesh::v1::SORT_RESTART}) {
    auto* metric = media.add_metric();
    metric->set_sort(sort);
    metric->set_what("rtp\n\"forged\"");
    metric->set_value(41000);
  }
  const tests::TemporaryDirectory directory;
  const std::string file = directory.path() / "metrics";
  std::ofstream(file) << metrics_text({{"media", media}, {"policy", std::nullopt}},
                                      {{"enrolment", {.deaths = {{"watchdog", 1}}, .last_run_failed = true}}},
                                      units_up(status_of(kInACall)))
                      << phone_metrics(status_of(kInACall));
  const std::string command = "promtool check metrics <" + file + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string said;
  char buffer[4096];
  for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) said.append(buffer, size);
  EXPECT_EQ(pclose(pipe), 0) << said;
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace phone::gateway

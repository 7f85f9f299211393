// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/metrics/metrics_text.hpp"

#include <gtest/gtest.h>

namespace phone::gateway {
namespace {

TEST(Gateway_MetricsText, EveryServiceIsUpOrDownAndEveryCounterIsALineOfItsFamily) {
  phone::mesh::v1::Metrics media;
  media.set_sandbox("Landlock \"ABI\" 7");
  media.set_version("0.1.0");
  media.mutable_started()->set_seconds(1790000000);
  auto* forged = media.add_metric();
  forged->set_sort(phone::mesh::v1::SORT_REFUSAL);
  forged->set_what("rtp_forged");
  forged->set_value(41000);
  auto* restart = media.add_metric();
  restart->set_sort(phone::mesh::v1::SORT_RESTART);
  restart->set_what("signal");
  restart->set_value(2);
  EXPECT_EQ(metrics_text({{"media", media}, {"policy", std::nullopt}},
                         {{"download", {}}, {"enrolment", {.deaths = {{"watchdog", 1}}, .last_run_failed = true}}},
                         {{"lldp", false}, {"supplicant", true}}),
            R"(# HELP phone_up 1 if the service responded, else 0; of one that runs on demand, 0 if its last run failed.
# TYPE phone_up gauge
phone_up{service="media"} 1
phone_up{service="policy"} 0
phone_up{service="download"} 1
phone_up{service="enrolment"} 0
phone_up{service="lldp"} 0
phone_up{service="supplicant"} 1
# HELP phone_build_info Version of the running software.
# TYPE phone_build_info gauge
phone_build_info{service="media",version="0.1.0"} 1
# HELP phone_process_start_time_seconds Start of the process, in seconds since the epoch.
# TYPE phone_process_start_time_seconds gauge
phone_process_start_time_seconds{service="media"} 1790000000
# HELP phone_sandbox_info Sandbox mechanisms in force for each process.
# TYPE phone_sandbox_info gauge
phone_sandbox_info{service="media",in_force="Landlock \"ABI\" 7"} 1
# HELP phone_refusals_total Requests, connections and packets refused since the process started.
# TYPE phone_refusals_total counter
phone_refusals_total{service="media",what="rtp_forged"} 41000
# HELP phone_losses_total Items lost since the process started.
# TYPE phone_losses_total counter
# HELP phone_restarts_total Restarts since power-on, by cause of the previous exit.
# TYPE phone_restarts_total counter
phone_restarts_total{service="media",cause="signal"} 2
phone_restarts_total{service="enrolment",cause="watchdog"} 1
)");
}

}  // namespace
}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/metrics/metrics_text.hpp"

namespace phone::gateway {
namespace {

using phone::mesh::v1::Metric;

struct Family {
  phone::mesh::v1::Sort sort;
  const char* name;
  const char* help;
  const char* label;
};
constexpr Family kFamilies[] = {
    {phone::mesh::v1::SORT_REFUSAL, "phone_refusals_total",
     "Requests, connections and packets refused since the process started.", "what"},
    {phone::mesh::v1::SORT_LOSS, "phone_losses_total", "Items lost since the process started.", "what"},
    {phone::mesh::v1::SORT_RESTART, "phone_restarts_total", "Restarts since power-on, by cause of the previous exit.",
     "cause"},
};

constexpr int kMostMetrics = 256;  // of one service, which may have been taken over

void who_is_up(const Counted& counted, const OnDemand& on_demand, const UnitsUp& others, Exposition& out) {
  out.family("phone_up", "gauge",
             "1 if the service responded, else 0; of one that runs on demand, 0 if its last run failed.");
  for (const auto& [service, metrics] : counted) out.sample({{"service", service}}, metrics ? 1 : 0);
  for (const auto& [service, record] : on_demand) out.sample({{"service", service}}, record.last_run_failed ? 0 : 1);
  for (const auto& [service, up] : others) out.sample({{"service", service}}, up ? 1 : 0);
}

void what_runs(const Counted& counted, Exposition& out) {
  out.family("phone_build_info", "gauge", "Version of the running software.");
  for (const auto& [service, metrics] : counted) {
    if (metrics) out.sample({{"service", service}, {"version", metrics->version()}}, 1);
  }
  out.family("phone_process_start_time_seconds", "gauge", "Start of the process, in seconds since the epoch.");
  for (const auto& [service, metrics] : counted) {
    if (!metrics || !metrics->has_started()) continue;
    const auto& started = metrics->started();
    out.sample({{"service", service}}, static_cast<double>(started.seconds()));
  }
  out.family("phone_sandbox_info", "gauge", "Sandbox mechanisms in force for each process.");
  for (const auto& [service, metrics] : counted) {
    if (metrics) out.sample({{"service", service}, {"in_force", metrics->sandbox()}}, 1);
  }
}

}  // namespace

std::string metrics_text(const Counted& counted, const OnDemand& on_demand, const UnitsUp& others) {
  Exposition out;
  who_is_up(counted, on_demand, others, out);
  what_runs(counted, out);
  for (const Family& family : kFamilies) {
    out.family(family.name, "counter", family.help);
    for (const auto& [service, metrics] : counted) {
      if (!metrics) continue;
      int most = kMostMetrics;
      for (const Metric& metric : metrics->metric()) {
        if (metric.sort() != family.sort) continue;
        if (most-- == 0) break;
        out.sample({{"service", service}, {family.label, metric.what()}}, static_cast<double>(metric.value()));
      }
    }
  }
  // The last family goes on.
  for (const auto& [service, record] : on_demand) {
    for (const auto& [cause, count] : record.deaths)
      out.sample({{"service", service}, {"cause", cause}}, static_cast<double>(count));
  }
  return out.text();
}

}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/metrics/metrics_text.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include "common/text/foreign_text.hpp"

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

// Backslash, quote and line feed are written out, as the format has it.
std::string label(const std::string& value) {
  return absl::StrReplaceAll(phone::text::clean(value), {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
}

void heading(const std::string& name, const std::string& help, const char* type, std::string& out) {
  absl::StrAppend(&out, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

}  // namespace

std::string metrics_text(const Counted& counted, const Deaths& deaths) {
  std::string out;
  heading("phone_up", "1 if the service responded, else 0.", "gauge", out);
  for (const auto& [service, metrics] : counted) {
    absl::StrAppend(&out, "phone_up{service=\"", label(service), "\"} ", metrics ? 1 : 0, "\n");
  }
  heading("phone_sandbox_info", "Sandbox mechanisms in force for each process.", "gauge", out);
  for (const auto& [service, metrics] : counted) {
    if (!metrics) continue;
    absl::StrAppend(&out, "phone_sandbox_info{service=\"", label(service), "\",in_force=\"", label(metrics->sandbox()),
                    "\"} 1\n");
  }
  for (const Family& family : kFamilies) {
    heading(family.name, family.help, "counter", out);
    for (const auto& [service, metrics] : counted) {
      if (!metrics) continue;
      int most = kMostMetrics;
      for (const Metric& metric : metrics->metric()) {
        if (metric.sort() != family.sort) continue;
        if (most-- == 0) break;
        absl::StrAppend(&out, family.name, "{service=\"", label(service), "\",", family.label, "=\"",
                        label(metric.what()), "\"} ", metric.value(), "\n");
      }
    }
  }
  // The last family goes on.
  for (const auto& [service, causes] : deaths) {
    for (const auto& [cause, count] : causes) {
      absl::StrAppend(&out, kFamilies[2].name, "{service=\"", label(service), "\",", kFamilies[2].label, "=\"",
                      label(cause), "\"} ", count, "\n");
    }
  }
  return out;
}

}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/process_rpc.hpp"

#include <absl/time/clock.h>
#include <google/protobuf/util/time_util.h>

#include "common/mesh/guard/exit_history.hpp"

#include "common/mesh/server/router.hpp"
#include "common/metrics/metrics.hpp"
#include "common/product/product.hpp"
#include "common/sandbox/sandbox.hpp"

namespace phone::mesh {
namespace {

v1::Sort to_proto(metrics::Sort sort) {
  switch (sort) {
    case metrics::Sort::kRefusal:
      return v1::SORT_REFUSAL;
    case metrics::Sort::kLoss:
      return v1::SORT_LOSS;
    case metrics::Sort::kRestart:
      return v1::SORT_RESTART;
  }
  return v1::SORT_UNSPECIFIED;
}

// When the libraries of this process were loaded, on the clock that does not jump.
const absl::Time kBegan = since_boot();

}  // namespace

v1::Metrics metrics_now() {
  v1::Metrics all;
  for (const metrics::Reading& reading : metrics::read()) {
    v1::Metric& metric = *all.add_metric();
    metric.set_sort(to_proto(reading.sort));
    metric.set_what(reading.what);
    metric.set_text(reading.text);
    metric.set_value(reading.value);
  }
  all.set_sandbox(sandbox::in_force());
  all.set_version(std::string(product::version()));
  *all.mutable_started() = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(
      absl::ToUnixNanos(absl::Now() - (since_boot() - kBegan)));
  return all;
}

void serve_process(Router& router) {
  router.unary<v1::GetMetricsRequest, v1::Metrics>(
      "phone.mesh.v1.Process/GetMetrics",
      [](const v1::GetMetricsRequest&, const Reply<v1::Metrics>& reply) { reply.ok(metrics_now()); });
}

}  // namespace phone::mesh

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/metrics/metrics_rpc.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/mesh/process/process_rpc.hpp"
#include "common/mesh/server/router.hpp"
#include "gateway/metrics/metrics_text.hpp"
#include "gateway/metrics/phone_metrics.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace phone::gateway {
namespace {

using phone::gateway::v1::GetMetricsTextRequest;
using phone::gateway::v1::MetricsText;
using phone::gateway::v1::PhoneStatus;
using phone::mesh::Reply;

constexpr absl::Duration kAnswer = absl::Seconds(1);

// What has come in so far; the last one to let go answers.
class Gathering {
 public:
  Gathering(Reply<MetricsText> reply, OnDemand on_demand, const PhoneStatus& status)
      : on_demand_(std::move(on_demand)),
        others_(units_up(status)),
        of_phone_(phone_metrics(status)),
        reply_(std::move(reply)) {
    counted_["gateway"] = phone::mesh::metrics_now();
  }
  ~Gathering() {
    MetricsText text;
    text.set_text(metrics_text(counted_, on_demand_, others_) + of_phone_);
    reply_.ok(text);
  }
  void take(const std::string& service, const absl::StatusOr<phone::mesh::v1::Metrics>& metrics) {
    const std::lock_guard lock(mutex_);
    auto& place = counted_[service];
    if (metrics.ok()) place = *metrics;
  }

 private:
  std::mutex mutex_;
  Counted counted_;
  const OnDemand on_demand_;
  const UnitsUp others_;
  const std::string of_phone_;
  const Reply<MetricsText> reply_;
};

}  // namespace

void serve_metrics(phone::mesh::Router& router, const Peers& peers, const phone::mesh::Latest<PhoneStatus>& latest,
                   std::function<OnDemand()> on_demand) {
  router.unary<GetMetricsTextRequest, MetricsText>(
      "phone.gateway.v1.Gateway/GetMetrics", [&peers, &latest, on_demand = std::move(on_demand)](
                                                 const GetMetricsTextRequest&, const Reply<MetricsText>& reply) {
        const auto gathering = std::make_shared<Gathering>(reply, on_demand(), latest.get());
        for (const auto& [service, process] : peers.processes) {
          process->start(&phone::mesh::v1::Process::Stub::PrepareAsyncGetMetrics, {}, kAnswer,
                         [gathering, service = service](const absl::StatusOr<phone::mesh::v1::Metrics>& metrics) {
                           gathering->take(service, metrics);
                         });
        }
      });
}

}  // namespace phone::gateway

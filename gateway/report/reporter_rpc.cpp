// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/report/reporter_rpc.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <sys/utsname.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "common/os/steady_time.hpp"
#include "common/product/product.hpp"
#include "common/text/foreign_text.hpp"
#include "gateway/peers/peers_rpc.hpp"
#include "gateway/report/problem_report.hpp"

namespace phone::gateway {
namespace {

using phone::gateway::v1::SendReportReply;
using phone::gateway::v1::SendReportRequest;

constexpr absl::Duration kPart = absl::Seconds(1);  // for what a service adds; without it the report goes all the same
constexpr std::uint32_t kDecisions = 100;
constexpr std::size_t kMostReason = 200;
constexpr absl::Duration kOrderPatience = absl::Seconds(10);

std::string system_name() {
  utsname name{};
  return uname(&name) == 0 ? absl::StrCat(name.sysname, " ", name.release, " ", name.machine) : "unknown";
}

std::vector<phone::mesh::v1::Event> all_events(const phone::mesh::EventLog& event_log) {
  std::vector<phone::mesh::v1::Event> events;
  // A number no event log has reached: everything that is left of it.
  const auto stream = event_log.subscribe(std::numeric_limits<std::uint64_t>::max(), [] {});
  while (const auto message = stream->next()) {
    events.push_back(static_cast<const phone::mesh::v1::Event&>(*message));
  }
  return events;
}

}  // namespace

// What has come in so far; the last part that lets go sends it.
struct Reporter::Making {
  Making(std::shared_ptr<Reporter> of, absl::Duration patience, Done to)
      : reporter(std::move(of)), deadline(os::steady_now() + patience), done(std::move(to)) {}
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

  void end(absl::StatusOr<SendReportReply> reply) {
    {
      const std::lock_guard lock(reporter->mutex_);
      reporter->busy_ = false;
    }
    done(std::move(reply));
  }

  const std::shared_ptr<Reporter> reporter;
  const absl::Time deadline;
  const Done done;
  std::mutex mutex;
  ReportParts parts;
  int waiting = 2;  // for settings and decisions
};

void Reporter::send(std::string reason, absl::Duration patience, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(busy_, true)) {
      return done(absl::ResourceExhaustedError("a problem report is being sent; try again when it has ended"));
    }
  }
  const auto making = std::make_shared<Making>(shared_from_this(), patience, std::move(done));
  making->parts.reason = std::move(reason);
  making->parts.load = phone::product::load();
  making->parts.system = system_name();
  making->parts.time = absl::Now();
  making->parts.status = latest_.get();
  making->parts.events = all_events(event_log_);
  const auto came = [making](auto put) {
    bool last = false;
    {
      const std::lock_guard lock(making->mutex);
      put(making->parts);
      last = --making->waiting == 0;
    }
    if (last) making->reporter->pack_and_send(making);
  };
  peers_.policy.start(&phone::policy::v1::Policy::Stub::PrepareAsyncListSettings, {}, kPart,
                      [came](const absl::StatusOr<phone::policy::v1::ListSettingsReply>& reply) {
                        came([&reply](ReportParts& parts) {
                          if (reply.ok()) parts.settings = *reply;
                        });
                      });
  phone::trust::v1::ListDecisionsRequest decisions;
  decisions.set_maximum(kDecisions);
  peers_.trust.start(&phone::trust::v1::TrustStore::Stub::PrepareAsyncListDecisions, decisions, kPart,
                     [came](const absl::StatusOr<phone::trust::v1::ListDecisionsReply>& reply) {
                       came([&reply](ReportParts& parts) {
                         if (reply.ok()) parts.decisions = *reply;
                       });
                     });
}

void Reporter::pack_and_send(const std::shared_ptr<Making>& making) {
  const std::vector<ReportFile> files = report_files(making->parts);
  phone::url::v1::UploadReportRequest request;
  request.set_archive(tar_gz(files, absl::ToUnixSeconds(making->parts.time)));
  request.set_file_name(
      absl::StrCat("prt-", absl::FormatTime("%Y%m%d-%H%M%S", making->parts.time, absl::UTCTimeZone()), ".tar.gz"));
  if (request.archive().empty() || request.archive().size() > kMostReportArchive) {
    return making->end(absl::InternalError("the report could not be packed"));
  }
  SendReportReply made;
  made.set_bytes(static_cast<std::uint32_t>(request.archive().size()));
  for (const ReportFile& file : files) made.add_file(file.name);
  // Not repeated: it might have arrived.
  peers_.urls.start_once(&phone::url::v1::UrlServices::Stub::PrepareAsyncUploadReport, std::move(request),
                         making->deadline - os::steady_now(),
                         [making, made](const absl::StatusOr<phone::url::v1::UploadReportReply>& reply) mutable {
                           if (!reply.ok()) {
                             return making->end(did_not_answer(reply.status())
                                                    ? absl::UnavailableError("url_services does not respond")
                                                    : reply.status());
                           }
                           made.set_sent(reply->accepted());
                           made.set_reason(reply->reason());
                           made.set_server(reply->server());
                           auto& events = making->reporter->event_log_;
                           if (reply->accepted()) {
                             events.add("report.sent", phone::mesh::Severity::kInfo,
                                        absl::StrCat("A problem report was sent to ", reply->server()), {}, true);
                           } else {
                             events.add("report.not_sent", phone::mesh::Severity::kWarning,
                                        absl::StrCat("The problem report was not sent: ", reply->reason()), {}, true);
                           }
                           making->end(std::move(made));
                         });
}

void Reporter::ordered(std::uint64_t count) {
  {
    const std::lock_guard lock(mutex_);
    const std::optional<std::uint64_t> before = std::exchange(ordered_, count);
    const bool more = before.has_value() && count != *before && count != 0;  // a smaller one: signaling has begun anew
    const absl::Time now = os::steady_now();
    if (!more || busy_ || now < last_order_ + kBetweenOrders) return;
    last_order_ = now;
  }
  send("the call manager has asked for it", kOrderPatience, [](const absl::StatusOr<SendReportReply>& reply) {
    if (!reply.ok()) log::warning("no problem report", {{"reason", std::string(reply.status().message())}});
  });
}

void serve_reports(phone::mesh::Router& router, const std::shared_ptr<Reporter>& reporter) {
  router.unary<SendReportRequest, SendReportReply>(
      "phone.gateway.v1.Gateway/SendReport",
      [reporter](const SendReportRequest& request, const phone::mesh::Reply<SendReportReply>& reply) {
        if (request.reason().size() > kMostReason)
          return reply.fail(absl::InvalidArgumentError("the reason is longer than 200 bytes"));
        reporter->send(request.reason().empty() ? "asked for by the user" : text::clean(request.reason(), kMostReason),
                       std::min(reply.info().deadline - absl::Now() - absl::Milliseconds(50), kOrderPatience),
                       [reply](const absl::StatusOr<SendReportReply>& sent) {
                         if (sent.ok()) return reply.ok(*sent);
                         reply.fail(sent.status());
                       });
      });
}

}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/rpc/url_services_rpc.hpp"

#include <memory>
#include <utility>

#include "common/os/steady_time.hpp"
#include "phone/url/v1/url_services.pb.h"
#include "services/url_services/contacts/question.hpp"

namespace phone::url_services {
namespace {

constexpr std::size_t kMostArchive = std::size_t{512} << 10;
constexpr std::size_t kMostPassword = 128;

url::v1::SearchOutcome to_proto(SearchOutcome outcome) {
  switch (outcome) {
    case SearchOutcome::kDone:
      return url::v1::SEARCH_OUTCOME_DONE;
    case SearchOutcome::kCredentialsWanted:
      return url::v1::SEARCH_OUTCOME_CREDENTIALS_WANTED;
    case SearchOutcome::kCredentialsRefused:
      return url::v1::SEARCH_OUTCOME_CREDENTIALS_REFUSED;
    case SearchOutcome::kNotConfigured:
      return url::v1::SEARCH_OUTCOME_NOT_CONFIGURED;
    case SearchOutcome::kServerRefused:
      return url::v1::SEARCH_OUTCOME_SERVER_REFUSED;
    case SearchOutcome::kServerFailed:
      return url::v1::SEARCH_OUTCOME_SERVER_FAILED;
  }
  return url::v1::SEARCH_OUTCOME_UNSPECIFIED;
}

url::v1::SearchContactsReply to_proto(const SearchResult& result) {
  url::v1::SearchContactsReply reply;
  reply.set_outcome(to_proto(result.outcome));
  reply.set_reason(result.reason);
  reply.set_server(result.server);
  reply.set_user(result.user);
  reply.set_total(result.found.total);
  for (const Contact& from : result.found.contacts) {
    url::v1::Contact& to = *reply.add_contact();
    to.set_name(from.name);
    to.set_number(from.number);
    to.set_home_number(from.home_number);
    to.set_mobile_number(from.mobile_number);
    to.set_user(from.user);
    to.set_mail(from.mail);
    to.set_uri(from.uri);
    to.set_department(from.department);
    to.set_title(from.title);
  }
  return reply;
}

absl::StatusOr<SearchOrder> to_order(const url::v1::SearchContactsRequest& request) {
  auto query = search_query(request.query());
  if (!query.ok()) return query.status();
  SearchOrder order;
  order.query = *std::move(query);
  if (request.user().empty() && request.password().empty()) return order;
  if (request.password().size() > kMostPassword)
    return absl::InvalidArgumentError("a password has 1 to 128 characters");
  auto credentials = basic_credentials(request.user(), crypto::Secret::copy_of(request.password()));
  if (!credentials.ok()) return credentials.status();
  order.user = request.user();
  order.authorization = *std::move(credentials);
  return order;
}

template <class Rep>
void hand_over(Worker& worker, const mesh::Reply<Rep>& reply, Worker::Job job) {
  const bool taken = worker.post(std::move(job), [reply] {
    reply.fail(absl::UnavailableError("policy does not respond, so the server is not known"));
  });
  if (!taken)
    reply.fail(
        absl::ResourceExhaustedError("another exchange with a server is under way; try again when it has ended"));
}

}  // namespace

void serve_url_services(mesh::Router& router, Worker& worker) {
  router.unary<url::v1::SearchContactsRequest, url::v1::SearchContactsReply>(
      "phone.url.v1.UrlServices/SearchContacts",
      [&worker](const url::v1::SearchContactsRequest& request, mesh::Reply<url::v1::SearchContactsReply> reply) {
        auto order = to_order(request);
        if (!order.ok()) return reply.fail(order.status());
        hand_over(worker, reply, [reply, order = *std::move(order)](Exchanges& exchanges) {
          reply.ok(to_proto(exchanges.search(order, os::steady_now())));
        });
      });
  router.unary<url::v1::ForgetCredentialsRequest, url::v1::ForgetCredentialsReply>(
      "phone.url.v1.UrlServices/ForgetCredentials",
      [&worker](const url::v1::ForgetCredentialsRequest&, mesh::Reply<url::v1::ForgetCredentialsReply> reply) {
        hand_over(worker, reply, [reply](Exchanges& exchanges) {
          url::v1::ForgetCredentialsReply message;
          message.set_forgotten(exchanges.forget());
          reply.ok(message);
        });
      });
  router.unary<url::v1::UploadReportRequest, url::v1::UploadReportReply>(
      "phone.url.v1.UrlServices/UploadReport",
      [&worker](const url::v1::UploadReportRequest& request, mesh::Reply<url::v1::UploadReportReply> reply) {
        if (request.archive().empty() || request.archive().size() > kMostArchive)
          return reply.fail(absl::InvalidArgumentError("an archive has 1 byte to 512 KiB"));
        auto order = std::make_shared<const ReportOrder>(
            ReportOrder{.file_name = request.file_name(), .archive = request.archive()});
        hand_over(worker, reply, [reply, order](Exchanges& exchanges) {
          const ReportResult result = exchanges.upload(*order);
          url::v1::UploadReportReply message;
          message.set_accepted(result.accepted);
          message.set_reason(result.reason);
          message.set_server(result.server);
          reply.ok(message);
        });
      });
}

}  // namespace phone::url_services

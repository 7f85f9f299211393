// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/exchange/exchanges.hpp"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"
#include "services/url_services/report/form.hpp"

namespace phone::url_services {
namespace {

constexpr std::size_t kMostReason = 400;
constexpr int kUnauthorized = 401;
constexpr std::size_t kMostReply = 64 * 1024;  // the text of the report's receiver is not looked at

bool is_list(const std::string& type) {
  return type.empty() || type == "application/xml" || type == "text/xml" || type.ends_with("+xml");
}

std::string failure_of(const http::Result& result, const std::string& server) {
  std::string why = result.detail.empty() ? http::to_string(result.outcome) : result.detail;
  if (result.outcome == http::Outcome::kTooLarge) why = "its answer is larger than 4 MiB";
  return text::clean(
      absl::StrCat("The server ", server, result.outcome == http::Outcome::kRefused ? " was refused: " : ": ", why),
      kMostReason);
}

}  // namespace

std::string name_of(const UrlServer& server) {
  if (server.host.empty()) return {};
  const bool v6 = absl::StrContains(server.host, ":");
  return absl::StrCat(v6 ? "[" : "", server.host, v6 ? "]" : "", ":", server.port);
}

void Exchanges::configure(UrlSettings settings) {
  const bool locks = settings.locked && !settings_.locked;
  if (locks || settings.contact_search != settings_.contact_search || settings.tls != settings_.tls) forget();
  settings_ = std::move(settings);
}

http::Request Exchanges::request(const UrlServer& server, const char* purpose) const {
  http::Request request;
  request.scheme = http::Scheme::kHttps;
  request.host = server.host;
  request.port = server.port;
  request.name = server.path;
  request.verify = [this, host = server.host, purpose](const std::vector<std::string>& chain) {
    return judge_(chain, host, purpose);
  };
  request.tls = settings_.tls;
  request.connect_timeout = kConnect;
  request.strict_time = true;
  request.cancelled = &cancelled_;
  return request;
}

SearchResult Exchanges::search(const SearchOrder& order, absl::Time now) {
  const UrlServer& server = settings_.contact_search;
  SearchResult result;
  result.server = name_of(server);
  if (server.host.empty()) {
    const bool refused = !server.refused.empty();
    result.outcome = refused ? SearchOutcome::kServerRefused : SearchOutcome::kNotConfigured;
    result.reason = refused ? server.refused
                            : "Contact search is not configured (secureUDSUsersAccessURL); ask your administrator.";
    return result;
  }
  const std::string scope = absl::StrCat(result.server, "/", server.path);
  http::Request request = this->request(server, "contact search");
  request.query = order.query;
  request.limit = kMostAnswerBytes;
  request.total_timeout = kSearch;
  if (!order.user.empty()) {
    result.user = order.user;
    request.authorization = order.authorization;
  } else if (const auto* const kept = credentials_.use(scope, now); kept != nullptr) {
    result.user = kept->user;
    request.authorization = kept->authorization;
  }
  http::Result answer = fetch_(request);
  if (answer.status == kUnauthorized) {
    if (result.user.empty()) {
      result.outcome = SearchOutcome::kCredentialsWanted;
      result.reason = absl::StrCat("The server ", result.server, " asks for a user name and a password.");
    } else {
      forget();
      result.outcome = SearchOutcome::kCredentialsRefused;
      result.reason = absl::StrCat("The server ", result.server, " has not accepted this user name and password.");
    }
    return result;
  }
  if (answer.outcome != http::Outcome::kOk) {
    result.outcome =
        answer.outcome == http::Outcome::kRefused ? SearchOutcome::kServerRefused : SearchOutcome::kServerFailed;
    result.reason = failure_of(answer, result.server);
    return result;
  }
  auto found =
      is_list(answer.type) ? read_found_contacts(answer.body) : absl::InvalidArgumentError("the answer is not XML");
  if (!found.ok()) {
    result.reason =
        text::clean(absl::StrCat("The server ", result.server, ": ", found.status().message()), kMostReason);
    return result;
  }
  if (!result.user.empty()) {
    credentials_.keep(scope, {.user = result.user, .authorization = std::move(request.authorization)}, now);
  }
  result.outcome = SearchOutcome::kDone;
  result.found = *std::move(found);
  return result;
}

ReportResult Exchanges::upload(const ReportOrder& order) {
  const UrlServer& server = settings_.problem_report;
  ReportResult result;
  result.server = name_of(server);
  if (server.host.empty()) {
    result.reason =
        server.refused.empty()
            ? "No receiver of problem reports is configured (problemReportUploadURL); ask your administrator."
            : server.refused;
    return result;
  }
  http::Request request = this->request(server, "problem report");
  auto form = write_form(settings_.device_name, order.file_name, order.archive);
  if (!form.ok()) {
    result.reason = std::string(form.status().message());
    return result;
  }
  request.post = std::move(form->body);
  request.post_type = std::move(form->type);
  request.limit = kMostReply;
  request.total_timeout = kUpload;
  const http::Result answer = fetch_(request);
  result.accepted = answer.outcome == http::Outcome::kOk;
  if (!result.accepted) result.reason = failure_of(answer, result.server);
  return result;
}

}  // namespace phone::url_services

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What servers behind URLs are asked for: contacts, and problem reports.
#include <absl/strings/str_cat.h>
#include <unistd.h>

#include "tools/phonectl/ask.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/prompt.hpp"
#include "tools/phonectl/url/print_contacts.hpp"

namespace phone::phonectl {
namespace {

using phone::url::v1::SearchContactsReply;
using phone::url::v1::SearchContactsRequest;

absl::StatusOr<SearchContactsReply> search(GatewayClient& client, SearchContactsRequest& order, bool as_user) {
  if (as_user) {
    absl::StatusOr<std::string> password =
        read_secret(absl::StrCat("Password of ", plain(order.user()), ": ").c_str(), "password");
    if (!password.ok()) return password.status();
    order.set_password(*password);
    wipe(*password);
  }
  auto reply = client.call(&Gateway::Stub::SearchContacts, order);
  wipe(*order.mutable_password());
  return reply;
}

}  // namespace

absl::Status search_contacts(GatewayClient& client, const Request& request, const View& view) {
  if (request.forget) {
    const auto reply = client.call(&Gateway::Stub::ForgetCredentials, phone::url::v1::ForgetCredentialsRequest());
    if (!reply.ok()) return reply.status();
    out(request.json         ? to_json(*reply, true)
        : reply->forgotten() ? "user name and password are forgotten\n"
                             : "none were remembered\n");
    return absl::OkStatus();
  }
  if (request.about.empty())
    return absl::InvalidArgumentError("say what to search for: a part of a name or of a number");
  SearchContactsRequest order;
  order.set_query(request.about);
  order.set_user(request.identity);
  auto reply = search(client, order, !request.identity.empty());
  if (reply.ok() && reply->outcome() == phone::url::v1::SEARCH_OUTCOME_CREDENTIALS_WANTED &&
      isatty(STDIN_FILENO) != 0) {
    const auto user = read_answer(absl::StrCat(plain(reply->reason()), "\nUser name: ").c_str(), "user name");
    if (!user.ok()) return user.status();
    order.set_user(*user);
    reply = search(client, order, true);
  }
  if (!reply.ok()) return reply.status();
  switch (reply->outcome()) {
    case phone::url::v1::SEARCH_OUTCOME_DONE:
      out(request.json ? to_json(*reply, true) : print_contacts(*reply, view));
      return absl::OkStatus();
    case phone::url::v1::SEARCH_OUTCOME_CREDENTIALS_WANTED:
      return absl::UnauthenticatedError(absl::StrCat(
          reply->reason(), " Give the name with --user; the password is prompted for or read from standard input."));
    case phone::url::v1::SEARCH_OUTCOME_CREDENTIALS_REFUSED:
      return absl::UnauthenticatedError(reply->reason());
    case phone::url::v1::SEARCH_OUTCOME_NOT_CONFIGURED:
      return absl::FailedPreconditionError(reply->reason());
    case phone::url::v1::SEARCH_OUTCOME_SERVER_REFUSED:
      return absl::PermissionDeniedError(reply->reason());
    default:
      return absl::UnavailableError(reply->reason());
  }
}

absl::Status send_report(GatewayClient& client, const Request& request, const View&) {
  phone::gateway::v1::SendReportRequest order;
  order.set_reason(request.reason);
  const auto reply = client.call(&Gateway::Stub::SendReport, order);
  if (!reply.ok()) return reply.status();
  if (!reply->sent()) return absl::UnavailableError(reply->reason());
  out(request.json ? to_json(*reply, true)
                   : absl::StrCat("the report was sent to ", reply->server(), ": ", reply->bytes(), " bytes\n"));
  return absl::OkStatus();
}

}  // namespace phone::phonectl

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F1 and F11: who is asked, with which credentials, and what the user hears of it.
#include "services/url_services/exchange/exchanges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "common/http/plain.hpp"
#include "services/url_services/contacts/question.hpp"

namespace phone::url_services {
namespace {

using ::testing::HasSubstr;

const absl::Time kBegin = absl::FromUnixSeconds(1'000'000);

UrlSettings with_uds() {
  UrlSettings settings;
  settings.contact_search = {.host = "cucm.lab", .port = 8443, .path = "cucm-uds/users", .refused = {}};
  settings.device_name = "SEP0A1B2C3D4E5F";
  settings.problem_report = {.host = "2001:db8::5", .port = 443, .path = "prt", .refused = {}};
  return settings;
}

http::Result answered(int status, std::string body = {}) {
  http::Result result;
  result.outcome = status == 200 ? http::Outcome::kOk : http::Outcome::kUnserved;
  result.status = status;
  result.body = std::move(body);
  result.type = status == 200 ? "application/xml" : "";
  result.detail = "status " + std::to_string(status);
  return result;
}

constexpr char kAlice[] = "<users><user><displayName>Alice</displayName><phoneNumber>1002</phoneNumber></user></users>";

class F1_Exchanges_Table : public ::testing::Test {
 protected:
  F1_Exchanges_Table() { exchanges_.configure(with_uds()); }

  static SearchOrder order(const std::string& user = {}, const std::string& password = {}) {
    SearchOrder order{.query = "name=a", .user = user, .authorization = {}};
    if (!user.empty()) order.authorization = *basic_credentials(user, crypto::Secret::copy_of(password));
    return order;
  }
  SearchResult search(const SearchOrder& order, absl::Time now = kBegin) { return exchanges_.search(order, now); }

  http::Result next_ = answered(200, kAlice);
  std::vector<http::Request> asked_;
  std::string judged_;
  std::atomic<bool> cancelled_ = false;
  Exchanges exchanges_{[this](const http::Request& request) {
                         asked_.push_back(request);
                         return next_;
                       },
                       [this](const std::vector<std::string>&, const std::string& host,
                              const char* purpose) -> absl::StatusOr<std::string> {
                         judged_ = host + " for " + purpose;
                         return "ITL";
                       },
                       cancelled_};
};

TEST_F(F1_Exchanges_Table, ASearchGoesOverHttpsToAServerThatIsJudged) {
  const auto result = search(order());
  EXPECT_EQ(result.outcome, SearchOutcome::kDone);
  EXPECT_EQ(result.found.contacts.at(0).number, "1002");
  EXPECT_EQ(result.server, "cucm.lab:8443");
  const http::Request& request = asked_.at(0);
  EXPECT_EQ(request.scheme, http::Scheme::kHttps);
  EXPECT_EQ(http::url_of(request), "https://cucm.lab:8443/cucm-uds/users?name=a");
  EXPECT_TRUE(request.authorization.empty());
  EXPECT_TRUE(request.strict_time);
  EXPECT_TRUE(request.tls.has_value());
  EXPECT_LT(request.total_timeout, std::chrono::seconds(10)) << "the gateway waits no longer";
  ASSERT_TRUE(request.verify({"leaf"}).ok());
  EXPECT_EQ(judged_, "cucm.lab for contact search");
}

TEST_F(F1_Exchanges_Table, A401AsksTheUserAndWhatTheServerTookIsRemembered) {
  next_ = answered(401);
  auto result = search(order());
  EXPECT_EQ(result.outcome, SearchOutcome::kCredentialsWanted);
  EXPECT_THAT(result.reason, HasSubstr("cucm.lab:8443 asks for a user name and a password"));
  next_ = answered(200, kAlice);
  result = search(order("alice", "right"));
  EXPECT_EQ(result.outcome, SearchOutcome::kDone);
  EXPECT_EQ(result.user, "alice");
  EXPECT_TRUE(exchanges_.remembers(kBegin));
  result = search(order(), kBegin + absl::Minutes(5));
  EXPECT_EQ(result.user, "alice");
  EXPECT_TRUE(asked_.back().authorization == *basic_credentials("alice", crypto::Secret::copy_of("right")));
  EXPECT_TRUE(exchanges_.forget());
  search(order(), kBegin + absl::Minutes(5));
  EXPECT_TRUE(asked_.back().authorization.empty());
}

TEST_F(F1_Exchanges_Table, AWrongPasswordIsSaidAndForgotten) {
  search(order("alice", "right"));
  next_ = answered(401);
  const auto result = search(order("alice", "wrong"));
  EXPECT_EQ(result.outcome, SearchOutcome::kCredentialsRefused);
  EXPECT_THAT(result.reason, HasSubstr("has not accepted this user name and password"));
  EXPECT_FALSE(exchanges_.remembers(kBegin));
}

TEST_F(F1_Exchanges_Table, CredentialsThatNoServerTookAreNotRemembered) {
  next_ = answered(500);
  EXPECT_EQ(search(order("alice", "right")).outcome, SearchOutcome::kServerFailed);
  EXPECT_FALSE(exchanges_.remembers(kBegin));
}

TEST_F(F1_Exchanges_Table, ALockAnotherServerAndOtherDemandsOnTlsEndWhatIsRemembered) {
  auto locked = with_uds(), moved = with_uds(), stricter = with_uds(), same = with_uds();
  locked.locked = true;
  moved.contact_search.host = "thief.lab";
  stricter.tls.fips = true;
  same.problem_report.path = "other";
  for (const auto& [settings, kept] :
       {std::pair{locked, false}, std::pair{moved, false}, std::pair{stricter, false}, std::pair{same, true}}) {
    exchanges_.configure(with_uds());
    search(order("alice", "right"));
    ASSERT_TRUE(exchanges_.remembers(kBegin));
    exchanges_.configure(settings);
    EXPECT_EQ(exchanges_.remembers(kBegin), kept);
  }
  // A phone whose settings stay locked may search all the same.
  exchanges_.configure(locked);
  search(order("alice", "right"));
  exchanges_.configure(locked);
  EXPECT_TRUE(exchanges_.remembers(kBegin));
}

TEST_F(F1_Exchanges_Table, WithoutAUsableUrlNobodyIsAsked) {
  exchanges_.configure({});
  auto result = search(order("alice", "right"));
  EXPECT_EQ(result.outcome, SearchOutcome::kNotConfigured);
  EXPECT_THAT(result.reason, HasSubstr("secureUDSUsersAccessURL"));
  UrlSettings refused;
  refused.contact_search.refused = "secureUDSUsersAccessURL: a http URL is refused";
  exchanges_.configure(refused);
  result = search(order("alice", "right"));
  EXPECT_EQ(result.outcome, SearchOutcome::kServerRefused);
  EXPECT_EQ(result.reason, refused.contact_search.refused);
  EXPECT_TRUE(asked_.empty());
  EXPECT_FALSE(exchanges_.remembers(kBegin));
}

TEST_F(F1_Exchanges_Table, WhatTheServerDoesWrongIsSaid) {
  const struct {
    http::Outcome outcome;
    const char* detail;
    SearchOutcome said;
    const char* reason;
  } kRows[] = {{http::Outcome::kRefused, "certificate CN=x is not on the ITL", SearchOutcome::kServerRefused,
                "The server cucm.lab:8443 was refused: certificate CN=x is not on the ITL"},
               {http::Outcome::kUnreachable, "", SearchOutcome::kServerFailed, "cannot be reached"},
               {http::Outcome::kBroken, "not received in time", SearchOutcome::kServerFailed, "not received in time"},
               {http::Outcome::kTooLarge, "x", SearchOutcome::kServerFailed, "larger than 4 MiB"}};
  for (const auto& row : kRows) {
    next_ = {};
    next_.outcome = row.outcome;
    next_.detail = row.detail;
    const auto result = search(order());
    EXPECT_EQ(result.outcome, row.said) << row.reason;
    EXPECT_THAT(result.reason, HasSubstr(row.reason));
  }
  next_ = answered(200, "<html/>");
  EXPECT_THAT(search(order()).reason, HasSubstr("not a list of users"));
  next_.type = "text/html";
  EXPECT_THAT(search(order()).reason, HasSubstr("not XML"));
}

TEST_F(F1_Exchanges_Table, AReportIsPostedAndItsRefusalSaid) {
  const ReportOrder report{.file_name = "prt.tar.gz", .archive = "bytes"};
  next_ = answered(200);
  auto result = exchanges_.upload(report);
  EXPECT_TRUE(result.accepted);
  EXPECT_EQ(result.server, "[2001:db8::5]:443");
  EXPECT_EQ(asked_.back().scheme, http::Scheme::kHttps);
  EXPECT_THAT(asked_.back().post, HasSubstr("bytes"));
  EXPECT_THAT(asked_.back().post, HasSubstr("\r\nSEP0A1B2C3D4E5F\r\n"));
  EXPECT_TRUE(asked_.back().authorization.empty());
  next_ = answered(500);
  result = exchanges_.upload(report);
  EXPECT_FALSE(result.accepted);
  EXPECT_THAT(result.reason, HasSubstr("status 500"));
  exchanges_.configure({});
  EXPECT_THAT(exchanges_.upload(report).reason, HasSubstr("problemReportUploadURL"));
}

}  // namespace
}  // namespace phone::url_services

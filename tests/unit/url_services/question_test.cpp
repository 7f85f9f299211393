// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F1: what is asked of UDS, and as whom.
#include "services/url_services/contacts/question.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/plain.hpp"

namespace phone::url_services {
namespace {

using ::testing::HasSubstr;

struct QueryRow {
  const char* typed;
  const char* query;
};

class F1_SearchQuery_Table : public ::testing::TestWithParam<QueryRow> {};

TEST_P(F1_SearchQuery_Table, IsPercentEncoded) {
  const auto query = search_query(GetParam().typed);
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(*query, std::string(GetParam().query) + "&start=0&max=64");
  EXPECT_TRUE(http::plain_query(*query));
}

INSTANTIATE_TEST_SUITE_P(Rows, F1_SearchQuery_Table,
                         ::testing::Values(QueryRow{"1001", "number=1001"}, QueryRow{"+4930", "number=%2b4930"},
                                           QueryRow{" miller ", "name=miller"},
                                           QueryRow{"M\xC3\xBCller", "name=M%c3%bcller"},
                                           QueryRow{"a&max=9999", "name=a%26max%3d9999"}, QueryRow{"+", "name=%2b"},
                                           QueryRow{"12a", "name=12a"}));

TEST(F1_SearchQuery_Table, WhatCannotBeSearchedForIsRefused) {
  EXPECT_THAT(std::string(search_query("").status().message()), HasSubstr("say what to search for"));
  EXPECT_THAT(std::string(search_query("  ").status().message()), HasSubstr("say what to search for"));
  EXPECT_THAT(std::string(search_query(std::string(65, 'a')).status().message()), HasSubstr("64 characters"));
  EXPECT_THAT(std::string(search_query("a\xFF").status().message()), HasSubstr("cannot be searched for"));
}

TEST(F1_Credentials_Table, AreThoseOfRfc7617) {
  const auto value = basic_credentials("Aladdin", crypto::Secret::copy_of("open sesame"));
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->view(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_TRUE(http::plain_header(value->view()));
  EXPECT_TRUE(basic_credentials("j\xC3\xB6rg", crypto::Secret::copy_of("p:w")).ok())
      << "a colon in the password is fine";
}

TEST(F1_Credentials_Table, ThatCannotBeWrittenAreRefused) {
  const auto refused = [](std::string_view user, std::string_view password) {
    return std::string(basic_credentials(user, crypto::Secret::copy_of(password)).status().message());
  };
  EXPECT_THAT(refused("", "x"), HasSubstr("user name"));
  EXPECT_THAT(refused("a:b", "x"), HasSubstr("no colon"));
  EXPECT_THAT(refused("a\r\nb", "x"), HasSubstr("user name"));
  EXPECT_THAT(refused(std::string(129, 'a'), "x"), HasSubstr("user name"));
  EXPECT_THAT(refused("a", ""), HasSubstr("password"));
  EXPECT_THAT(refused("a", "x\ny"), HasSubstr("password"));
  EXPECT_THAT(refused("a", std::string(129, 'x')), HasSubstr("password"));
}

}  // namespace
}  // namespace phone::url_services

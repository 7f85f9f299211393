// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F1: the answer of UDS is a server's text. It is read within limits, and what is kept of it is clean.
#include "services/url_services/contacts/found_contacts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cstdlib>
#include <pugixml.hpp>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"

namespace phone::url_services {
namespace {

using ::testing::HasSubstr;

std::string users(const std::string& inside, const std::string& attributes = "") {
  return absl::StrCat("<?xml version=\"1.0\"?><users", attributes, ">", inside, "</users>");
}

TEST(F1_FoundContacts_Table, AUserBecomesAContact) {
  const auto found = read_found_contacts(
      users("<user><id>1</id><userName>amiller</userName><firstName>Alice</firstName><lastName>Miller</lastName>"
            "<displayName>Miller, Alice</displayName><phoneNumber> 1002 </phoneNumber><homeNumber>2</homeNumber>"
            "<mobileNumber>+49 30 1</mobileNumber><email>a@cucm.lab</email><directoryUri>alice@cucm.lab</directoryUri>"
            "<department>R&amp;D</department><title>Dr</title><pager>9</pager></user>",
            " totalCount=\"7\""));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->total, 7U);
  ASSERT_EQ(found->contacts.size(), 1U);
  EXPECT_EQ(found->contacts[0], (Contact{.name = "Miller, Alice",
                                         .number = "1002",
                                         .home_number = "2",
                                         .mobile_number = "+49 30 1",
                                         .user = "amiller",
                                         .mail = "a@cucm.lab",
                                         .uri = "alice@cucm.lab",
                                         .department = "R&D",
                                         .title = "Dr"}));
}

struct NameRow {
  const char* elements;
  const char* name;
  const char* number;
};

class F1_ContactNames_Table : public ::testing::TestWithParam<NameRow> {};

TEST_P(F1_ContactNames_Table, TakeTheFirstThatIsThere) {
  const auto found = read_found_contacts(users(absl::StrCat("<user>", GetParam().elements, "</user>")));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->contacts.size(), 1U);
  EXPECT_EQ(found->contacts[0].name, GetParam().name);
  EXPECT_EQ(found->contacts[0].number, GetParam().number);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F1_ContactNames_Table,
    ::testing::Values(NameRow{"<firstName>Alice</firstName><lastName>Miller</lastName><phoneNumber>1</phoneNumber>",
                              "Alice Miller", "1"},
                      NameRow{"<lastName>Miller</lastName><homeNumber>2</homeNumber>", "Miller", "2"},
                      NameRow{"<userName>amiller</userName><mobileNumber>3</mobileNumber>", "amiller", "3"},
                      NameRow{"<nickName>Ally</nickName><userName>amiller</userName>", "Ally", ""},
                      NameRow{"<phoneNumber>4</phoneNumber>", "", "4"},
                      NameRow{"<displayName></displayName><firstName>Al</firstName>", "Al", ""}));

TEST(F1_FoundContacts_Table, UsersWithoutNameAndNumberAreLeftOutAndStillCounted) {
  const auto found = read_found_contacts(users("<user><email>x@y</email></user><user/><other/>"));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->contacts.empty());
  EXPECT_EQ(found->total, 2U);
}

TEST(F1_FoundContacts_Table, FiveThousandUsersAreReadAndTheFirst64Kept) {
  std::string inside;
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&inside, "<user><id>", i, "</id><userName>u", i, "</userName><displayName>User ", i,
                    "</displayName><phoneNumber>", 10000 + i, "</phoneNumber></user>");
  }
  const auto found = read_found_contacts(users(inside, " totalCount=\"12\""));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->contacts.size(), 64U);
  EXPECT_EQ(found->contacts[63].number, "10063");
  EXPECT_EQ(found->total, 5000U) << "what was sent counts, whatever the server says";
}

TEST(F1_FoundContacts_Table, TextIsCleanAndBounded) {
  const std::string evil = absl::StrCat("\xE2\x80\xAE", "evil&#27;[2J&#10;next", std::string(3000, 'A'));
  const auto found = read_found_contacts(users(absl::StrCat("<user><displayName>", evil, "</displayName></user>")));
  ASSERT_TRUE(found.ok()) << found.status();
  const std::string& name = found->contacts.at(0).name;
  EXPECT_TRUE(text::is_clean(name)) << name;
  EXPECT_LE(name.size(), kMostFieldBytes);
  EXPECT_EQ(name.find('\x1B'), std::string::npos);
  EXPECT_EQ(name.rfind("evil", 0), 0U) << name;
}

TEST(F1_FoundContacts_Table, WhatIsNoAnswerIsRefusedWithTheReason) {
  std::string deep, wide;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 150'001; ++i) wide += "<a x=\"\"/>";
  const struct {
    std::string xml;
    const char* reason;
  } kRows[] = {{"", "not well-formed XML"},
               {"<html/>", "not a list of users"},
               {"{\"users\":[]}", "not well-formed XML"},
               {"<users><user>", "not well-formed XML"},
               {"<!DOCTYPE users [<!ENTITY a \"b\">]><users/>", "document type"},
               {users(deep), "not well-formed XML"},
               {users("<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>"), "nested too deeply"},
               {users(wide), "too many elements"},
               {std::string(kMostAnswerBytes + 1, ' '), "larger than 4 MiB"}};
  for (const auto& row : kRows) {
    const auto found = read_found_contacts(row.xml);
    ASSERT_FALSE(found.ok()) << row.xml.substr(0, 60);
    EXPECT_THAT(std::string(found.status().message()), HasSubstr(row.reason)) << row.xml.substr(0, 60);
  }
}

TEST(F1_FoundContacts_Table, APrefixAndOtherElementsDoNotMatter) {
  const auto found = read_found_contacts(
      "<u:users xmlns:u=\"x\"><u:note/><u:user uri=\"y\"><u:displayName>Bob</u:displayName></u:user></u:users>");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->contacts.at(0).name, "Bob");
}

std::size_t g_allocated = 0;

// The process has 96 MB, and the parser would take 100 MB for 4 MiB of these.
TEST(F1_FoundContacts, TooManyElementsAreRefusedBeforeTheParserAllocatesForThem) {
  const auto allocate = pugi::get_memory_allocation_function();
  pugi::set_memory_management_functions(
      [](std::size_t bytes) {
        g_allocated += bytes;
        return std::malloc(bytes);
      },
      std::free);
  std::string xml = "<users>";
  while (xml.size() + 20 < kMostAnswerBytes) xml += "<a/>x";
  const auto found = read_found_contacts(xml + "</users>");
  pugi::set_memory_management_functions(allocate, std::free);
  EXPECT_EQ(found.status().message(), "the answer has too many elements");
  EXPECT_LT(g_allocated, 1'000'000U);
}

}  // namespace
}  // namespace phone::url_services

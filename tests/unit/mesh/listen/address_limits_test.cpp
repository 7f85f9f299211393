#include "common/mesh/listen/address_limits.hpp"

#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

using Answer = AddressBook::Answer;
const absl::Time kMorning = absl::FromUnixSeconds(1'000'000);

TEST(Mesh_AddressBook, OneAddressHasSomePlacesAndFewerHandshakes) {
  AddressBook book;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kLetIn);
  EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kTooManyHandshakes);
  EXPECT_EQ(book.came("10.0.0.2", kMorning), Answer::kLetIn) << "another address has its own";
  book.shook("10.0.0.1");
  EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kLetIn);
  book.shook("10.0.0.1");
  EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kTooMany);
  book.left("10.0.0.1");
  EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kLetIn);
}

TEST(Mesh_AddressBook, ArrivalsASecondAreBounded) {
  AddressBook book;
  const auto knock = [&](absl::Time when) {
    const auto answer = book.came("10.0.0.1", when);
    if (answer == Answer::kLetIn) {
      book.shook("10.0.0.1");
      book.left("10.0.0.1");
    }
    return answer;
  };
  for (int i = 0; i < 64; ++i) EXPECT_EQ(knock(kMorning), Answer::kLetIn);
  EXPECT_EQ(knock(kMorning), Answer::kTooOften);
  EXPECT_EQ(knock(kMorning + absl::Milliseconds(300)), Answer::kLetIn);
  EXPECT_EQ(knock(kMorning + absl::Milliseconds(300)), Answer::kTooOften);
}

TEST(Mesh_AddressBook, RefusedAddressComesBackAfterAMinute) {
  AddressBook book;
  book.refuse("10.0.0.1", kMorning);
  EXPECT_EQ(book.came("10.0.0.1", kMorning + absl::Seconds(59)), Answer::kRefused);
  EXPECT_EQ(book.came("10.0.0.1", kMorning + absl::Seconds(61)), Answer::kLetIn);
}

TEST(Mesh_AddressBook, TheOneNotSeenForLongestIsForgotten) {
  AddressBook book;
  book.refuse("10.0.0.1", kMorning);
  EXPECT_EQ(book.came("10.0.0.1", kMorning + absl::Seconds(1)), Answer::kRefused);
  for (size_t i = 1; i < AddressBook::kAddresses; ++i) {
    ASSERT_EQ(book.came(std::to_string(i), kMorning), Answer::kLetIn);
    book.shook(std::to_string(i));
    book.left(std::to_string(i));
  }
  EXPECT_EQ(book.came("10.0.0.2", kMorning + absl::Seconds(2)), Answer::kLetIn);
  EXPECT_EQ(book.size(), AddressBook::kAddresses);
  EXPECT_EQ(book.came("10.0.0.1", kMorning + absl::Seconds(3)), Answer::kRefused) << "it was seen a moment ago";
}

TEST(Mesh_AddressBook, ManyAddressesTakeNoMoreThanTheirShareOfMemoryAndNobodysPlace) {
  AddressBook book;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kLetIn);
  for (int i = 0; i < 100'000; ++i) {
    const std::string address = std::to_string(i);
    ASSERT_EQ(book.came(address, kMorning + absl::Milliseconds(i)), Answer::kLetIn);
    book.shook(address);
    book.left(address);
  }
  EXPECT_LE(book.size(), AddressBook::kAddresses);
  EXPECT_EQ(book.came("10.0.0.1", kMorning), Answer::kTooManyHandshakes);
}

}  // namespace
}  // namespace phone::mesh

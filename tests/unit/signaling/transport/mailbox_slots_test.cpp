// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/mailbox_slots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace phone::signaling {
namespace {

TEST(MailboxSlots, AFloodOnOneConnectionTakesNoPlaceOfAnother) {
  MailboxSlots places(4);
  std::vector<std::shared_ptr<void>> taken;
  for (int i = 0; i < 4; ++i) taken.push_back(places.take(1));
  std::atomic<bool> fifth = false;
  std::thread waiting([&] {
    const auto place = places.take(1);
    fifth = true;
  });
  for (int i = 0; i < 4; ++i) taken.push_back(places.take(2));  // would hang here
  EXPECT_FALSE(fifth) << "a fifth message was let in while four wait";
  taken.erase(taken.begin());
  waiting.join();
  EXPECT_TRUE(fifth);
}

}  // namespace
}  // namespace phone::signaling

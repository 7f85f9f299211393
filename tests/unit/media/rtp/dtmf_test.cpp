// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/dtmf.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "common/crypto/digest.hpp"

namespace phone::media {
namespace {

TEST(Dtmf, TheExampleSequenceIsWhatIsSent) {
  std::ifstream file(PHONE_SHARED_DIR "/testdata/srtp/vectors.json");
  if (!file) GTEST_SKIP() << "testdata/srtp/vectors.json is not here";
  const auto vectors = nlohmann::json::parse(file);
  const auto& example = vectors["rfc4733"]["example"];
  std::vector<std::string> wanted, sent;
  for (const auto& row : example["payloads"]) wanted.push_back(row["payload"]);
  DigitSender sender;
  ASSERT_TRUE(sender.add('5'));
  for (uint32_t at = 1600; sender.busy(); at += 160) {
    const auto step = sender.step(at, 160);
    if (!step) continue;
    EXPECT_EQ(step->timestamp, 1600U) << "one timestamp for the whole key";
    EXPECT_EQ(step->marker, sent.empty());
    std::string payload(kEventOctets, 0);
    write_event(step->event, reinterpret_cast<uint8_t*>(payload.data()));
    for (int i = 0; i < step->copies; ++i) sent.push_back(crypto::hex(payload));
  }
  EXPECT_EQ(sent, wanted);
  for (const auto& [key, code] : vectors["rfc4733"]["event_codes"].items()) {
    if (key.size() != 1) continue;  // "flash" is no key
    EXPECT_EQ(event_of(key[0]).value_or(255), code.get<int>());
  }
}

TEST(Dtmf, TheQueueIsBounded) {
  DigitSender sender;
  for (size_t i = 0; i < kMaxDigits; ++i) EXPECT_TRUE(sender.add('1'));
  EXPECT_FALSE(sender.add('1'));
  EXPECT_FALSE(DigitSender().add('x'));
  EXPECT_FALSE(parse_event(std::vector<uint8_t>{1, 2, 3}).has_value());
}

}  // namespace
}  // namespace phone::media

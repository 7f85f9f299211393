// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/srtp.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/media/rtp/bytes.hpp"
#include "services/media/rtp/rtp.hpp"
#include "tests/unit/media/oracle.hpp"

namespace phone::media {
namespace {

std::string key_for(Suite suite, char seed = 1) {
  std::string key(shape_of(suite).key_salt_octets(), 0);
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<char>(seed + static_cast<char>(i) * 7);
  return key;
}

std::vector<uint8_t> plain_packet(uint32_t ssrc, uint16_t sequence) {
  std::vector<uint8_t> packet(12 + 160, 0xd5);
  write_rtp_header({.payload_type = 0, .sequence = sequence, .timestamp = sequence * 160U, .ssrc = ssrc},
                   packet.data());
  return packet;
}

std::vector<uint8_t> sealed(SrtpSender& sender, uint16_t sequence) {
  auto packet = plain_packet(sender.state().ssrc, sequence);
  size_t size = packet.size();
  packet.resize(size + kMaxTrailerOctets);
  EXPECT_TRUE(sender.protect(packet.data(), size));
  packet.resize(size);
  return packet;
}

Verdict hear(SrtpReceiver& receiver, const std::vector<uint8_t>& packet) {
  std::vector<uint8_t> out(packet.size());
  size_t size = 0;
  return receiver.unprotect(packet, out, size);
}

class EverySuite : public testing::TestWithParam<Suite> {};
std::string name_of(const testing::TestParamInfo<Suite>& info) { return std::string(shape_of(info.param).name); }

using F20_Srtp = EverySuite;
INSTANTIATE_TEST_SUITE_P(Suites, F20_Srtp,
                         testing::Values(Suite::kAeadAes256Gcm, Suite::kAeadAes128Gcm, Suite::kAesCm128HmacSha1_80,
                                         Suite::kAesCm128HmacSha1_32),
                         name_of);

TEST_P(F20_Srtp, AnIndependentDecoderWithTheKeyReadsWhatLeavesAndWithoutItDoesNot) {
  const SuiteShape& shape = shape_of(GetParam());
  auto sender = SrtpSender::create(GetParam(), key_for(GetParam()), 0xcafe);
  ASSERT_TRUE(sender.ok()) << sender.status();
  const auto plain = plain_packet(0xcafe, 7);
  const auto wire = sealed(**sender, 7);
  EXPECT_EQ(wire.size(), plain.size() + shape.rtp_tag_octets);
  EXPECT_FALSE(std::equal(plain.begin() + 12, plain.end(), wire.begin() + 12));
  const auto open = [&](const std::string& key) {
    return oracle::open_rtp(shape.aead, shape.rtp_tag_octets, shape.key_octets, key, 0, wire);
  };
  EXPECT_EQ(open(key_for(GetParam())), std::string(160, static_cast<char>(0xd5)));
  EXPECT_FALSE(open(key_for(GetParam(), 2)).has_value());
}

TEST_P(F20_Srtp, AlteredClearAndRepeatedPacketsAreRefusedAndTheGoodOneIsStillHeard) {
  auto sender = SrtpSender::create(GetParam(), key_for(GetParam()), 5);
  auto receiver = SrtpReceiver::create(GetParam(), key_for(GetParam()));
  const auto good = sealed(**sender, 100);
  auto altered = good;
  altered[40] ^= 1;
  EXPECT_EQ(hear(**receiver, altered), Verdict::kUnauthentic);
  EXPECT_EQ(hear(**receiver, plain_packet(5, 100)), Verdict::kUnauthentic);
  EXPECT_EQ((*receiver)->state().sources, 0U) << "state only after authentication";
  EXPECT_EQ(hear(**receiver, good), Verdict::kOk);
  EXPECT_EQ(hear(**receiver, good), Verdict::kReplay);
  EXPECT_EQ(hear(**receiver, std::vector<uint8_t>(good.begin(), good.begin() + 13)), Verdict::kMalformed);
}

// media.md 4.2: in front of the tag, behind it with AEAD; of SRTCP behind the index.
TEST_P(F20_Srtp, AnMkiIsTakenOffWhereTheSuiteHasItAndNothingElseIsHeard) {
  const std::string mki("\0\0\4\x2a", 4);
  const SuiteShape& shape = shape_of(GetParam());
  auto sender = SrtpSender::create(GetParam(), key_for(GetParam()), 5);
  auto receiver = SrtpReceiver::create(GetParam(), key_for(GetParam()), Continuity::kNone, {}, mki);
  ASSERT_TRUE(receiver.ok());
  const auto bearing = [](std::vector<uint8_t> packet, const std::string& octets, size_t tag) {
    packet.insert(packet.end() - static_cast<ptrdiff_t>(tag), octets.begin(), octets.end());
    return packet;
  };
  const size_t rtp_tag = shape.aead ? 0 : shape.rtp_tag_octets, rtcp_tag = shape.aead ? 0 : shape.rtcp_tag_octets;
  const auto first = sealed(**sender, 100);
  EXPECT_EQ(hear(**receiver, first), Verdict::kUnauthentic) << "without";
  EXPECT_EQ(hear(**receiver, bearing(first, std::string("\0\0\4\x2b", 4), rtp_tag)), Verdict::kUnauthentic)
      << "another";
  EXPECT_EQ(hear(**receiver, bearing(first, mki, rtp_tag)), Verdict::kOk);
  EXPECT_EQ(hear(**receiver, bearing(first, mki, rtp_tag)), Verdict::kReplay);
  EXPECT_EQ(hear(**receiver, {first.begin(), first.begin() + 13}), Verdict::kUnauthentic);
  std::vector<uint8_t> report = {0x80, 201, 0, 1, 0, 0, 0, 5};
  size_t size = report.size();
  report.resize(size + kMaxTrailerOctets);
  ASSERT_TRUE((*sender)->protect_rtcp(report.data(), size));
  report.resize(size);
  std::vector<uint8_t> out(size + mki.size());
  EXPECT_EQ((*receiver)->unprotect_rtcp(report, out, size), Verdict::kUnauthentic) << "without";
  EXPECT_EQ((*receiver)->unprotect_rtcp(bearing(report, mki, rtcp_tag), out, size), Verdict::kOk);
  EXPECT_EQ(size, 8U);
  EXPECT_FALSE(
      SrtpReceiver::create(GetParam(), key_for(GetParam()), Continuity::kNone, {}, std::string(129, 'm')).ok());
}

TEST_P(F20_Srtp, NoIndexIsUsedTwice) {
  auto sender = SrtpSender::create(GetParam(), key_for(GetParam()), 5);
  sealed(**sender, 100);
  auto again = plain_packet(5, 100);
  size_t size = again.size();
  again.resize(size + kMaxTrailerOctets);
  EXPECT_FALSE((*sender)->protect(again.data(), size));
}

TEST_P(F20_Srtp, AnyNumberOfSourcesIsHeardInTurnAndNothingOfTheirsTwice) {
  auto receiver = SrtpReceiver::create(GetParam(), key_for(GetParam()));
  std::vector<std::unique_ptr<SrtpSender>> senders;
  std::vector<std::vector<uint8_t>> heard;
  for (uint32_t ssrc = 1; ssrc <= 100; ++ssrc) {
    senders.push_back(*SrtpSender::create(GetParam(), key_for(GetParam()), ssrc));
    for (uint16_t sequence = 5; sequence < 8; ++sequence) {
      heard.push_back(sealed(*senders.back(), sequence));
      ASSERT_EQ(hear(**receiver, heard.back()), Verdict::kOk) << ssrc;
    }
  }
  for (const auto& packet : heard) EXPECT_EQ(hear(**receiver, packet), Verdict::kReplay);
  // One that was silent for long is back, and what it said before is not heard after that either.
  EXPECT_EQ(hear(**receiver, sealed(*senders[3], 9)), Verdict::kOk);
  EXPECT_EQ(hear(**receiver, heard[3 * 3 + 2]), Verdict::kReplay);
  EXPECT_EQ(hear(**receiver, sealed(*senders[3], 10)), Verdict::kOk);
  for (uint32_t other = 20; other < 40; ++other) EXPECT_EQ(hear(**receiver, sealed(*senders[other], 9)), Verdict::kOk);
  EXPECT_EQ((*receiver)->state().sources, kMaxSources) << "contexts, and the record of a restart";
  EXPECT_EQ(hear(**receiver, sealed(*senders[3], 11)), Verdict::kOk);
}

TEST_P(F20_Srtp, AKeyBringsABoundedNumberOfSources) {
  auto receiver = SrtpReceiver::create(GetParam(), key_for(GetParam()));
  constexpr uint32_t kMost = kMaxSources + kMaxRetiredSources;
  for (uint32_t ssrc = 1; ssrc <= kMost + 1; ++ssrc) {
    auto sender = SrtpSender::create(GetParam(), key_for(GetParam()), ssrc);
    ASSERT_EQ(hear(**receiver, sealed(**sender, 1)), ssrc <= kMost ? Verdict::kOk : Verdict::kTooManySources);
  }
}

using F81_SrtpRestart = EverySuite;
INSTANTIATE_TEST_SUITE_P(Suites, F81_SrtpRestart, testing::Values(Suite::kAeadAes256Gcm, Suite::kAesCm128HmacSha1_32),
                         name_of);

// A peer that has sent over two rollovers, a receiver that dies and comes back with the snapshot.
TEST_P(F81_SrtpRestart, RolloverIsRestoredAndNothingHeardBeforeIsHeardAgain) {
  const std::string key = key_for(GetParam());
  auto sender = SrtpSender::create(GetParam(), key, 7, uint64_t{2} << 16);
  const auto old = sealed(**sender, 60000);
  const auto last = sealed(**sender, 60100);
  const auto later = sealed(**sender, 60110);
  const auto between = sealed(**sender, 60109 + 2);
  ReceiveState snapshot;
  snapshot.sources = 1;
  snapshot.source[0] = {7, uint64_t{2} << 16 | 60100};
  auto lost = SrtpReceiver::create(GetParam(), key);
  EXPECT_EQ(hear(**lost, later), Verdict::kUnauthentic) << "without the counter it would be silence for ever";
  auto receiver = SrtpReceiver::create(GetParam(), key, Continuity::kRestored, snapshot);
  ASSERT_TRUE(receiver.ok());
  EXPECT_EQ(hear(**receiver, last), Verdict::kReplay);
  EXPECT_EQ(hear(**receiver, old), Verdict::kReplay);
  EXPECT_EQ(hear(**receiver, later), Verdict::kOk);
  EXPECT_EQ(hear(**receiver, last), Verdict::kReplay) << "also after the window is in use again";
  EXPECT_EQ(hear(**receiver, old), Verdict::kReplay);
  EXPECT_EQ(hear(**receiver, between), Verdict::kOk);
  EXPECT_EQ((*receiver)->state().source[0].index, uint64_t{2} << 16 | 60111);
}

TEST_P(F81_SrtpRestart, ACounterThatRolledOverWhileWeWereAwayIsFound) {
  const std::string key = key_for(GetParam());
  auto sender = SrtpSender::create(GetParam(), key, 7, uint64_t{3} << 16);
  ReceiveState snapshot;
  snapshot.sources = 1;
  snapshot.source[0] = {7, uint64_t{2} << 16 | 65500};
  auto receiver = SrtpReceiver::create(GetParam(), key, Continuity::kRestored, snapshot);
  auto damaged = sealed(**sender, 9);
  damaged[20] ^= 4;
  EXPECT_EQ(hear(**receiver, damaged), Verdict::kUnauthentic);
  EXPECT_EQ(hear(**receiver, sealed(**sender, 10)), Verdict::kOk);
  EXPECT_EQ((*receiver)->state().source[0].index, uint64_t{3} << 16 | 10);
}

TEST_P(F81_SrtpRestart, ANewSourceIsHeardBesideARestoredOne) {
  const std::string key = key_for(GetParam());
  ReceiveState snapshot;
  snapshot.sources = 1;
  snapshot.source[0] = {7, 65536};
  auto receiver = SrtpReceiver::create(GetParam(), key, Continuity::kRestored, snapshot);
  auto other = SrtpSender::create(GetParam(), key, 8);
  EXPECT_EQ(hear(**receiver, sealed(**other, 3)), Verdict::kOk);
}

TEST_P(F81_SrtpRestart, AfterANewKeyTheCounterMayGoOnOrStartAgain) {
  const std::string key = key_for(GetParam(), 9);
  ReceiveState snapshot;
  snapshot.sources = 1;
  snapshot.source[0] = {7, uint64_t{2} << 16 | 500};
  for (const uint64_t rollover : {0, 2}) {
    auto sender = SrtpSender::create(GetParam(), key, 7, rollover << 16);
    auto receiver = SrtpReceiver::create(GetParam(), key, Continuity::kRekeyed, snapshot);
    EXPECT_EQ(hear(**receiver, sealed(**sender, 510)), Verdict::kOk) << rollover;
  }
}

TEST_P(F81_SrtpRestart, RtcpHeardBeforeIsNotHeardAgain) {
  const std::string key = key_for(GetParam());
  auto sender = SrtpSender::create(GetParam(), key, 7);
  std::vector<std::vector<uint8_t>> packets;
  for (int i = 0; i < 3; ++i) {
    std::vector<uint8_t> packet{0x80, 201, 0, 1, 0, 0, 0, 7};
    size_t size = packet.size();
    packet.resize(size + kMaxTrailerOctets);
    ASSERT_TRUE((*sender)->protect_rtcp(packet.data(), size));
    packet.resize(size);
    packets.push_back(packet);
  }
  ReceiveState snapshot;
  snapshot.rtcp_index = 2;
  auto receiver = SrtpReceiver::create(GetParam(), key, Continuity::kRestored, snapshot);
  std::vector<uint8_t> out(100);
  size_t size = 0;
  EXPECT_EQ((*receiver)->unprotect_rtcp(packets[1], out, size), Verdict::kReplay);
  EXPECT_EQ((*receiver)->unprotect_rtcp(packets[2], out, size), Verdict::kOk);
}

TEST(SrtpIndex, IsTheNearestToTheHighestAuthenticated) {
  EXPECT_EQ(guess_index(0, 40), 40U);
  EXPECT_EQ(guess_index(65535, 0), 65536U);
  EXPECT_EQ(guess_index(65536, 65535), 65535U);
  EXPECT_EQ(guess_index(uint64_t{5} << 16 | 40000, 39000), uint64_t{5} << 16 | 39000);
  EXPECT_EQ(guess_index(3, 65000), 65000U) << "no counter below zero";
}

TEST(SrtpSuites, OnlyTheFourOfTheFeatureListAreKnown) {
  EXPECT_EQ(suites().size(), 4U);
  for (const char* name : {"AES_256_CM_HMAC_SHA1_80", "F8_128_HMAC_SHA1_80", "aead_aes_256_gcm", "", "NULL"}) {
    EXPECT_EQ(find_suite(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace phone::media

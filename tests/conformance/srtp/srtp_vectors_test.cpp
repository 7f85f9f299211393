// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The packets of testdata/srtp/vectors.json and srtp-kat.json, both ways, for the four suites this phone speaks.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/crypto/digest.hpp"
#include "services/media/codec/g711.hpp"
#include "services/media/rtp/bytes.hpp"
#include "services/media/rtp/srtp.hpp"

namespace phone::media {
namespace {

using nlohmann::json;

json load(const std::string& name) {
  std::ifstream file(std::string(PHONE_SHARED_DIR "/testdata/srtp/") + name);
  return file ? json::parse(file) : json();
}

std::string bytes_of(const json& hex) { return crypto::unhex(hex.get<std::string>()).value_or(""); }

std::vector<uint8_t> packet_of(const json& hex) {
  const std::string bytes = bytes_of(hex);
  return {bytes.begin(), bytes.end()};
}

struct Protected {
  std::vector<uint8_t> bytes;
  bool ok = false;
};

Protected protect(SrtpSender& sender, std::vector<uint8_t> plain, bool rtcp) {
  size_t size = plain.size();
  plain.resize(size + kMaxTrailerOctets);
  const bool ok = rtcp ? sender.protect_rtcp(plain.data(), size) : sender.protect(plain.data(), size);
  plain.resize(size);
  return {plain, ok};
}

std::vector<uint8_t> unprotect(SrtpReceiver& receiver, const std::vector<uint8_t>& in, bool rtcp, Verdict& verdict) {
  std::vector<uint8_t> out(in.size());
  size_t size = 0;
  verdict = rtcp ? receiver.unprotect_rtcp(in, out, size) : receiver.unprotect(in, out, size);
  out.resize(verdict == Verdict::kOk ? size : 0);
  return out;
}

class F30_SrtpVectors_Table : public testing::Test {
 protected:
  void SetUp() override {
    vectors_ = load("vectors.json");
    if (vectors_.is_null()) GTEST_SKIP() << "testdata/srtp/vectors.json is not here";
  }
  json vectors_;
};

TEST_F(F30_SrtpVectors_Table, EveryComputedRtpPacketIsReproducedAndRead) {
  int packets = 0;
  for (const json& stream : vectors_["srtp_streams_computed"]) {
    const SuiteShape* shape = find_suite(stream["suite"].get<std::string>());
    if (shape == nullptr) continue;  // AES_256_CM is not among ours
    const std::string key = bytes_of(stream["master_key"]) + bytes_of(stream["master_salt"]);
    const auto check = [&](SrtpSender& sender, SrtpReceiver& receiver, const json& row) {
      const auto plain = packet_of(row["rtp"]);
      const auto wire = packet_of(row["srtp"]);
      const Protected made = protect(sender, plain, false);
      ASSERT_TRUE(made.ok) << shape->name;
      EXPECT_EQ(made.bytes, wire) << shape->name;
      Verdict verdict{};
      EXPECT_EQ(unprotect(receiver, wire, false, verdict), plain) << shape->name;
      EXPECT_EQ(verdict, Verdict::kOk);
      unprotect(receiver, wire, false, verdict);
      EXPECT_EQ(verdict, Verdict::kReplay);
      ++packets;
    };
    const auto ssrc_of = [](const json& row) { return get32(packet_of(row["rtp"]).data() + 8); };

    const json& roll = stream["rollover_sequence"];
    auto sender = SrtpSender::create(shape->suite, key, ssrc_of(roll[0]));
    auto receiver = SrtpReceiver::create(shape->suite, key);
    ASSERT_TRUE(sender.ok() && receiver.ok());
    for (const json& row : roll) check(**sender, **receiver, row);
    EXPECT_EQ((*receiver)->state().source[0].index >> 16, 1U) << "the counter rolled over";
    EXPECT_EQ((*sender)->state().index, (*receiver)->state().source[0].index);

    const json& extended = stream["with_one_byte_header_extension"];
    sender = SrtpSender::create(shape->suite, key, ssrc_of(extended));
    check(**sender, **receiver, extended);

    const json& later = stream["restart_at_roc"];
    const uint64_t rollover = later["roc"].get<uint64_t>();
    sender = SrtpSender::create(shape->suite, key, ssrc_of(later), rollover << 16);
    ReceiveState before;
    before.sources = 1;
    before.source[0] = {ssrc_of(later), rollover << 16 | 0x9000};
    receiver = SrtpReceiver::create(shape->suite, key, Continuity::kRestored, before);
    ASSERT_TRUE(sender.ok() && receiver.ok());
    check(**sender, **receiver, later);
  }
  EXPECT_GE(packets, 18);
}

TEST_F(F30_SrtpVectors_Table, TheFirstRtcpPacketOfEachSuiteIsReproducedAndRead) {
  int packets = 0;
  for (const json& stream : vectors_["srtp_streams_computed"]) {
    const SuiteShape* shape = find_suite(stream["suite"].get<std::string>());
    if (shape == nullptr) continue;
    const std::string key = bytes_of(stream["master_key"]) + bytes_of(stream["master_salt"]);
    for (const json& row : stream["srtcp"]) {
      const auto plain = packet_of(row["rtcp"]);
      const auto wire = packet_of(row["srtcp"]);
      auto receiver = SrtpReceiver::create(shape->suite, key);
      Verdict verdict{};
      const auto read = unprotect(**receiver, wire, true, verdict);
      if (row["E"] == 0) {  // UNENCRYPTED_SRTCP is never agreed to, so it is never heard
        EXPECT_EQ(verdict, Verdict::kUnauthentic) << shape->name;
        continue;
      }
      EXPECT_EQ(read, plain) << shape->name << " index " << row["index"];
      EXPECT_EQ((*receiver)->state().rtcp_index, row["index"].get<uint32_t>());
      ++packets;
      if (row["index"] != 1) continue;
      auto sender = SrtpSender::create(shape->suite, key, get32(plain.data() + 4));
      EXPECT_EQ(protect(**sender, plain, true).bytes, wire) << shape->name;
    }
  }
  EXPECT_GE(packets, 8);
}

TEST_F(F30_SrtpVectors_Table, APacketWithAnMkiIsReadByWhoHasAgreedToIt) {
  const json kat = load("srtp-kat.json");
  if (kat.is_null()) GTEST_SKIP() << "testdata/srtp/srtp-kat.json is not here";
  const json& row = vectors_["mki"];
  const std::string key = bytes_of(kat["keys"]["test_key"]).substr(0, 30), mki = bytes_of(row["mki"]);
  const Suite suite = find_suite(row["suite"].get<std::string>())->suite;
  for (const auto& [agreed, expected] : {std::pair(mki, Verdict::kOk), std::pair(std::string(), Verdict::kUnauthentic),
                                         std::pair(bytes_of(kat["keys"]["test_mki_id_2"]), Verdict::kUnauthentic)}) {
    auto receiver = SrtpReceiver::create(suite, key, Continuity::kNone, {}, agreed);
    ASSERT_TRUE(receiver.ok()) << receiver.status();
    Verdict verdict{};
    const auto read = unprotect(**receiver, packet_of(row["srtp"]), false, verdict);
    EXPECT_EQ(verdict, expected);
    EXPECT_EQ(read, expected == Verdict::kOk ? packet_of(row["rtp"]) : std::vector<uint8_t>());
  }
}

TEST_F(F30_SrtpVectors_Table, PublishedGcmPacketsAreRead) {
  // RFC 7714 16 and 17 give session keys, which no SRTP interface takes; libsrtp's published packets begin at the
  // master key.
  const json kat = load("srtp-kat.json");
  if (kat.is_null()) GTEST_SKIP() << "testdata/srtp/srtp-kat.json is not here";
  struct Row {
    const char* vector;
    const char* key;
    Suite suite;
    const char* plain;
  };
  for (const Row& row : {Row{"srtp_validate", "test_key", Suite::kAesCm128HmacSha1_80, "srtp_plaintext_ref"},
                         Row{"srtp_validate_gcm", "test_key_gcm", Suite::kAeadAes128Gcm, "rtp_plaintext_ref"}}) {
    const json& vector = kat["vectors"][row.vector];
    const std::string key = bytes_of(kat["keys"][row.key]).substr(0, shape_of(row.suite).key_salt_octets());
    auto receiver = SrtpReceiver::create(row.suite, key);
    ASSERT_TRUE(receiver.ok());
    Verdict verdict{};
    EXPECT_EQ(unprotect(**receiver, packet_of(vector["srtp_ciphertext"]), false, verdict), packet_of(vector[row.plain]))
        << row.vector;
    EXPECT_EQ(unprotect(**receiver, packet_of(vector["srtcp_ciphertext"]), true, verdict),
              packet_of(vector["rtcp_plaintext_ref"]))
        << row.vector;
  }
}

TEST_F(F30_SrtpVectors_Table, KeyLengthsAreThoseOfTheTable) {
  for (const SuiteShape& shape : suites()) {
    const json& row = vectors_["sdes_lengths"][std::string(shape.name)];
    EXPECT_EQ(shape.key_octets, row["key"].get<size_t>());
    EXPECT_EQ(shape.salt_octets, row["salt"].get<size_t>());
    EXPECT_EQ(shape.rtp_tag_octets, row["srtp_tag"].get<size_t>());
    EXPECT_EQ(shape.rtcp_tag_octets, row["srtcp_tag"].get<size_t>());
    for (const size_t length : {shape.key_salt_octets() - 1, shape.key_salt_octets() + 1, size_t{0}}) {
      EXPECT_FALSE(SrtpSender::create(shape.suite, std::string(length, 'k'), 1).ok()) << shape.name << " " << length;
      EXPECT_FALSE(SrtpReceiver::create(shape.suite, std::string(length, 'k')).ok()) << shape.name << " " << length;
    }
  }
}

TEST_F(F30_SrtpVectors_Table, G711IsThePublishedTable) {
  const json& g711 = vectors_["g711"];
  for (size_t code = 0; code < 256; ++code) {
    EXPECT_EQ(from_ulaw(static_cast<uint8_t>(code)), g711["ulaw_decode"][code].get<int>());
    EXPECT_EQ(from_alaw(static_cast<uint8_t>(code)), g711["alaw_decode"][code].get<int>());
  }
}

}  // namespace
}  // namespace phone::media

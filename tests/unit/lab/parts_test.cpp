// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Small parts of the lab: framing, header pieces, security levels, tones, faults, configuration.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/lab/samples.hpp"
#include "tools/lab/configuration.hpp"
#include "tools/lab/faults.hpp"
#include "tools/lab/sip/call_security.hpp"
#include "tools/lab/sip/sip_message.hpp"
#include "tools/lab/tone.hpp"
#include "tools/lab/wav.hpp"

namespace phone::lab {
namespace {

const std::string kOptions =
    "OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/TLS h;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=x\r\nt: \"N;tag=no\" <sip:c@d>\r\n"
    "i: 1\r\nCSeq: 5 OPTIONS\r\nl: 2\r\n\r\nhi";

TEST(LabSip, MessagesAreCutFromAStreamInAnyPieces) {
  SipFramer framer;
  std::vector<std::string> messages;
  for (const char byte : "\r\n\r\n" + kOptions + kOptions) {
    framer.append({&byte, 1});
    while (auto one = framer.next()) messages.push_back(*one);
  }
  EXPECT_EQ(messages, (std::vector<std::string>{kOptions, kOptions}));
  EXPECT_EQ(framer.take_pings(), 1u);
}

TEST(LabSip, GarbageBreaksTheFrame) {
  for (const std::string& bad : {std::string("garbage\r\n\r\n"), std::string(70000, 'x'),
                                 "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n" + std::string()}) {
    SipFramer framer;
    framer.append(bad);
    EXPECT_FALSE(framer.next());
    EXPECT_TRUE(framer.broken());
  }
}

TEST(LabSip, CompactNamesAndParametersAreUnderstood) {
  const auto message = parse_sip(kOptions);
  ASSERT_TRUE(message);
  EXPECT_EQ(sip_parameter(message->header("From"), "tag"), "x");
  EXPECT_EQ(sip_uri(message->header("To")), "sip:c@d");
  EXPECT_EQ(sip_user(message->header("To")), "c");
  EXPECT_EQ(sip_branch(*message), "z9hG4bK1");
  EXPECT_EQ(sip_cseq(*message), 5u);
}

TEST(LabCallSecurity, TheLowestLegCounts) {
  const std::string secure = "m=audio 1 RTP/SAVP 0\r\na=crypto:1 AEAD_AES_256_GCM inline:x\r\n";
  EXPECT_EQ(leg_level(true, secure), SecurityLevel::kEncrypted);
  EXPECT_EQ(leg_level(true, "m=audio 1 RTP/AVP 0\r\na=crypto:1 AEAD_AES_256_GCM inline:x\r\n"),
            SecurityLevel::kAuthenticated);
  EXPECT_EQ(leg_level(false, secure), SecurityLevel::kNotAuthenticated);
  EXPECT_EQ(srtp_suite(secure), "AEAD_AES_256_GCM");
  EXPECT_EQ(lowest(SecurityLevel::kEncrypted, SecurityLevel::kAuthenticated), SecurityLevel::kAuthenticated);
}

TEST(LabTone, AToneIsFoundAndNoiseIsNot) {
  std::vector<int16_t> samples(8000);
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<int16_t>(8000 * std::sin(2 * M_PI * 1003.0 * static_cast<double>(i) / 8000));
  }
  const Tone tone = measure_tone(samples, 8000, 1000);
  EXPECT_NEAR(tone.hz, 1003, 1.5);
  EXPECT_GT(tone.purity, 0.95);
  EXPECT_NEAR(tone.level_dbfs, -12.2, 0.5);
  EXPECT_LT(measure_tone(samples, 8000, 440).purity, 0.01);
  unsigned state = 1;
  for (int16_t& sample : samples) sample = static_cast<int16_t>((state = state * 1664525 + 1013904223) >> 16);
  EXPECT_LT(measure_tone(samples, 8000, 1000).purity, 0.05);
}

TEST(LabTone, AGrowingFileIsReadToItsEnd) {
  const auto file = std::filesystem::temp_directory_path() / ("lab-tone-" + std::to_string(getpid()) + ".wav");
  ASSERT_TRUE(write_tone(file, 440, 1, -6).ok());
  std::string bytes = *read_file(file);
  for (size_t i = 40; i < 44; ++i) bytes[i] = 0;  // an unfinished header
  ASSERT_TRUE(write_file(file, bytes).ok());
  const auto sound = read_wav(file);
  ASSERT_TRUE(sound.ok()) << sound.status();
  EXPECT_EQ(sound->samples.size(), 8000u);
  std::filesystem::remove(file);
}

TEST(LabFaults, BytesAreSpoiledAsOrdered) {
  const std::string good(100, 'a');
  EXPECT_EQ(spoil(good, std::nullopt), good);
  EXPECT_EQ(spoil(good, Fault::kTruncated).size(), 50u);
  EXPECT_NE(spoil(good, Fault::kFlipped), good);
  EXPECT_GT(spoil(good, Fault::kOversized).size(), 2048UL * 1024);
  Faults faults;
  EXPECT_TRUE(faults.add("itl=truncated").ok());
  EXPECT_FALSE(faults.add("itl=nonsense").ok());
  EXPECT_FALSE(faults.add("kitchen=gone").ok());
  EXPECT_EQ(faults.of("itl"), Fault::kTruncated);
  EXPECT_EQ(faults.of("ctl"), std::nullopt);
}

TEST(LabConfiguration, ThePartialOneHoldsNothingPrivate) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  Device device{.name = "SEP0A1B2C3D4E5F", .number = "1001", .operation = CapfOperation::kInstall};
  EXPECT_EQ(partial_configuration({}, device).find("1001"), std::string::npos);
  EXPECT_NE(partial_configuration({}, device).find("<capfAuthMode>2</capfAuthMode>"), std::string::npos);
  device.operation = CapfOperation::kNone;
  device.lsc = sample_identity("mic-rsa2048");
  const std::string partial = partial_configuration({}, device);
  EXPECT_NE(partial.find("<certHash>79799709d9bc7571ffc189294adc8e13</certHash>"), std::string::npos);
  EXPECT_NE(partial.find("<capfAuthMode>0</capfAuthMode>"), std::string::npos);
  EXPECT_NE(full_configuration({}, device).find("<securedSipPort>5061</securedSipPort>"), std::string::npos);
}

TEST(LabConfiguration, AnEcLscCannotUnwrapSoTheMicIsUsed) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const Device device{.mic = sample_identity("mic-rsa2048"), .lsc = sample_identity("mic-ec256")};
  EXPECT_EQ(encryption_certificate(device), device.mic);
}

}  // namespace
}  // namespace phone::lab

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every entry of expect.json: hostile and unusual files, and what a phone must do with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/conformance/trust_store/samples.hpp"

namespace phone::trust::samples {
namespace {

struct Entry {
  std::string file, want;
};
void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.file << ": " << entry.want; }

std::vector<Entry> entries() {
  if (!present()) return {};
  std::vector<Entry> result;
  for (const auto& each : nlohmann::json::parse(bytes("expect.json"))) result.push_back({each["file"], each["want"]});
  return result;
}

// Faults that only who holds the key and decrypts can see: the signature of these is good (cisco-formats.md B2, order
// of work).
bool seen_only_after_unwrapping(const std::string& file) {
  return file == "neg/enc_cipher_bitflip_resigned.enc.sgn" || file == "neg/enc_key15_resigned.enc.sgn" ||
         file == "neg/enc_for_other_device.enc.sgn";
}

// Part of the refusal for the files whose cause expect.json names.
const std::map<std::string, std::string> kCauses = {
    {"neg/itl_timestamp_bitflip.tlv", "does not verify"},
    {"neg/itl_serial_bitflip.tlv", "is not a list signer (SAST) of the list"},
    {"neg/itl_modulus_index_2.tlv", "modulus"},
    {"neg/itl_trunc_0.tlv", "too short"},
    {"neg/itl_trunc_minus1.tlv", "runs past the end"},
    {"neg/itl_headerlen_0.tlv", "length 0"},
    {"neg/itl_headerlen_small.tlv", "runs past the end"},
    {"neg/itl_second_tag_28.tlv", "HEADERLENGTH"},
    {"neg/itl_version_9.9.tlv", "unknown version 9.9"},
    {"neg/itl_tlv_len_overrun.tlv", "runs past the end"},
    {"neg/itl_two_signatures.tlv", "twice"},
    {"neg/itl_record_len_0.tlv", "length 0"},
    {"neg/itl_record_len_ffff.tlv", "runs past the end of the file"},
    {"neg/itl_record_len_short.tlv", "runs past the end"},
    {"neg/itl_trailing_garbage_signed.tlv", "does not begin with RECORDLENGTH"},
    {"neg/itl_pubkey_tlv_mismatch.tlv", "PUBLICKEY"},
    {"neg/sgn_sig_bitflip.sgn", "does not verify"},
    {"neg/sgn_appended.sgn", "does not verify"},
    {"neg/enc_cipher_bitflip.enc.sgn", "does not verify"},
    {"neg/enc_padlen_0_resigned.enc.sgn", "padding length 0"},
    {"neg/enc_padlen_17_resigned.enc.sgn", "padding length 17"},
    {"neg/enc_keysize_field_4096_resigned.enc.sgn", "4096 bits"},
    {"neg/enc_keyalg_2_resigned.enc.sgn", "key algorithm 2"},
    {"neg/enc_no_hash_resigned.enc.sgn", "the plaintext digest is missing"},
    {"neg/enc_no_key_resigned.enc.sgn", "the encrypted content key is missing"},
};

Verdict judge(const Store& store, const std::string& file) {
  if (file.find("/itl_") != std::string::npos) return store.offer(ListKind::kItl, bytes(file));
  return store.file(file.find(".enc.sgn") != std::string::npos ? kEncrypted : kConfiguration, bytes(file));
}

class F16_Refusals_Peer : public testing::TestWithParam<Entry> {};

TEST_P(F16_Refusals_Peer, Entry) {
  const auto& [file, want] = GetParam();
  const bool is_list = file.find("/itl_") != std::string::npos;
  const Verdict verdict = judge(is_list ? Store() : Store().with_itl(kBase), file);
  const bool accept = file.rfind("odd/", 0) == 0 || seen_only_after_unwrapping(file);
  EXPECT_EQ(verdict.trusted, accept) << "wanted: " << want << "\nreason: " << verdict.reason;
  EXPECT_FALSE(verdict.reason.empty());
  if (const auto cause = kCauses.find(file); cause != kCauses.end()) {
    EXPECT_THAT(verdict.reason, testing::HasSubstr(cause->second));
  }
}

// A refusal does not hang on whether anything is installed.
TEST_P(F16_Refusals_Peer, EntryAgainstAListInForce) {
  const std::string& file = GetParam().file;
  if (file.rfind("neg/itl_", 0) != 0) return;
  EXPECT_FALSE(judge(Store().with_itl(kBase), file).trusted);
}

INSTANTIATE_TEST_SUITE_P(ExpectJson, F16_Refusals_Peer, testing::ValuesIn(entries()));
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(F16_Refusals_Peer);

TEST(F16_Truncation_Peer, EveryPrefixOfAListAndOfAFileIsRefused) {
  NEEDS_SAMPLES();
  const std::string list = bytes("itl/ITL_v1.1_sha512_rsa2048.tlv");
  for (std::size_t length = 0; length < list.size(); ++length) {
    ASSERT_FALSE(Store().offer(ListKind::kItl, list.substr(0, length)).trusted) << length;
  }
  const std::string file = bytes("sgn/DIALTEMPLATE.xml.sgn");
  const Store base = Store().with_itl(kBase);
  for (std::size_t length = 0; length < file.size(); ++length) {
    ASSERT_FALSE(base.file("DIALTEMPLATE.xml.sgn", file.substr(0, length)).trusted) << length;
  }
}

TEST(F16_BitFlips_Peer, NoBitOfAFileCanBeFlipped) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  std::string file = bytes("sgn/DIALTEMPLATE.xml.sgn");
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      file[at] = static_cast<char>(file[at] ^ (1 << bit));
      ASSERT_FALSE(base.file("DIALTEMPLATE.xml.sgn", file).trusted) << "byte " << at << " bit " << bit;
      file[at] = static_cast<char>(file[at] ^ (1 << bit));
    }
  }
}

TEST(F16_Sizes_Peer, AListOver2MiBIsRefusedUnread) {
  const Verdict verdict = Store().offer(ListKind::kItl, std::string(kLargestList + 1, '\1'));
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, testing::HasSubstr("larger than 2 MiB"));
}

}  // namespace
}  // namespace phone::trust::samples

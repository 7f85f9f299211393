// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F21: every message of the recorded CAPF sessions (an independent server and client). What the server sent is read;
// what the phone sent is written again from its parts and must be the same bytes.
#include <dirent.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "common/crypto/x509.hpp"
#include "common/tlv/reader.hpp"
#include "services/certificate_manager/enrolment/capf_message.hpp"
#include "services/certificate_manager/enrolment/capf_session.hpp"

namespace phone::enrolment {
namespace {

const std::string kDirectory = PHONE_SHARED_DIR "/testdata/cisco/wire/capf/";

std::vector<std::string> names() {
  std::vector<std::string> found;
  if (DIR* directory = opendir(kDirectory.c_str()); directory != nullptr) {
    while (const dirent* entry = readdir(directory)) {
      const std::string name = entry->d_name;
      if (name.ends_with(".bin")) found.push_back(name);
    }
    closedir(directory);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string content(const std::string& name) {
  std::ifstream file(kDirectory + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<int, std::string> elements(const std::string& message) {
  std::map<int, std::string> found;
  tlv::Reader reader(std::string_view(message).substr(kHeaderSize));
  while (!reader.at_end()) {
    const auto element = reader.next();
    if (!element.ok()) break;
    found.emplace(element->tag, element->value);
  }
  return found;
}

std::uint32_t session_of(const std::string& message) { return *tlv::u32(std::string_view(message).substr(2, 4)); }

// `00 u16 certificate | 01 u16 SHA-1 proof | 03 u16 SHA-512 proof` (cisco-formats.md D3)
SudiProof sudi_in(const std::string& value) {
  std::map<int, std::string> parts;
  for (size_t at = 0; at + 3 <= value.size();) {
    const size_t length = *tlv::u16(std::string_view(value).substr(at + 1, 2));
    parts[value[at]] = value.substr(at + 3, length);
    at += 3 + length;
  }
  return {parts[0], parts[1], parts[3]};
}

std::string rewritten(const std::string& message) {
  auto held = elements(message);
  const std::uint32_t session = session_of(message);
  const auto reason = held.contains(1) ? static_cast<Reason>(held[1][0]) : Reason::kDone;
  const auto certificate = held.contains(4) ? held[4].substr(5) : std::string();
  switch (static_cast<Command>(message[1])) {
    case Command::kAuthRes: {
      std::optional<Proof> proof;
      if (held.contains(4)) proof = Proof{certificate, held[6], held[20].substr(3), {}};
      if (held.contains(16)) proof->sudi = sudi_in(held[16]);
      const std::string password = held[11].substr(0, held[11].size() - 1);
      const std::string device = held[13].substr(0, held[13].size() - 1);
      return std::string(auth_response(session, device, crypto::Secret::copy_of(password), proof).view());
    }
    case Command::kKeygenRes:
      return held.contains(9) ? key_response(session, held[9]) : plain_response(Command::kKeygenRes, session, reason);
    case Command::kFetchCertRes:
      return held.contains(4) ? fetch_response(session, certificate)
                              : plain_response(Command::kFetchCertRes, session, reason);
    case Command::kRequestInProgress:
      return in_progress(session);
    default:
      return plain_response(static_cast<Command>(message[1]), session, reason);
  }
}

// Sent by the recording client on purpose: a wrong version, an unknown element, no password.
const std::set<std::string> kOdd = {"140", "143", "146"};

TEST(F21_CapfRecorded_Peer, EveryMessageOfThePhoneIsWrittenByteForByte) {
  if (names().empty()) GTEST_SKIP() << "no " << kDirectory;
  int compared = 0;
  for (const auto& name : names()) {
    if (name.find("_phone_") == std::string::npos || kOdd.contains(name.substr(0, 3))) continue;
    const std::string message = content(name);
    EXPECT_EQ(crypto::hex(rewritten(message)), crypto::hex(message)) << name;
    ++compared;
  }
  EXPECT_GT(compared, 60);
}

TEST(F21_CapfRecorded_Peer, EveryMessageOfTheServerIsRead) {
  if (names().empty()) GTEST_SKIP() << "no " << kDirectory;
  int read = 0;
  for (const auto& name : names()) {
    if (name.find("_server_") == std::string::npos) continue;
    const std::string message = content(name);
    const auto header = parse_header(std::string_view(message).substr(0, kHeaderSize));
    ASSERT_TRUE(header.ok()) << name << header.status();
    const auto parsed = parse_body(*header, std::string_view(message).substr(kHeaderSize));
    ASSERT_TRUE(parsed.ok()) << name << parsed.status();
    if (const auto* store = std::get_if<StoreRequest>(&*parsed)) {
      EXPECT_TRUE(crypto::Certificate::parse(store->certificate).ok()) << name;
    }
    for (size_t cut = kHeaderSize; cut < message.size(); ++cut) {
      EXPECT_FALSE(parse_body(*header, std::string_view(message).substr(kHeaderSize, cut - kHeaderSize)).ok()) << name;
    }
    ++read;
  }
  EXPECT_GT(read, 60);
}

TEST(F21_CapfRecorded_Peer, EverySessionOfTheServerIsTakenInItsOrder) {
  if (names().empty()) GTEST_SKIP() << "no " << kDirectory;
  std::map<std::uint32_t, Session> sessions;
  for (const auto& name : names()) {
    if (name.find("_server_") == std::string::npos) continue;
    const std::string message = content(name);
    const auto header = parse_header(std::string_view(message).substr(0, kHeaderSize));
    Session& session = sessions[header->session];
    ASSERT_TRUE(session.accept(*header).ok()) << name;
    const Step step = session.on(*parse_body(*header, std::string_view(message).substr(kHeaderSize)));
    if (std::holds_alternative<Store>(step)) session.stored(true, {});
    if (std::holds_alternative<Fetch>(step)) session.fetched();
    if (std::holds_alternative<Delete>(step)) session.deleted();
  }
  EXPECT_EQ(sessions.size(), 28U);
}

TEST(F21_CapfRecorded_Peer, TheRecordedProofsAreProofsOfTheNamedDevice) {
  if (names().empty()) GTEST_SKIP() << "no " << kDirectory;
  for (const auto& name : names()) {
    const std::string number = name.substr(0, 3);
    if (number != "077" && number != "085" && number != "093") continue;
    auto held = elements(content(name));
    const auto certificate = crypto::Certificate::parse(held[4].substr(5));
    ASSERT_TRUE(certificate.ok()) << name;
    const std::string input = proof_input(held[13].substr(0, held[13].size() - 1), certificate->der());
    const auto& key = certificate->public_key();
    if (held.contains(16)) {
      const auto sudi = sudi_in(held[16]);
      const auto hardware = crypto::Certificate::parse(sudi.certificate);
      ASSERT_TRUE(hardware.ok()) << name;
      const std::string what = sudi_input(session_of(content(name)), sudi.certificate);
      EXPECT_TRUE(hardware->public_key().verify_bare(crypto::digest(crypto::Digest::kSha1, what), sudi.sha1)) << name;
      EXPECT_TRUE(hardware->public_key().verify_bare(crypto::digest(crypto::Digest::kSha512, what), sudi.sha512));
    }
    if (key.is_rsa()) {
      EXPECT_TRUE(key.verify_bare(crypto::digest(crypto::Digest::kSha1, input), held[6])) << name;
      EXPECT_TRUE(key.verify_bare(crypto::digest(crypto::Digest::kSha512, input), held[20].substr(3))) << name;
    } else {
      EXPECT_TRUE(key.verify_pkcs1(crypto::Digest::kSha1, input, held[6])) << name;
      EXPECT_TRUE(key.verify_pkcs1(crypto::Digest::kSha512, input, held[20].substr(3))) << name;
    }
  }
}

}  // namespace
}  // namespace phone::enrolment

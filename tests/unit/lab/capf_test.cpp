// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lab's CAPF server against recorded sessions of an independent one: the phone's messages in, the same answers out.
#include "tools/lab/enrolment/capf.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/lab/samples.hpp"
#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

struct Row {
  int first;      // file number of the session's first message
  Device device;  // the phone's entry in the server's database
  const char* result;
};

Device install(KeyOrder key, CapfAuth auth = CapfAuth::kNullString) {
  return {.name = kDevice, .operation = CapfOperation::kInstall, .auth = auth, .auth_string = "", .key = key};
}

Device with(CapfOperation operation) { return {.name = kDevice, .operation = operation}; }

Device by_string(KeyOrder key, const std::string& secret) {
  Device device = install(key, CapfAuth::kString);
  device.auth_string = secret;
  return device;
}

struct Message {
  bool from_server;
  std::string bytes;
};

// The messages of one recorded session: files from `first` on that have the same title in the index.
std::vector<Message> recorded(int first) {
  std::vector<Message> messages;
  std::istringstream index(sample("wire/capf/INDEX.txt"));
  std::string title;
  for (std::string line; std::getline(index, line);) {
    if (std::stoi(line) < first) continue;
    const std::string this_title = line.substr(line.find("bytes") + 5);
    if (messages.empty()) title = this_title;
    if (this_title != title) break;
    const std::string file = line.substr(0, line.find(' '));
    messages.push_back({file.find("server") != std::string::npos, sample("wire/capf/" + file)});
  }
  return messages;
}

IdentityPtr stored_certificate(const std::vector<Message>& messages) {
  for (const Message& one : messages) {
    if (!one.from_server || one.bytes[1] != 9) continue;
    const auto elements = split_elements(std::string_view(one.bytes).substr(kCapfHeader));
    auto certificate = Identity::from_der(std::string_view(*find_element(*elements, 4)).substr(5));
    if (certificate.ok()) return *certificate;
  }
  return nullptr;
}

class CapfServer : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    pki_.dir = std::filesystem::temp_directory_path() / ("lab-capf-" + std::to_string(getpid()));
    devices_ = std::make_unique<Devices>(pki_);
  }
  void TearDown() override { std::filesystem::remove_all(pki_.dir); }

  Pki pki_;
  std::unique_ptr<Devices> devices_;
};

TEST_P(CapfServer, AnswersByteForByteAsTheIndependentServer) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const Row& row = GetParam();
  const std::vector<Message> messages = recorded(row.first);
  ASSERT_GE(messages.size(), 3u);
  devices_->add(row.device);
  const IdentityPtr certificate = stored_certificate(messages);
  CapfSession session(read_be(std::string_view(messages[0].bytes).substr(2, 4)), *devices_,
                      {sample_identity("capf"), *Identity::load(PHONE_SHARED_DIR "/testdata/cisco/pki/mfgca.crt")},
                      [&](const std::string&, std::string_view) { return certificate; });
  EXPECT_EQ(hex(session.start()), hex(messages[0].bytes));
  std::string answer;
  for (size_t i = 1; i < messages.size(); ++i) {
    if (messages[i].from_server) {
      EXPECT_EQ(hex(answer), hex(messages[i].bytes)) << "message " << i;
    } else {
      answer = session.receive(messages[i].bytes).send;
    }
  }
  EXPECT_EQ(session.result(), row.result);
}

INSTANTIATE_TEST_SUITE_P(
    Sessions, CapfServer,
    testing::Values(Row{1, with(CapfOperation::kInstall), "unknown device"},
                    Row{4, with(CapfOperation::kNone), "nothing scheduled"}, Row{7, install({false, 2048}), "done"},
                    Row{15, with(CapfOperation::kNone), "nothing scheduled"},
                    Row{18, by_string({true, 384}, "654321x"), "wrong authentication string"},
                    Row{28, install({true, 256}), "done"}, Row{36, install({true, 521}), "done"},
                    Row{44, install({false, 512}), "done"}, Row{52, install({false, 1024}), "done"},
                    Row{60, install({false, 3072}), "done"}, Row{68, install({false, 4096}), "done"},
                    Row{76, install({false, 2048}, CapfAuth::kExisting), "done"},
                    Row{84, install({false, 2048}, CapfAuth::kExisting), "done"},
                    Row{92, install({false, 2048}, CapfAuth::kMic), "done"},
                    Row{100, install({false, 2048}, CapfAuth::kExisting), "SHA-1 proof does not hold"},
                    Row{103, install({false, 2048}, CapfAuth::kExisting), "certificate of an unknown issuer"},
                    Row{106, with(CapfOperation::kFetch), "done"},
                    Row{111, with(CapfOperation::kFetch), "the phone has none"},
                    Row{116, with(CapfOperation::kDelete), "done"},
                    Row{121, with(CapfOperation::kDelete), "the phone had none"},
                    Row{126, install({false, 2048}), "the phone could not make a key"},
                    Row{131, install({false, 2048}), "the phone could not store it"},
                    Row{139, with(CapfOperation::kInstall), "not version 3"},
                    Row{142, with(CapfOperation::kInstall), "unknown element 99"},
                    Row{145, with(CapfOperation::kInstall), "another session"}));

TEST_F(CapfServer, TheRightAuthenticationStringOpensTheSession) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const std::vector<Message> messages = recorded(21);
  const auto elements = split_elements(std::string_view(messages[1].bytes).substr(kCapfHeader));
  std::string secret = *find_element(*elements, 11);
  secret.pop_back();
  devices_->add(by_string({true, 384}, secret));
  const IdentityPtr certificate = stored_certificate(messages);
  CapfSession session(read_be(std::string_view(messages[0].bytes).substr(2, 4)), *devices_, {},
                      [&](const std::string&, std::string_view) { return certificate; });
  EXPECT_EQ(hex(session.receive(messages[1].bytes).send), hex(messages[2].bytes));
  EXPECT_EQ(hex(session.receive(messages[3].bytes).send), hex(messages[4].bytes));
  EXPECT_EQ(hex(session.receive(messages[5].bytes).send), hex(messages[6].bytes));
  EXPECT_EQ(devices_->find(kDevice)->lsc->der(), certificate->der());
  EXPECT_EQ(devices_->find(kDevice)->operation, CapfOperation::kNone);
}

TEST_F(CapfServer, NoProofOpensNoSessionThatWantsOne) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  devices_->add(install({false, 2048}, CapfAuth::kExisting));
  CapfSession session(3, *devices_, {}, [](const std::string&, std::string_view) { return nullptr; });
  const auto step = session.receive(sample("wire/capf/008_capf_phone_AUTH_RES.bin"));
  EXPECT_TRUE(step.over);
  EXPECT_EQ(session.result(), "no proof of a certificate");
}

}  // namespace
}  // namespace phone::lab

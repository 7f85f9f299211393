// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <atomic>
#include <string>
#include <vector>

#include "services/policy/run/provisioning_run.hpp"
#include "tests/unit/policy/fakes.hpp"

// A provisioning run among scripted peers, and the files they serve.
namespace phone::policy::runs {

inline const std::string kName = "SEP0A1B2C3D4E5F";
inline const std::string kSgn = kName + ".cnf.xml.sgn";
inline const std::string kEnc = kName + ".cnf.xml.enc.sgn";
inline const std::string kKey(16, 'k');

inline std::string full(const std::string& more = "<deviceSecurityMode>3</deviceSecurityMode>") {
  return "<device><fullConfig>true</fullConfig><devicePool><callManagerGroup><members><member "
         "priority=\"0\"><callManager>"
         "<processNodeName>10.0.0.1</processNodeName></callManager></member></members></callManagerGroup></"
         "devicePool>" +
         more + "</device>";
}

inline std::string partial(const std::string& hash, int mode) {
  return "<device><fullConfig>False</fullConfig><capfAuthMode>" + std::to_string(mode) +
         "</capfAuthMode><capfList><capf><phonePort>3804</phonePort><processNodeName>10.0.0.2</processNodeName></"
         "capf></capfList><certHash>" +
         hash + "</certHash><encrConfig>true</encrConfig></device>";
}

inline FileVerdict encrypted(const std::string& plain) {
  const std::string iv(16, 'i');
  const std::size_t pad = 16 - plain.size() % 16;
  const std::string padded = plain + std::string(pad, '\x0d');
  std::string cipher(padded.size(), '\0');
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int written = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nullptr, reinterpret_cast<const unsigned char*>(kKey.data()),
                     reinterpret_cast<const unsigned char*>(iv.data()));
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(cipher.data()), &written,
                    reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  EVP_CIPHER_CTX_free(context);
  std::string digest(20, '\0');
  unsigned size = 0;
  EVP_Digest(plain.data(), plain.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha1(), nullptr);
  return {.trusted = true,
          .body = cipher,
          .encryption = Encryption{.iv = iv,
                                   .padding_length = static_cast<std::uint32_t>(pad),
                                   .wrapped_key = std::string(256, 'w'),
                                   .key_bits = 2048,
                                   .digest = "SHA1",
                                   .plaintext_digest = digest}};
}

struct Bench : testing::Test {
  Bench() {
    trust.on_offer = {.alarm = 4,
                      .facts = {.ctl = {.installed = true, .sha1 = "01"},
                                .itl = {.installed = true, .sha1 = "02", .signer_version = "1.0"},
                                .signed_files_required = true,
                                .mixed_mode = true}};
    files.servers["srv"]["CTL" + kName + ".tlv"] = {"ctl"};
    files.servers["srv"]["ITL" + kName + ".tlv"] = {"itl"};
  }
  RunResult run(RunInput input = {.servers = {"srv"}}) {
    const RunDelegate observer{
        .doing = [](std::string) {},
        .file = [](const FileReport&) {},
        .alarm = [this](const Alarm& alarm) { alarms.push_back(alarm.code); },
        .partial = [this](const Configuration& file, const std::string&) { partials.push_back(file); },
        .entered =
            [this](RunState from, RunState to, std::string_view cause) {
              EXPECT_EQ(from, path.back());
              EXPECT_FALSE(cause.empty());
              path.push_back(to);
            }};
    path = {RunState::kIdentifying};
    return ProvisioningRun(trust, certificates, files, observer, cancelled).run(input);
  }
  void serve(const std::string& name, std::vector<std::string> contents) {
    files.servers["srv"][name] = std::move(contents);
  }

  fakes::Trust trust;
  fakes::Certificates certificates;
  fakes::Files files;
  std::atomic<bool> cancelled{false};
  std::vector<std::uint32_t> alarms;
  std::vector<Configuration> partials;
  std::vector<RunState> path;
};

}  // namespace phone::policy::runs

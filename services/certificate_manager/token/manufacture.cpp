// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/manufacture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"
#include "common/flash/file.hpp"
#include "services/certificate_manager/certificates/certificate_file.hpp"
#include "services/certificate_manager/certificates/device_name.hpp"
#include "services/certificate_manager/token/token.hpp"

namespace phone::certificates {
namespace {

// 128 bits as hex: what a PIN may be, and as long as PKCS#11 tokens commonly take.
crypto::Secret random_pin() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return {};
  std::string text = crypto::hex({reinterpret_cast<char*>(bytes), sizeof bytes});
  OPENSSL_cleanse(bytes, sizeof bytes);
  return crypto::Secret(std::move(text));
}

crypto::EvpPkeyPtr read_key(std::string_view pem) {
  const crypto::BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char none[] = "";  // an encrypted key is refused, not asked about
  return crypto::EvpPkeyPtr(in == nullptr ? nullptr : PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, none));
}

absl::Status give_to(const std::filesystem::path& directory, uid_t user, gid_t group) {
  std::error_code error;
  if (::lchown(directory.c_str(), user, group) != 0)
    return absl::InternalError("cannot change the owner of the state directory");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, error)) {
    if (::lchown(entry.path().c_str(), user, group) != 0)
      return absl::InternalError("cannot change the owner of the state file");
  }
  return error ? absl::InternalError(error.message()) : absl::OkStatus();
}

}  // namespace

absl::Status manufacture(const Manufacture& order) {
  const auto chain = parse_chain(order.certificate_pem);
  if (!chain.ok()) return chain.status();
  const crypto::EvpPkeyPtr key = read_key(order.key_pem.view());
  if (key == nullptr) return absl::InvalidArgumentError(absl::StrCat("not a private key: ", crypto::openssl_errors()));
  if (X509_check_private_key(chain->front().get(), key.get()) != 1) {
    crypto::openssl_errors();
    return absl::InvalidArgumentError("the private key does not match the certificate");
  }
  const auto name = device_name(chain->front().common_name());
  if (!name || *name != order.device) {
    return absl::InvalidArgumentError(absl::StrCat("the certificate is not for ", order.device));
  }
  if (read_chain(order.state, Kind::kMic).ok()) return absl::AlreadyExistsError("this phone already has a MIC");

  ::umask(077);  // SoftHSM makes its files with the process's mask
  std::error_code error;
  std::filesystem::create_directories(order.state / "tokens", error);
  if (error) return absl::InternalError(error.message());
  if (auto status = use_token_directory(order.state); !status.ok()) return status;

  Token::Options options{order.module, {}};
  if (auto held = read_pin(order.state); held.ok()) {
    options.pin = *std::move(held);  // an earlier attempt that was cut short
  } else {
    options.pin = random_pin();
    if (auto status = flash::write(order.state / "pin", options.pin.view()); !status.ok()) return status;
  }
  // Nobody keeps the security officer's PIN: the token is never to be made anew, only thrown away with its directory.
  if (auto status = Token::initialise(options, random_pin()); !status.ok() && !absl::IsAlreadyExists(status))
    return status;
  auto token = Token::open(options);
  if (!token.ok()) return token.status();
  if (const auto id = (*token)->import_key(key.get()); !id.ok()) return id.status();
  // Last, because its presence is what says that manufacture is done.
  if (auto status = write_chain(order.state, Kind::kMic, *chain); !status.ok()) return status;
  return order.owner ? give_to(order.state, order.owner->first, order.owner->second) : absl::OkStatus();
}

namespace {

absl::Status destroy_keys_but(const KeyId& kept, const std::filesystem::path& state,
                              const std::filesystem::path& module) {
  if (auto status = use_token_directory(state); !status.ok()) return status;
  auto pin = read_pin(state);
  if (!pin.ok()) return pin.status();
  auto token = Token::open({module, *std::move(pin), state / "pin.refused"});
  if (!token.ok()) return token.status();
  const auto keys = (*token)->keys();
  if (!keys.ok()) return keys.status();
  for (const KeyId& key : *keys) {
    if (key == kept) continue;
    if (auto status = (*token)->destroy(key); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status back_to_manufacture(const std::filesystem::path& state, const std::filesystem::path& module) {
  const auto mic = read_chain(state, Kind::kMic);
  ::umask(077);
  const absl::Status others =
      destroy_keys_but(mic.ok() ? crypto::spki_fingerprint(mic->front().public_key()) : KeyId(), state, module);
  // Without a readable MIC there is nothing to keep, a token that does not open either.
  if (mic.ok() && !others.ok()) return others;
  std::vector<std::filesystem::path> stays;
  if (mic.ok()) stays = {chain_file(state, Kind::kMic), state / "tokens", state / "pin", state / "softhsm2.conf"};
  std::error_code error;
  std::vector<std::filesystem::path> goes;
  for (const auto& entry : std::filesystem::directory_iterator(state, error)) {
    if (std::find(std::begin(stays), std::end(stays), entry.path()) == std::end(stays)) goes.push_back(entry.path());
  }
  for (const auto& path : goes) {
    if (!error) std::filesystem::remove_all(path, error);
  }
  return error ? absl::InternalError(error.message()) : absl::OkStatus();
}

}  // namespace phone::certificates

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "common/flash/shared_directory.hpp"

namespace phone::network {

// The files the supplicant needs: authorities, our certificate, the PAC. On tmpfs; only the two uids of one group can
// read and write it. The supplicant parses input from the network, so links and pipes that it may have put there are
// never followed. The PAC that outlives a restart is sealed in our state directory.
class CredentialDirectory {
 public:
  // Makes the directory; `group` empty: our own.
  static absl::StatusOr<CredentialDirectory> open(std::filesystem::path shared, std::filesystem::path state,
                                                  const std::string& group);

  std::filesystem::path anchors_file() const { return shared_.path() / kAnchors; }
  std::filesystem::path certificate_file() const { return shared_.path() / kCertificate; }
  std::filesystem::path pac_file() const { return shared_.path() / kPac; }

  absl::Status write_anchors(const std::vector<std::string>& ders) const;
  absl::Status write_certificate(const std::vector<std::string>& chain) const;
  // The kept PAC of this owner, or none; a PAC that was kept for another identity is forgotten. True when there is one.
  absl::StatusOr<bool> give_pac(const std::string& owner);
  // True when the supplicant has written another one since; it is then kept. One that found no room on flash is in use
  // all the same and is kept by a later call.
  absl::StatusOr<bool> keep_pac(const std::string& owner);
  const crypto::Secret& pac() const { return pac_; }
  void forget() const;  // the shared files

 private:
  static constexpr char kAnchors[] = "anchors.pem";
  static constexpr char kCertificate[] = "certificate.pem";
  static constexpr char kPac[] = "pac";

  CredentialDirectory(flash::SharedDirectory shared, const std::filesystem::path& state, crypto::Secret key, bool fresh)
      : shared_(std::move(shared)),
        kept_(state / "pac.sealed"),
        key_file_(state / "seal.key"),
        key_(std::move(key)),
        key_is_new_(fresh) {}
  absl::Status keep_key();

  flash::SharedDirectory shared_;
  std::filesystem::path kept_, key_file_;
  crypto::Secret key_;
  bool key_is_new_;          // not on flash yet
  bool pac_is_kept_ = true;  // on flash
  crypto::Secret pac_;
};

}  // namespace phone::network

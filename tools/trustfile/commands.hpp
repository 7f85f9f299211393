// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the subcommands do. Each answers with the text for standard output, or with the reason of the refusal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace phone::trustfile {

using Path = std::filesystem::path;
using Answer = absl::StatusOr<std::string>;

Answer show(const Path& file);

struct Verify {
  Path file;
  Path installed_ctl, installed_itl;  // empty: none
  std::string device;                 // "SEP0A1B2C3D4E5F", or empty
  bool fips = false;
  Path image_signers;             // for images
  std::string installed_version;  // of the package, for images
};
Answer verify(const Verify& order);

struct Decrypt {
  Path file, key, passphrase, out, installed_itl;
};
// The plaintext itself when there is no `out`.
Answer decrypt(const Decrypt& order);

struct PathOrder {
  Path leaf, intermediates, anchors, crls;
  std::string name;
  absl::Time at;
  bool client = false;
  bool fips = false;
};
Answer check_path(const PathOrder& order);

struct Signing {
  Path key, certificate, passphrase;  // certificate empty: in the key's file
  std::string hash = "sha512";        // or "sha256", "sha1"
  absl::Time at;
};

struct Sign {
  Path file, out;    // out empty: the name beside the file
  std::string name;  // signed; empty: made of the file's
  Signing by;
  std::string package, version;  // of an image
};
Answer sign(const Sign& order);

struct Encrypt {
  Path file, out, device;  // certificate of the device it is for
  std::string name;
  Signing by;
};
Answer encrypt(const Encrypt& order);

struct MakeList {
  bool ctl = false;
  Path out;
  std::vector<std::string> records;  // "sast=FILE.pem", in order
  unsigned signer_minor = 1;
  Signing by;
};
Answer make_list(const MakeList& order);

}  // namespace phone::trustfile

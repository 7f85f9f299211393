// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <openssl/evp.h>

// Looks for private key bytes in the memory of other processes, as root through /proc/PID/mem.
namespace phone::system {

struct Needle {
  std::string name;   // "p, little-endian"
  std::string bytes;  // 32 of them
};

// Pieces of every private number of an RSA or EC key, in the order certificates carry numbers (big-endian) and in the
// order OpenSSL keeps them on this machine (words and bytes little-endian).
std::vector<Needle> needles_of(EVP_PKEY* key);

struct Search {
  size_t bytes = 0;                // looked at
  std::vector<std::string> found;  // "gateway: p of the MIC, little-endian"
};

// All memory of a process that it can write or has written; a number that was never written there cannot be there. Also
// any 128 bytes that divide one of the RSA moduli, and any 32 that make the point of one of the P-256 keys, in either
// order: it finds the private part of a key that the test does not know.
Search search_memory(pid_t process, const std::string& name, const std::vector<Needle>& needles,
                     const std::vector<const EVP_PKEY*>& public_keys);

}  // namespace phone::system

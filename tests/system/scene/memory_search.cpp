// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/memory_search.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "absl/strings/str_cat.h"

namespace phone::system {
namespace {

constexpr size_t kPiece = 24;   // of a number of 32 bytes whose first may be zero
constexpr size_t kPrime = 128;  // bytes of a prime of RSA 2048
constexpr size_t kScalar = 32;  // bytes of a private number of P-256
constexpr size_t kLongestMapping = size_t{256} << 20;

using Bignum = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Bignum number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return {number, &BN_free};
}

// What of a mapping is in memory, each run of pages in one piece: stacks and arenas are for the most part only
// reserved.
std::vector<std::string> read_mapping(int memory, int pagemap, off_t from, size_t size) {
  constexpr std::uint64_t kThere = std::uint64_t{3} << 62;  // present or swapped out; proc(5)
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<std::uint64_t> pages(size / page, kThere);
  const auto entry = static_cast<off_t>(sizeof pages[0]);
  (void)!pread(pagemap, pages.data(), pages.size() * sizeof pages[0], from / static_cast<off_t>(page) * entry);
  std::vector<std::string> runs;
  for (size_t begin = 0; begin < pages.size();) {
    size_t end = begin;
    while (end < pages.size() && (pages[end] & kThere) != 0) ++end;
    if (end > begin) {
      std::string bytes((end - begin) * page, '\0');
      const ssize_t got = pread(memory, bytes.data(), bytes.size(), from + static_cast<off_t>(begin * page));
      bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
      runs.push_back(std::move(bytes));
    }
    begin = end + 1;
  }
  return runs;
}

// Half of a prime's bits are set, give or take; the two highest and the lowest are, as OpenSSL and SoftHSM make them.
bool looks_random(const char* at) {
  int set = 0;
  for (size_t i = 0; i < kPrime; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, sizeof word);
    set += std::popcount(word);
  }
  return set > 400 && set < 624;
}

class Divider {
 public:
  explicit Divider(const std::vector<const EVP_PKEY*>& keys) : context_(BN_CTX_new(), &BN_CTX_free) {
    for (const EVP_PKEY* key : keys) moduli_.push_back(number_of(key, OSSL_PKEY_PARAM_RSA_N));
  }
  // The number of the modulus that is divided, or -1.
  int divides(const char* at, bool little_endian) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(at);
    const unsigned char high = little_endian ? bytes[kPrime - 1] : bytes[0];
    const unsigned char low = little_endian ? bytes[0] : bytes[kPrime - 1];
    if (high < 0xc0 || (low & 1) == 0 || !looks_random(at)) return -1;
    if (little_endian) {
      BN_lebin2bn(bytes, kPrime, candidate_.get());
    } else {
      BN_bin2bn(bytes, kPrime, candidate_.get());
    }
    for (size_t i = 0; i < moduli_.size(); ++i) {
      if (moduli_[i] == nullptr) continue;
      BN_mod(rest_.get(), moduli_[i].get(), candidate_.get(), context_.get());
      if (BN_is_zero(rest_.get())) return static_cast<int>(i);
    }
    return -1;
  }

 private:
  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context_;
  std::vector<Bignum> moduli_;
  Bignum candidate_{BN_new(), &BN_free};
  Bignum rest_{BN_new(), &BN_free};
};

// Thirty-two random bytes have few zeros and repeat themselves little; text, pointers and tables do otherwise.
bool looks_like_a_scalar(const unsigned char* at) {
  std::bitset<256> seen;
  int high = 0;
  int zero = 0;
  for (size_t i = 0; i < kScalar; ++i) {
    seen.set(at[i]);
    high += at[i] >> 7;
    zero += at[i] == 0 ? 1 : 0;
    if (zero > 3) return false;
  }
  return high >= 5 && high <= 27 && seen.count() >= 24;
}

class PointMaker {
 public:
  explicit PointMaker(const std::vector<const EVP_PKEY*>& keys)
      : group_(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), &EC_GROUP_free),
        made_(EC_POINT_new(group_.get()), &EC_POINT_free),
        context_(BN_CTX_new(), &BN_CTX_free) {
    for (size_t i = 0; i < keys.size(); ++i) {
      unsigned char bytes[2 * kScalar + 1];
      size_t size = 0;
      if (EVP_PKEY_get_octet_string_param(keys[i], OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof bytes, &size) != 1) continue;
      Point point(EC_POINT_new(group_.get()), &EC_POINT_free);
      if (EC_POINT_oct2point(group_.get(), point.get(), bytes, size, context_.get()) == 1) {
        points_.emplace_back(static_cast<int>(i), std::move(point));
      }
    }
  }
  bool idle() const { return points_.empty(); }
  // The number of the key whose point these bytes make, or -1.
  int makes(const unsigned char* at, bool little_endian) {
    if (little_endian) {
      BN_lebin2bn(at, kScalar, number_.get());
    } else {
      BN_bin2bn(at, kScalar, number_.get());
    }
    if (EC_POINT_mul(group_.get(), made_.get(), number_.get(), nullptr, nullptr, context_.get()) != 1) return -1;
    for (const auto& [which, point] : points_) {
      if (EC_POINT_cmp(group_.get(), made_.get(), point.get(), context_.get()) == 0) return which;
    }
    return -1;
  }

 private:
  using Point = std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)>;
  std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group_;
  Point made_;
  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context_;
  std::vector<std::pair<int, Point>> points_;
  Bignum number_{BN_new(), &BN_free};
};

void search_scalars(const std::string& bytes, const std::string& name, PointMaker& maker, Search& search) {
  const auto* all = reinterpret_cast<const unsigned char*>(bytes.data());
  for (size_t at = 0; at + kScalar <= bytes.size(); ++at) {
    if (!looks_like_a_scalar(all + at)) continue;
    for (const bool little_endian : {false, true}) {
      if (little_endian && at % 8 != 0) continue;
      if (const int which = maker.makes(all + at, little_endian); which >= 0) {
        search.found.push_back(absl::StrCat(name, ": the private number of key ", which));
      }
    }
  }
}

void search_bytes(const std::string& bytes, const std::string& name, const std::vector<Needle>& needles,
                  Divider& divider, Search& search) {
  search.bytes += bytes.size();
  for (const Needle& needle : needles) {
    if (memmem(bytes.data(), bytes.size(), needle.bytes.data(), needle.bytes.size()) != nullptr) {
      search.found.push_back(absl::StrCat(name, ": ", needle.name));
    }
  }
  for (size_t at = 0; at + kPrime <= bytes.size(); ++at) {
    // OpenSSL's words stand where malloc puts them; a number written out stands anywhere.
    for (const bool little_endian : {false, true}) {
      if (little_endian && at % 8 != 0) continue;
      if (const int which = divider.divides(bytes.data() + at, little_endian); which >= 0) {
        search.found.push_back(absl::StrCat(name, ": a prime of key ", which));
      }
    }
  }
}

}  // namespace

std::vector<Needle> needles_of(EVP_PKEY* key) {
  std::vector<Needle> needles;
  for (const char* name :
       {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_PRIV_KEY}) {
    const Bignum number = number_of(key, name);
    if (number == nullptr) continue;
    std::string big(static_cast<size_t>(BN_num_bytes(number.get())), '\0');
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(big.data()));
    if (big.size() < kPiece) continue;
    const std::string piece = big.substr((big.size() - kPiece) / 2, kPiece);  // its middle
    needles.push_back({absl::StrCat(name, ", big-endian"), piece});
    needles.push_back({absl::StrCat(name, ", little-endian"), std::string(piece.rbegin(), piece.rend())});
  }
  return needles;
}

Search search_memory(pid_t process, const std::string& name, const std::vector<Needle>& needles,
                     const std::vector<const EVP_PKEY*>& public_keys) {
  Search search;
  Divider divider(public_keys);
  PointMaker points(public_keys);
  const int memory = open(absl::StrCat("/proc/", process, "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  const int pagemap = open(absl::StrCat("/proc/", process, "/pagemap").c_str(), O_RDONLY | O_CLOEXEC);
  std::ifstream maps(absl::StrCat("/proc/", process, "/maps"));
  for (std::string line; memory >= 0 && std::getline(maps, line);) {
    std::istringstream words(line);
    std::string range, rights;
    words >> range >> rights;
    const size_t dash = range.find('-');
    const auto from = std::stoull(range.substr(0, dash), nullptr, 16);
    const auto to = std::stoull(range.substr(dash + 1), nullptr, 16);
    // Private pages that may be written now, or are heap and relocated data made read-only since.
    const bool code_or_constants = rights[1] != 'w' && line.find('/') != std::string::npos;
    if (rights[0] != 'r' || code_or_constants || line.find("[v") != std::string::npos) continue;
    if (to - from > kLongestMapping) continue;
    for (const std::string& bytes : read_mapping(memory, pagemap, static_cast<off_t>(from), to - from)) {
      search_bytes(bytes, name, needles, divider, search);
      if (!points.idle()) search_scalars(bytes, name, points, search);
    }
  }
  if (memory >= 0) close(memory);
  if (pagemap >= 0) close(pagemap);
  return search;
}

}  // namespace phone::system

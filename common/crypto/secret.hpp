// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

namespace phone::crypto {

// Bytes that must not be seen: wiped when they go, compared in constant time, and printable by nothing.
class Secret {
 public:
  Secret() = default;
  // Takes the bytes over and wipes the source.
  explicit Secret(std::string&& bytes);
  explicit Secret(const std::string& bytes) = delete;
  static Secret copy_of(std::string_view bytes);

  Secret(const Secret& other);
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  std::string_view view() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  void wipe();

  // Constant time in the content; the length is not hidden.
  friend bool operator==(const Secret& left, const Secret& right);

 private:
  std::string bytes_;
};

// Wipes a string that some library filled, before it is given back to the heap.
void wipe(std::string& bytes);

}  // namespace phone::crypto

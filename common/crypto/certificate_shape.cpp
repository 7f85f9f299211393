// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/certificate_shape.hpp"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"

namespace phone::crypto {
namespace {

enum Tag : std::uint8_t {
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kObject = 0x06,
  kSequence = 0x30,
  kVersion = 0xA0,     // [0], constructed
  kExtensions = 0xA3,  // [3], constructed
};

using namespace std::string_view_literals;
constexpr auto kRsaEncryption = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;
constexpr auto kRsaPss = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv;
constexpr auto kX500Rsa = "\x55\x08\x01\x01"sv;
constexpr auto kEcPublicKey = "\x2A\x86\x48\xCE\x3D\x02\x01"sv;
constexpr auto kAlternativeName = "\x55\x1D\x11"sv;
constexpr auto kNameConstraints = "\x55\x1D\x1E"sv;

absl::Status fault(std::string text) { return absl::InvalidArgumentError(std::move(text)); }
absl::Status not_used(std::string text) { return absl::UnimplementedError(std::move(text)); }
absl::Status no_der() { return fault("the certificate is damaged: it is not valid DER"); }

struct Element {
  std::uint8_t tag = 0;
  std::string_view whole, content;
};

// Elements one after the other. Tags of more than one byte and lengths of more than four do not occur in a certificate
// of 64 KiB.
class Walk {
 public:
  explicit Walk(std::string_view bytes) : left_(bytes) {}
  bool done() const { return left_.empty(); }
  std::uint8_t peek() const { return left_.empty() ? 0 : static_cast<std::uint8_t>(left_[0]); }

  std::optional<Element> next() {
    if (left_.size() < 2 || (left_[0] & 0x1F) == 0x1F) return std::nullopt;
    std::size_t head = 2;
    std::size_t length = static_cast<std::uint8_t>(left_[1]);
    if (length >= 0x80) {
      const std::size_t count = length & 0x7F;
      if (count == 0 || count > 4 || left_.size() < 2 + count) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < count; ++i) length = length << 8 | static_cast<std::uint8_t>(left_[2 + i]);
      head += count;
    }
    if (length > left_.size() - head) return std::nullopt;
    const Element element{static_cast<std::uint8_t>(left_[0]), left_.substr(0, head + length),
                          left_.substr(head, length)};
    left_.remove_prefix(head + length);
    return element;
  }
  std::optional<Element> next(std::uint8_t tag) {
    if (peek() != tag) return std::nullopt;
    return next();
  }

 private:
  std::string_view left_;
};

// Elements directly inside, at most `most` + 1 of them; nothing when they do not tile it.
std::optional<std::size_t> count(std::string_view content, std::size_t most) {
  std::size_t found = 0;
  for (Walk walk(content); !walk.done() && found <= most; ++found) {
    if (!walk.next()) return std::nullopt;
  }
  return found;
}

std::size_t bits(std::string_view number) {
  while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
  if (number.empty()) return 0;
  std::size_t top = 0;
  for (auto first = static_cast<std::uint8_t>(number.front()); first != 0;
       first = static_cast<std::uint8_t>(first >> 1))
    ++top;
  return (number.size() - 1) * 8 + top;
}

absl::Status check_rsa(std::string_view key) {
  auto outer = Walk(key).next(kSequence);
  if (!outer) return fault("the public key is damaged: it is not valid DER");
  Walk inside(outer->content);
  const auto modulus = inside.next(kInteger);
  const auto exponent = inside.next(kInteger);
  if (!modulus || !exponent) return fault("the public key is damaged: it is not valid DER");
  if (bits(modulus->content) > kLongestModulus) {
    return not_used(absl::StrCat("the public key is too long: an RSA modulus of ", bits(modulus->content),
                                 " bits, at most ", kLongestModulus, " are taken"));
  }
  if (bits(exponent->content) > kLongestExponent) {
    return not_used(absl::StrCat("the public key has an RSA exponent of ", bits(exponent->content), " bits, at most ",
                                 kLongestExponent, " are taken"));
  }
  return absl::OkStatus();
}

absl::Status check_alternative_names(std::string_view value) {
  const auto names = Walk(value).next(kSequence);
  if (!names) return absl::OkStatus();
  const auto found = count(names->content, kMostAlternativeNames);
  if (found && *found > kMostAlternativeNames) {
    return fault(absl::StrCat("the certificate has more than ", kMostAlternativeNames, " alternative names"));
  }
  return absl::OkStatus();
}

absl::Status check_name_constraints(std::string_view value) {
  const auto sides = Walk(value).next(kSequence);
  if (!sides) return absl::OkStatus();
  std::size_t found = 0;
  for (Walk walk(sides->content); !walk.done();) {
    const auto side = walk.next();
    if (!side) return absl::OkStatus();
    found += count(side->content, kMostNameConstraints).value_or(0);
    if (found > kMostNameConstraints) {
      return fault(absl::StrCat("the certificate has more than ", kMostNameConstraints, " name constraints"));
    }
  }
  return absl::OkStatus();
}

absl::Status check_extensions(std::string_view list) {
  const auto outer = Walk(list).next(kSequence);
  if (!outer) return no_der();
  std::size_t found = 0;
  for (Walk walk(outer->content); !walk.done();) {
    const auto extension = walk.next(kSequence);
    if (!extension) return no_der();
    if (++found > kMostExtensions) {
      return fault(absl::StrCat("the certificate has more than ", kMostExtensions, " extensions"));
    }
    Walk inside(extension->content);
    const auto name = inside.next(kObject);
    if (!name) return no_der();
    if (inside.peek() != kOctetString) inside.next();  // whether it is critical
    const auto value = inside.next(kOctetString);
    if (!value) return no_der();
    absl::Status status = absl::OkStatus();
    if (name->content == kAlternativeName) status = check_alternative_names(value->content);
    if (name->content == kNameConstraints) status = check_name_constraints(value->content);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status check_name(const std::optional<Element>& name, std::string_view what) {
  if (!name) return no_der();
  if (name->whole.size() > kLargestName) {
    return fault(absl::StrCat("the certificate has a ", std::string(what), " of over ", kLargestName / 1024, " KiB"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status check_key_shape(std::string_view spki) {
  const auto outer = Walk(spki).next(kSequence);
  if (!outer) return fault("the public key is damaged: it is not valid DER");
  Walk inside(outer->content);
  const auto algorithm = inside.next(kSequence);
  const auto key = inside.next(kBitString);
  if (!algorithm || !key || key->content.empty()) return fault("the public key is damaged: it is not valid DER");
  Walk parts(algorithm->content);
  const auto name = parts.next(kObject);
  if (!name) return fault("the public key is damaged: it is not valid DER");
  if (name->content == kRsaEncryption || name->content == kRsaPss || name->content == kX500Rsa) {
    return check_rsa(key->content.substr(1));
  }
  if (name->content == kEcPublicKey && parts.peek() != kObject) {
    return not_used("the public key uses explicit curve parameters: only named curves are accepted");
  }
  return absl::OkStatus();
}

absl::Status check_certificate_shape(std::string_view der) {
  const auto certificate = Walk(der).next(kSequence);
  if (!certificate) return no_der();
  const auto body = Walk(certificate->content).next(kSequence);
  if (!body) return no_der();
  Walk walk(body->content);
  if (walk.peek() == kVersion) walk.next();
  if (!walk.next(kInteger) || !walk.next(kSequence)) return no_der();  // serial number, signature algorithm
  if (absl::Status status = check_name(walk.next(kSequence), "issuer"); !status.ok()) return status;
  if (!walk.next(kSequence)) return no_der();  // validity
  if (absl::Status status = check_name(walk.next(kSequence), "subject"); !status.ok()) return status;
  const auto key = walk.next(kSequence);
  if (!key) return no_der();
  if (absl::Status status = check_key_shape(key->whole); !status.ok()) return status;
  while (!walk.done()) {
    const auto part = walk.next();
    if (!part) return no_der();
    if (part->tag != kExtensions) continue;  // unique identifiers, which nothing here looks at
    if (absl::Status status = check_extensions(part->content); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace phone::crypto

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/tvs.hpp"

#include <algorithm>
#include <sstream>

#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

enum Command : uint8_t { kVerifyRequest = 1, kVerifyResult = 2, kQueryRequest = 3, kQueryResult = 4 };
enum Tag : uint8_t {
  kDeviceName = 1,
  kCertificate = 2,
  kIssuer = 4,
  kSerial = 5,
  kStatus = 7,
  kRoles = 8,
  kTtl = 9,
};
constexpr unsigned kProtocol = 0x57;
constexpr unsigned kVersion = 1;

std::string message(Command command, std::string_view session, const std::string& body) {
  return u8(kProtocol) + u8(kVersion) + u8(command) + u8(0) + std::string(session) + u16(body.size()) + body;
}

std::string role_bytes(const TvsEntry& entry) {
  std::string bytes;
  for (const Role role : entry.roles) bytes += u8(static_cast<unsigned>(role));
  return bytes;
}

// The pieces of a name, whatever they are joined with and in whatever order.
std::vector<std::string> pieces(std::string text, char separator) {
  std::erase(text, '\0');
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string one; std::getline(in, one, separator);) all.push_back(one);
  std::sort(all.begin(), all.end());
  return all;
}

const TvsEntry* by_certificate(const TvsDatabase& database, const std::string& der) {
  for (const TvsEntry& one : database.entries) {
    if (one.certificate->der() == der) return &one;
  }
  return nullptr;
}

const TvsEntry* by_issuer_and_serial(const TvsDatabase& database, const std::string& issuer,
                                     const std::string& serial) {
  for (const TvsEntry& one : database.entries) {
    if (one.certificate->serial() == serial && pieces(one.certificate->issuer(';'), ';') == pieces(issuer, ';')) {
      return &one;
    }
  }
  return nullptr;
}

}  // namespace

size_t tvs_body_length(std::string_view header) { return read_be(header.substr(8, 2)); }

TvsAnswer answer_tvs(const TvsDatabase& database, std::string_view request) {
  TvsAnswer answer;
  if (request.size() < kTvsHeader || request[0] != kProtocol || request[1] != kVersion) return answer;
  if (request.size() - kTvsHeader != tvs_body_length(request)) return answer;
  const auto elements = split_elements(request.substr(kTvsHeader));
  if (!elements) return answer;
  const std::string* device = find_element(*elements, kDeviceName);
  const std::string* der = find_element(*elements, kCertificate);
  const std::string* issuer = find_element(*elements, kIssuer);
  const std::string* serial = find_element(*elements, kSerial);
  const std::string_view session = request.substr(4, 4);
  if (device == nullptr || device->size() < 2 || (*device)[0] != 1) return answer;
  answer.device = device->substr(1);

  if (request[2] == kVerifyRequest && der != nullptr) {
    answer.command = "VERIFY";
    auto certificate = Identity::from_der(*der);
    if (!certificate.ok()) return answer;
    answer.subject = (*certificate)->subject();
    const TvsEntry* found = by_certificate(database, *der);
    answer.valid = found != nullptr;
    std::string body = element(kStatus, u8(answer.valid ? 0 : 1));
    if (found != nullptr) body += element(kRoles, role_bytes(*found)) + element(kTtl, u32(database.ttl_seconds));
    answer.bytes = message(kVerifyResult, session, body);
  }
  if (request[2] == kQueryRequest && issuer != nullptr && serial != nullptr) {
    answer.command = "QUERY";
    const TvsEntry* found = by_issuer_and_serial(database, *issuer, *serial);
    answer.valid = found != nullptr;
    std::string body = element(kStatus, u8(answer.valid ? 0 : 1));
    if (found != nullptr) {
      answer.subject = found->certificate->subject();
      body += element(kCertificate, found->certificate->der()) + element(kRoles, role_bytes(*found)) +
              element(kTtl, u32(database.ttl_seconds));
    }
    answer.bytes = message(kQueryResult, session, body);
  }
  return answer;
}

}  // namespace phone::lab

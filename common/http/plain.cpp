// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/plain.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace phone::http {
namespace {

constexpr std::size_t kMaxQueryBytes = std::size_t{16} * 1024;  // a SCEP message of some KiB in base64
constexpr std::size_t kMaxTypeBytes = 100;
constexpr std::size_t kMaxHeaderBytes = 1024;

bool letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool all(std::string_view text, std::string_view besides) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || besides.find(c) != std::string_view::npos; });
}

}  // namespace

bool plain_host(std::string_view host) { return !host.empty() && host.size() <= 253 && all(host, ".-:_"); }

bool plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 256 && name.front() != '/' && name.find("..") == std::string_view::npos &&
         all(name, ".-_/");
}

bool plain_query(std::string_view query) { return query.size() <= kMaxQueryBytes && all(query, ".-_=&%~"); }

bool plain_header(std::string_view value) {
  return value.size() <= kMaxHeaderBytes &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool plain_request(const Request& request) {
  return plain_host(request.host) && plain_name(request.name) && plain_query(request.query) && request.port != 0;
}

std::string url_of(const Request& request) {
  const char* scheme = request.scheme == Scheme::kHttps ? "https" : request.scheme == Scheme::kTftp ? "tftp" : "http";
  const bool v6 = request.host.find(':') != std::string::npos;
  return absl::StrCat(scheme, "://", v6 ? "[" : "", request.host, v6 ? "]" : "", ":", request.port, "/", request.name,
                      request.query.empty() ? "" : "?", request.query);
}

std::string media_type(std::string_view said) {
  said = said.substr(0, said.find(';'));
  while (said.ends_with(' ') || said.ends_with('\t')) said.remove_suffix(1);
  while (said.starts_with(' ') || said.starts_with('\t')) said.remove_prefix(1);
  if (said.size() > kMaxTypeBytes) return {};
  std::string type;
  for (const char c : said) {
    if (c <= ' ' || c > '~') return {};
    type += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return type;
}

}  // namespace phone::http

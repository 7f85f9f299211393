// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/server/head.hpp"

#include <absl/strings/str_cat.h>

#include <boost/beast/http/fields.hpp>

namespace phone::gateway::web {
namespace http = boost::beast::http;
namespace {

constexpr struct {
  const char* name;
  const char* value;
} kSecurity[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
     "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=(), bluetooth=()"},
    {"Cache-Control", "no-store"},
};

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RequestHead head_of(const http::request<http::string_body>& request) {
  RequestHead head{.method = view(request.method_string()),
                   .target = view(request.target()),
                   .version = request.version(),
                   .fields = {}};
  for (const auto& field : request) head.fields.emplace_back(view(field.name_string()), view(field.value()));
  return head;
}

void set_security(http::fields& fields) {
  for (const auto& row : kSecurity) fields.set(row.name, row.value);
}

std::string stream_header() {
  std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/connect+json\r\nTransfer-Encoding: chunked\r\n";
  for (const auto& row : kSecurity) absl::StrAppend(&head, row.name, ": ", row.value, "\r\n");
  return head + "Connection: close\r\n\r\n";
}

std::string chunk_of(const std::string& envelope, bool last) {
  return absl::StrCat(absl::Hex(envelope.size()), "\r\n", envelope, "\r\n", last ? "0\r\n\r\n" : "");
}

}  // namespace phone::gateway::web

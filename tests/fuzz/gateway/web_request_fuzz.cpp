// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The screen's port from the first byte to the gateway's message: the HTTP head, what it asks for, the envelope, the
// JSON of each method. What is accepted is bytes of the method's message, and has JSON again.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <cstdlib>

#include "common/mesh/call/method_table.hpp"
#include "gateway/web/calls/json_rpc.hpp"
#include "gateway/web/request/authorization.hpp"
#include "gateway/web/request/connect.hpp"
#include "gateway/web/server/head.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace {

namespace http = boost::beast::http;
using namespace phone::gateway::web;

void must(bool true_) {
  if (!true_) std::abort();
}

void message(const std::string& method, std::string_view json) {
  const auto* service = phone::gateway::v1::PhoneStatus::descriptor()->file()->FindServiceByName("Gateway");
  const auto* found = service->FindMethodByName(method);
  if (found == nullptr) return;
  const auto bytes = bytes_of(*found->input_type(), json);
  if (!bytes.ok()) return must(bytes.status().code() == absl::StatusCode::kInvalidArgument);
  must(json_of(*found->input_type(), *bytes).ok());
}

void request(std::string_view bytes) {
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.header_limit(8192);
  parser.body_limit(64 * 1024);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error || !parser.is_header_done()) return;
  const auto field = parser.get()[http::field::authorization];
  if (const auto password = password_of({field.data(), field.size()}))
    must(!password->empty() && password->size() <= kLongestPassword);
  const bool administrator = bytes.size() % 2 == 1;
  const Route asked = route(head_of(parser.get()), Door{.hosts = {"h"}, .administrator = administrator});
  if (std::holds_alternative<MetricsRoute>(asked)) return must(administrator);
  if (const auto* refusal = std::get_if<Refusal>(&asked)) return must(!refusal->reason.empty());
  if (const auto* file = std::get_if<FileRoute>(&asked))
    return must(file->path.starts_with('/') && file->path.find("..") == std::string::npos);
  const auto& call = std::get<CallRoute>(asked);
  if (!call.streams) must(call.timeout && *call.timeout <= kLongestCall);
  const std::string& body = parser.get().body();
  if (!call.streams) return message(call.method, body);
  if (const auto only = only_message(body); only.ok()) message(call.method, *only);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto methods = phone::mesh::methods_of("phone.gateway.v1.Gateway");
  // Half of the inputs are JSON at once: a head that is right is rare.
  if (data[0] < 128)
    request(rest);
  else
    message(std::string(methods[data[0] % methods.size()].method), rest);
  return 0;
}

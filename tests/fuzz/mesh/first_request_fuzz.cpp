// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The beginning of a connection: any bytes, in any pieces, are judged the same, and no stream is named that the client
// did not open.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/mesh/listen/first_request.hpp"

namespace {

using phone::mesh::FirstRequest;

FirstRequest in_pieces(std::string_view bytes, std::size_t piece) {
  FirstRequest request;
  while (!bytes.empty()) {
    const auto next = bytes.substr(0, piece);
    request.take(next);
    bytes.remove_prefix(next.size());
  }
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::string with_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if ((data[0] & 1) != 0) bytes = with_preface.append(bytes);
  const FirstRequest whole = in_pieces(bytes, bytes.size() + 1);
  const FirstRequest pieces = in_pieces(bytes, 1U + data[1]);
  if (whole.kind() != pieces.kind() || whole.stream() != pieces.stream()) std::abort();
  if (whole.kind() == FirstRequest::Kind::kHttp1 && whole.stream() != 0) std::abort();
  if (whole.stream() > 0x7fffffff) std::abort();
  return 0;
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// All messages on the socket of phone-download, at both ends; what is accepted is encoded again and read as the
// same.
#include <cstdint>
#include <cstdlib>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/http/response.hpp"
#include "common/text/foreign_text.hpp"

namespace {

using namespace phone::http;

void must(bool true_) {
  if (!true_) std::abort();
}

void request(std::string_view bytes) {
  const auto read = decode_request(bytes);
  if (!read.ok()) return must(!read.status().message().empty());
  must(read->limit <= kMostBody && read->port != 0);
  const auto again = decode_request(encode(*read));
  must(!again.ok() || (again->name == read->name && again->post == read->post));
}

void reply(std::string_view bytes, std::size_t limit) {
  const auto read = decode_result(bytes, limit);
  if (!read.ok()) return must(!read.status().message().empty());
  must(phone::text::is_clean(read->detail) && read->body.size() <= limit);
  must(decode_result(encode_result(*read), limit)->body == read->body);
}

// However it is cut into pieces, an answer is read as the same.
void response(std::string_view bytes, std::size_t piece) {
  ResponseReader whole(4096), pieces(4096);
  const bool taken = whole.feed(bytes).ok();
  bool also = true;
  for (std::size_t at = 0; also && at < bytes.size(); at += piece) also = pieces.feed(bytes.substr(at, piece)).ok();
  must(taken == also);
  if (!taken) return;
  must(whole.done() == pieces.done() && whole.status() == pieces.status() &&
       whole.closed().ok() == pieces.closed().ok());
  const std::string body = whole.take_body();
  must(body == pieces.take_body() && body.size() <= 4096);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 4) {
    case 0:
      request(rest);
      break;
    case 1:
      reply(rest, data[1]);
      break;
    case 2:
      response(rest, data[1] % 32 + 1);
      break;
    default:
      if (const auto length = length_of(rest, data[1]); length.ok()) must(*length <= data[1]);
  }
  return 0;
}

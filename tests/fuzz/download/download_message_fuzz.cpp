// Everything said over the socket of phone-download, on both its ends; what is taken is said again and read as the
// same.
#include <cstdint>
#include <cstdlib>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"

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
  const auto read = decode_reply(bytes, limit);
  if (!read.ok()) return must(!read.status().message().empty());
  must(read->chain.has_value() != read->result.has_value());
  if (read->chain) must(decode_reply(encode_chain(*read->chain), limit)->chain == read->chain);
  if (read->result) must(decode_reply(encode_result(*read->result), limit)->result->body == read->result->body);
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
      if (const auto verdict = decode_verdict(rest); verdict.ok()) {
        must(decode_verdict(encode(*verdict))->trusted == verdict->trusted);
      }
      break;
    default:
      if (const auto length = length_of(rest, data[1]); length.ok()) must(*length <= data[1]);
  }
  return 0;
}

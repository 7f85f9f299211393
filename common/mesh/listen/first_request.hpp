// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// first_request.hpp -- the beginning of what a client sends, to tell a browser from a gRPC client, and answers for
// those that gRPC is not to see: gRPC 1.51 answers a GET with a reset that no browser can show, and a connection that
// is simply closed says nothing to anybody. Incremental and total; keeps no bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace phone::mesh {

class FirstRequest {
 public:
  enum class Kind : std::uint8_t {
    kUnknown,  // more bytes are needed
    kRpc,      // HTTP/2 with another method than GET, or something that gRPC is left to refuse
    kHttp1,    // a request of HTTP/1
    kHttp2Get  // a GET of HTTP/2
  };
  // The next bytes, in pieces of any size. Once it is known it stays.
  Kind take(std::string_view bytes);
  Kind kind() const { return kind_; }
  // The first stream of the client; 0 before its headers begin, and for HTTP/1.
  std::uint32_t stream() const { return stream_; }

 private:
  enum class State : std::uint8_t { kPreface, kHead, kPayload, kHeaders, kSizeUpdate };
  void byte(std::uint8_t value);
  void head_complete();

  Kind kind_ = Kind::kUnknown;
  State state_ = State::kPreface;
  std::size_t seen_ = 0;       // bytes in all
  std::uint8_t head_[9] = {};  // RFC 9113 section 4.1
  std::size_t have_ = 0;       // of the preface, of the head
  std::size_t left_ = 0;       // of the payload
  std::size_t skip_ = 0;       // padding length and priority before the header block
  std::uint32_t stream_ = 0;
};

// What a browser is shown, as HTTP/1.1, and as HTTP/2 on `stream` with the connection's end.
std::string http1_answer();
std::string http2_answer(std::uint32_t stream);
// The server's settings, which gRPC clients wait for before they ask.
std::string http2_settings();
// PERMISSION_DENIED for the call on `stream`, and the connection's end. `message`: ASCII, at most 1024 bytes;
// `details` as error_details() makes them.
std::string grpc_refusal(std::uint32_t stream, std::string_view message, const std::string& details);

}  // namespace phone::mesh

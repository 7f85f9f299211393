// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/get.hpp"

#include <curl/curl.h>
#include <netdb.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"
#include "common/text/foreign_text.hpp"
#include "common/tls/socket.hpp"

namespace phone::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
// Pieces that a body may come in, beside one for every 64 bytes: chunks of one byte are no file.
constexpr std::size_t kFewPieces = 4096;
constexpr std::size_t kBytesPerPiece = 64;
constexpr std::size_t kMostDetail = 400;
constexpr std::size_t kMostWords = 200;  // of the server
// RFC 2348: fits an Ethernet frame. A server that does not know the option sends 512.
constexpr long kTftpBlock = 1428;

struct Transfer {
  const Request* request = nullptr;
  std::string body;
  std::size_t header_bytes = 0;
  std::size_t pieces = 0;
  bool too_large = false;
  bool crumbled = false;
  bool late = false;
  int connected = -1;  // a socket that is connected already, or -1; libcurl's once it has asked for it
  bool handed_over = false;
  std::string words;  // of a server that has no file for us: its status line, its TFTP error message
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

// They are asked one after the other, and a silent one costs its full timeout.
constexpr int kMostTftpAddresses = 4;

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

void initialise_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  if (bytes > transfer.request->limit - transfer.body.size()) {
    transfer.too_large = true;
    return 0;
  }
  if (++transfer.pieces > kFewPieces + (transfer.body.size() + bytes) / kBytesPerPiece) {
    transfer.crumbled = true;
    return 0;
  }
  transfer.body.append(data, bytes);
  return bytes;
}

std::string_view until(std::string_view text, std::string_view end) { return text.substr(0, text.find_first_of(end)); }

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  const std::string_view line(data, bytes);
  if (line.substr(0, 5) == "HTTP/") {
    const auto code = line.find(' ');
    transfer.words = until(code == std::string_view::npos ? "" : line.substr(code + 1), "\r\n").substr(0, kMostWords);
  }
  transfer.header_bytes += bytes;
  return transfer.header_bytes > kMaxHeaderBytes ? 0 : bytes;
}

// What a TFTP server says with its error is told here only.
int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* user) {
  constexpr std::string_view kError = "TFTP error: ";
  const std::string_view text(data, size);
  if (type == CURLINFO_TEXT && text.substr(0, kError.size()) == kError)
    static_cast<Transfer*>(user)->words = until(text.substr(kError.size()), "\n").substr(0, kMostWords);
  return 0;
}

bool cancelled(const Request& request) {
  return request.cancelled != nullptr && request.cancelled->load(std::memory_order_relaxed);
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto taken = std::chrono::steady_clock::now() - transfer.begun;
  transfer.late = taken > allowed_time(*transfer.request, transfer.body.size());
  return transfer.late || cancelled(*transfer.request) ? 1 : 0;
}

// The socket to the address that answered first, in the place of one of libcurl's own.
curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr*) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (std::exchange(transfer.handed_over, true)) return CURL_SOCKET_BAD;
  return transfer.connected;
}
int on_socket_option(void*, curl_socket_t, curlsocktype) { return CURL_SOCKOPT_ALREADY_CONNECTED; }

CURLcode prepare(CURL* curl, const Request& request, const std::string& url, Transfer& transfer, char* error) {
  CURLcode code = CURLE_OK;
  const auto set = [&](auto option, auto value) {
    if (code == CURLE_OK) code = curl_easy_setopt(curl, option, value);
  };
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, request.scheme == Scheme::kTftp ? "tftp" : "http");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(longest_time(request).count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(kStallBytesPerSecond));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));
  if (transfer.connected >= 0) {
    set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&transfer));
    set(CURLOPT_SOCKOPTFUNCTION, &on_socket_option);
  }
  if (request.scheme == Scheme::kTftp) {
    set(CURLOPT_TFTP_BLKSIZE, kTftpBlock);
    set(CURLOPT_VERBOSE, 1L);
    set(CURLOPT_DEBUGFUNCTION, &on_debug);
    set(CURLOPT_DEBUGDATA, static_cast<void*>(&transfer));
  }
  if (!request.post.empty()) {
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.post.size()));
    set(CURLOPT_POSTFIELDS, request.post.data());
  }
  return code;
}

bool connected(CURL* curl, const Transfer& transfer) {
  if (transfer.connected >= 0) return true;
  curl_off_t microseconds = 0;
  curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &microseconds);
  return microseconds > 0;
}

Outcome outcome_of(CURLcode code, CURL* curl, const Request& request, const Transfer& transfer) {
  if (transfer.too_large) return Outcome::kTooLarge;
  if (transfer.crumbled) return Outcome::kBroken;
  switch (code) {
    case CURLE_OK: {
      if (request.scheme == Scheme::kTftp) return Outcome::kOk;
      long status = 0;
      curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
      if (status == 200) return Outcome::kOk;
      if (status == 404 || status == 410) return Outcome::kAbsent;
      if (status == 503) return Outcome::kUnavailable;
      return Outcome::kUnserved;
    }
    case CURLE_TFTP_NOTFOUND:
      return Outcome::kAbsent;
    case CURLE_TFTP_PERM:
    case CURLE_TFTP_ILLEGAL:
    case CURLE_TFTP_UNKNOWNID:
    case CURLE_TFTP_NOSUCHUSER:
    case CURLE_REMOTE_DISK_FULL:
    case CURLE_REMOTE_FILE_EXISTS:
      return Outcome::kUnserved;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return Outcome::kUnreachable;
    case CURLE_OPERATION_TIMEDOUT:
      // TFTP has no connection; a server that never spoke is as good as none.
      if (request.scheme == Scheme::kTftp && transfer.body.empty()) return Outcome::kUnreachable;
      return connected(curl, transfer) ? Outcome::kBroken : Outcome::kUnreachable;
    case CURLE_ABORTED_BY_CALLBACK:  // libcurl's word for TFTP's "not defined" as well
      if (transfer.late && !cancelled(request))
        return connected(curl, transfer) ? Outcome::kBroken : Outcome::kUnreachable;
      return cancelled(request) ? Outcome::kCancelled : Outcome::kUnserved;
    default:
      return Outcome::kBroken;
  }
}

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// From one address of the server: `address` as text, empty: the host is one. `socket` is connected to it, or -1.
Result get_from(const Request& request, const std::string& address, os::Descriptor socket) {
  Result result{.url = url_of(request)};
  const Easy curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) {
    result.detail = "out of memory for a transfer";
    return result;
  }
  Transfer transfer{.request = &request, .connected = socket.get()};
  const Headers resolved(
      address.empty() ? nullptr
                      : curl_slist_append(nullptr, absl::StrCat(request.host, ":", request.port, ":", address).c_str()),
      &curl_slist_free_all);
  // Without "Expect" a server that does not know it costs no second.
  const Headers headers(request.post.empty()
                            ? nullptr
                            : curl_slist_append(curl_slist_append(nullptr, "Expect:"),
                                                absl::StrCat("Content-Type: ", request.post_type).c_str()),
                        &curl_slist_free_all);
  char error[CURL_ERROR_SIZE] = "";
  if (const CURLcode code = prepare(curl.get(), request, result.url, transfer, error); code != CURLE_OK) {
    result.detail = curl_easy_strerror(code);
    return result;
  }
  if (headers) curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  if (resolved) curl_easy_setopt(curl.get(), CURLOPT_RESOLVE, resolved.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.handed_over) (void)socket.release();
  result.outcome = outcome_of(code, curl.get(), request, transfer);
  if (result.outcome == Outcome::kOk) {
    result.body = std::move(transfer.body);
    const char* type = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
    result.type = media_type(type == nullptr ? "" : type);
    return result;
  }
  if (transfer.crumbled) {
    result.detail = absl::StrCat("the body arrives in too many small pieces: ", transfer.pieces, " pieces");
  } else if (transfer.too_large) {
    result.detail = absl::StrCat("more than ", request.limit, " bytes");
  } else if (code == CURLE_OK) {
    result.detail = absl::StrCat("status ", text::clean(transfer.words, kMostDetail));
  } else if (transfer.late) {
    result.detail = absl::StrCat("not received in time: ", transfer.body.size(), " bytes");
  } else if (request.scheme == Scheme::kTftp && !transfer.words.empty()) {
    result.detail = text::clean(transfer.words, kMostDetail);
  } else {
    result.detail = text::clean(error[0] != '\0' ? error : curl_easy_strerror(code), kMostDetail);
  }
  return result;
}

Result unreachable(const Request& request, const absl::Status& status) {
  return {.outcome = Outcome::kUnreachable,
          .url = url_of(request),
          .detail = text::clean(std::string(status.message()), kMostDetail)};
}

std::string text_of(const addrinfo& address) {
  char text[NI_MAXHOST] = "";
  if (getnameinfo(address.ai_addr, address.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return address.ai_family == AF_INET6 ? absl::StrCat("[", text, "]") : std::string(text);
}

// TCP: all addresses side by side; the first that answers is asked.
Result get_by_tcp(const Request& request, const tls::Lookup& lookup) {
  auto dialled = tls::dial({.host = request.host,
                            .port = request.port,
                            .bind_address = {},
                            .timeout = absl::FromChrono(request.connect_timeout),
                            .lookup = lookup});
  if (!dialled.ok()) return unreachable(request, dialled.status());
  // An address for libcurl's own books: the socket is connected.
  return get_from(request, "127.0.0.1", os::Descriptor(*dialled));
}

// TFTP has no connection: one address after the other, each with its own full time, until one has said something.
Result get_by_tftp(const Request& request, const tls::Lookup& lookup) {
  const absl::Time until = os::steady_now() + absl::FromChrono(request.connect_timeout);
  const auto list = tls::resolve(request.host, absl::StrCat(request.port), until, -1, lookup);
  if (!list.ok()) return unreachable(request, list.status());
  Result result = unreachable(request, absl::UnavailableError("the server has no address"));
  int tried = 0;
  for (const addrinfo* one = list->get(); one != nullptr && tried < kMostTftpAddresses; one = one->ai_next, ++tried) {
    const std::string address = text_of(*one);
    if (address.empty()) continue;
    result = get_from(request, address, {});
    if (result.outcome != Outcome::kUnreachable) break;
  }
  return result;
}

}  // namespace

Result get_by(const Request& request, const tls::Lookup& lookup) {
  if (!plain_request(request)) return {.detail = "invalid server or file name"};
  if (request.scheme != Scheme::kHttp && request.scheme != Scheme::kTftp) {
    return {.outcome = Outcome::kRefused, .url = url_of(request), .detail = "TLS ends in the process that asks"};
  }
  initialise_once();
  if (tls::is_address(request.host)) return get_from(request, {}, {});
  return request.scheme == Scheme::kTftp ? get_by_tftp(request, lookup) : get_by_tcp(request, lookup);
}

Result get(const Request& request) { return get_by(request, &tls::look_up); }

}  // namespace phone::http

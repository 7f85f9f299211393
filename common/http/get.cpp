// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/get.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
// Pieces that a body may come in, beside one for every 64 bytes: chunks of one byte are no file.
constexpr std::size_t kFewPieces = 4096;
constexpr std::size_t kBytesPerPiece = 64;
constexpr std::size_t kMostDetail = 400;

struct Transfer {
  const Request* request = nullptr;
  std::string body;
  std::size_t header_bytes = 0;
  std::size_t pieces = 0;
  bool too_large = false;
  bool crumbled = false;
};

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

std::size_t on_header(char*, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  transfer.header_bytes += bytes;
  return transfer.header_bytes > kMaxHeaderBytes ? 0 : bytes;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* cancelled = static_cast<Transfer*>(user)->request->cancelled;
  return cancelled != nullptr && cancelled->load(std::memory_order_relaxed) ? 1 : 0;
}

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
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(kStallBytesPerSecond));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));
  if (!request.post.empty()) {
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.post.size()));
    set(CURLOPT_POSTFIELDS, request.post.data());
  }
  return code;
}

bool connected(CURL* curl) {
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
      if (status == 404) return Outcome::kAbsent;
      if (status == 503) return Outcome::kUnavailable;
      return Outcome::kFailed;
    }
    case CURLE_TFTP_NOTFOUND:
      return Outcome::kAbsent;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return Outcome::kUnreachable;
    case CURLE_OPERATION_TIMEDOUT:
      // TFTP has no connection; a server that never spoke is as good as none.
      if (request.scheme == Scheme::kTftp && transfer.body.empty()) return Outcome::kUnreachable;
      return connected(curl) ? Outcome::kBroken : Outcome::kUnreachable;
    case CURLE_ABORTED_BY_CALLBACK:
      return Outcome::kCancelled;
    default:
      return Outcome::kBroken;
  }
}

}  // namespace

Result get(const Request& request) {
  Result result;
  if (!plain_request(request)) {
    result.detail = "invalid server or file name";
    return result;
  }
  result.url = url_of(request);
  if (request.scheme != Scheme::kHttp && request.scheme != Scheme::kTftp) {
    result.outcome = Outcome::kRefused;
    result.detail = "TLS ends in the process that asks";
    return result;
  }
  initialise_once();
  const Easy curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) {
    result.detail = "out of memory for a transfer";
    return result;
  }
  Transfer transfer{.request = &request};
  // Without "Expect" a server that does not know it costs no second.
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      request.post.empty() ? nullptr
                           : curl_slist_append(curl_slist_append(nullptr, "Expect:"),
                                               absl::StrCat("Content-Type: ", request.post_type).c_str()),
      &curl_slist_free_all);
  char error[CURL_ERROR_SIZE] = "";
  if (const CURLcode code = prepare(curl.get(), request, result.url, transfer, error); code != CURLE_OK) {
    result.detail = curl_easy_strerror(code);
    return result;
  }
  if (headers) curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  const CURLcode code = curl_easy_perform(curl.get());
  result.outcome = outcome_of(code, curl.get(), request, transfer);
  if (result.outcome == Outcome::kOk) {
    result.body = std::move(transfer.body);
    const char* type = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
    result.type = media_type(type == nullptr ? "" : type);
    return result;
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (transfer.crumbled) {
    result.detail = absl::StrCat("the body arrives in too many small pieces: ", transfer.pieces, " pieces");
  } else if (transfer.too_large) {
    result.detail = absl::StrCat("more than ", request.limit, " bytes");
  } else if (code == CURLE_OK) {
    result.detail = absl::StrCat("status ", status);
  } else {
    result.detail = text::clean(error[0] != '\0' ? error : curl_easy_strerror(code), kMostDetail);
  }
  return result;
}

}  // namespace phone::http

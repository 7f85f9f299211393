#include "common/http/get.hpp"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/tls/profile.hpp"

namespace phone::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
constexpr int kMaxChain = 8;  // as VerifyPeer takes them
constexpr long kStallBytesPerSecond = 64;
constexpr std::size_t kMaxQueryBytes = std::size_t{16} * 1024;  // a SCEP message of some KiB in base64

struct Transfer {
  const Request* request = nullptr;
  const tls::Profile* tls = nullptr;
  std::string body;
  std::size_t header_bytes = 0;
  bool too_large = false;
  std::string refusal;
};

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

void initialise_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool plain_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (char c : host) {
    const bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                      c == '-' || c == ':' || c == '_';
    if (!fine) return false;
  }
  return true;
}

bool plain_name(std::string_view name) {
  if (name.empty() || name.size() > 256 || name.front() == '/' || name.find("..") != std::string_view::npos)
    return false;
  for (char c : name) {
    const bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                      c == '-' || c == '_' || c == '/';
    if (!fine) return false;
  }
  return true;
}

// What percent-encoding leaves; nothing that could begin a fragment or another line.
bool plain_query(std::string_view query) {
  if (query.size() > kMaxQueryBytes) return false;
  for (char c : query) {
    const bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                      c == '-' || c == '_' || c == '=' || c == '&' || c == '%' || c == '~';
    if (!fine) return false;
  }
  return true;
}

std::string media_type(const char* said) {
  std::string type = said == nullptr ? "" : said;
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return type;
}

std::string url_of(const Request& request) {
  const char* scheme = request.scheme == Scheme::kHttps ? "https" : request.scheme == Scheme::kTftp ? "tftp" : "http";
  const bool v6 = request.host.find(':') != std::string::npos;
  return absl::StrCat(scheme, "://", v6 ? "[" : "", request.host, v6 ? "]" : "", ":", request.port, "/", request.name,
                      request.query.empty() ? "" : "?", request.query);
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  if (bytes > transfer.request->limit - transfer.body.size()) {
    transfer.too_large = true;
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

// Stands in the place of OpenSSL's path building: the chain goes to the verifier, whose word is final.
int on_certificate(X509_STORE_CTX* context, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::vector<std::string> chain;
  const auto append = [&chain](X509* certificate) {
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0) return;
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &out);
    chain.push_back(std::move(der));
  };
  if (X509* leaf = X509_STORE_CTX_get0_cert(context)) append(leaf);
  if (STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(context)) {
    for (int i = 0; i < sk_X509_num(sent) && static_cast<int>(chain.size()) < kMaxChain; ++i) {
      X509* certificate = sk_X509_value(sent, i);
      if (certificate != X509_STORE_CTX_get0_cert(context)) append(certificate);
    }
  }
  const auto verdict = chain.empty() ? absl::StatusOr<std::string>(absl::UnauthenticatedError("no certificate"))
                                     : transfer.request->verify(chain);
  if (verdict.ok()) {
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
  }
  transfer.refusal = std::string(verdict.status().message());
  if (transfer.refusal.empty()) transfer.refusal = "refused without a reason";
  X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

CURLcode on_context(CURL*, void* context, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (const auto status = tls::apply(*transfer.tls, static_cast<SSL_CTX*>(context)); !status.ok()) {
    transfer.refusal = std::string(status.message());
    return CURLE_SSL_CIPHER;
  }
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), on_certificate, user);
  return CURLE_OK;
}

CURLcode prepare(CURL* curl, const Request& request, const std::string& url, Transfer& transfer, char* error) {
  CURLcode code = CURLE_OK;
  const auto set = [&](auto option, auto value) {
    if (code == CURLE_OK) code = curl_easy_setopt(curl, option, value);
  };
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, request.scheme == Scheme::kHttps  ? "https"
                             : request.scheme == Scheme::kTftp ? "tftp"
                                                               : "http");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
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
  if (request.scheme == Scheme::kHttps) {
    // The certificate is pinned by the verifier, which knows the host; a resumed session would show it none.
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
    set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    set(CURLOPT_CAINFO, static_cast<char*>(nullptr));
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
    // Versions, suites and groups are the profile's: it has the last word on the context.
    set(CURLOPT_SSL_CTX_FUNCTION, &on_context);
    set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(&transfer));
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
  if (!transfer.refusal.empty()) return Outcome::kRefused;
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
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return Outcome::kRefused;
    default:
      return Outcome::kBroken;
  }
}

}  // namespace

Result get(const Request& request) {
  Result result;
  if (!plain_host(request.host) || !plain_name(request.name) || !plain_query(request.query) || request.port == 0) {
    result.detail = "not a server and file name that can be asked for";
    return result;
  }
  result.url = url_of(request);
  if (request.scheme == Scheme::kHttps && !request.verify) {
    result.outcome = Outcome::kRefused;
    result.detail = "nobody can vouch for the server";
    return result;
  }
  std::optional<tls::Profile> profile;
  if (request.scheme == Scheme::kHttps) {
    auto made = request.tls ? tls::Profile::of(tls::Function::kHttps, *request.tls)
                            : absl::FailedPreconditionError("no TLS without what the policy says of it");
    if (!made.ok()) {
      result.outcome = Outcome::kRefused;
      result.detail = std::string(made.status().message());
      return result;
    }
    profile = *std::move(made);
  }
  initialise_once();
  const Easy curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) {
    result.detail = "no memory for a transfer";
    return result;
  }
  Transfer transfer{.request = &request, .tls = profile ? &*profile : nullptr};
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
    result.type = media_type(type);
    return result;
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (!transfer.refusal.empty()) {
    result.detail = transfer.refusal;
  } else if (transfer.too_large) {
    result.detail = absl::StrCat("more than ", request.limit, " bytes");
  } else if (code == CURLE_OK) {
    result.detail = absl::StrCat("status ", status);
  } else {
    result.detail = error[0] != '\0' ? error : curl_easy_strerror(code);
    if (code == CURLE_SSL_CONNECT_ERROR && profile) {
      absl::StrAppend(&result.detail, "; offered were ", profile->describe());
    }
  }
  return result;
}

}  // namespace phone::http

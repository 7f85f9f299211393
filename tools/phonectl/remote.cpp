// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/remote.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <grpcpp/security/credentials.h>
#include <fstream>
#include <iterator>

#include "tools/phonectl/text.hpp"

namespace phone::phonectl {
namespace {

constexpr std::size_t kMostPem = 256 * 1024;

absl::Status read_pem(const std::string& file, std::string& into) {
  std::ifstream in(file, std::ios::binary);
  into.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || into.empty() || into.size() > kMostPem || !absl::StrContains(into, "-----BEGIN ")) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", file, " as PEM"));
  }
  return absl::OkStatus();
}

std::string host_of(const std::string& target) { return target.substr(0, target.rfind(':')); }

}  // namespace

absl::Status check(const Remote& remote) {
  const bool any = !remote.authority.empty() || !remote.certificate.empty() || !remote.key.empty();
  if (remote.target.empty()) {
    return any ? absl::InvalidArgumentError("--authority, --certificate and --key belong to --remote")
               : absl::OkStatus();
  }
  const std::size_t colon = remote.target.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == remote.target.size()) {
    return absl::InvalidArgumentError("--remote needs HOST:PORT; the event diagnostics.opened names the port");
  }
  if (remote.authority.empty() || remote.certificate.empty() || remote.key.empty()) {
    return absl::InvalidArgumentError(
        "--remote needs --authority, --certificate and --key: the phone knows its callers by them");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials(const Remote& remote) {
  grpc::SslCredentialsOptions tls;
  if (auto read = read_pem(remote.authority, tls.pem_root_certs); !read.ok()) return read;
  if (auto read = read_pem(remote.certificate, tls.pem_cert_chain); !read.ok()) return read;
  if (auto read = read_pem(remote.key, tls.pem_private_key); !read.ok()) return read;
  return grpc::SslCredentials(tls);
}

std::string connection_failure(const absl::Status& status, const Remote& remote) {
  const std::string text(status.message());
  const std::string lower = absl::AsciiStrToLower(text);
  const auto has = [&](const char* words) { return absl::StrContains(lower, words); };
  const std::string& target = remote.target;
  if (has("connection refused")) {
    return absl::StrCat(target, " refuses the connection: remote diagnostics is not open there");
  }
  if (has("not in peer certificate") || has("hostname verification")) {
    const std::string name = remote.server_name.empty() ? host_of(target) : remote.server_name;
    return absl::StrCat("the certificate of ", target, " is not for ", name,
                        "; --server-name says what it is for, if that is another name of the same phone");
  }
  if (has("certificate verify failed") || has("certificate_verify_failed")) {
    return absl::StrCat("the certificate of ", target, " was not issued by the authority in ", remote.authority,
                        ", or is not valid now");
  }
  if (has("wrong version number") || has("unsupported protocol") || has("no protocols available")) {
    return absl::StrCat(target, " does not speak a TLS version that is allowed here");
  }
  if (has("alert") || has("socket closed") || has("connection reset") || has("broken pipe") ||
      has("endpoint read failed")) {
    return absl::StrCat(target, " closed the connection: it does not accept the certificate in ", remote.certificate,
                        ", or blocks this address for the moment");
  }
  if (has("resolution") || has("domain name not found"))
    return absl::StrCat("no address is known for ", host_of(target));
  if (has("deadline") || has("timed out") || has("timeout") || has("unreachable") || has("no route")) {
    return absl::StrCat("no answer from ", target);
  }
  return absl::StrCat("cannot reach ", target, ": ", plain(text));
}

}  // namespace phone::phonectl

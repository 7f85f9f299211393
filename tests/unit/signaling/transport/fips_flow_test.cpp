// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F36: in FIPS mode a short key on either side ends the connection in the article's words, before any SIP.
#include <absl/strings/match.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "common/crypto/pointers.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/transport/flow.hpp"

namespace phone::signaling {
namespace {

constexpr char kFipsSentence[] = "Phone failed to register. Cert key size is not FIPS compliant";

struct FipsParty {
  crypto::EvpPkeyPtr key;
  crypto::X509Ptr certificate;
  std::string der() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate.get(), &bytes);
    std::string der(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    OPENSSL_free(bytes);
    return der;
  }
};

FipsParty fips_party(unsigned bits) {
  FipsParty made{crypto::EvpPkeyPtr(EVP_RSA_gen(bits)), crypto::X509Ptr(X509_new())};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, made.key.get());
  X509_sign(certificate, made.key.get(), EVP_sha256());
  return made;
}

// A server with a certificate; takes one connection and counts what it reads.
class TlsServer {
 public:
  explicit TlsServer(const FipsParty& identity) : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(listener_, 1);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  uint16_t port = 0;
  std::atomic<int> taken = 0, bytes_read = 0;

 private:
  void serve() {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    ++taken;
    const crypto::SslPtr ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    char buffer[256];
    if (SSL_accept(ssl.get()) == 1) {
      for (int got = 0; (got = SSL_read(ssl.get(), buffer, sizeof buffer)) > 0;) bytes_read += got;
    }
    close(fd);
  }
  crypto::SslCtxPtr context_;
  int listener_ = -1;
  std::thread thread_;
};

// What becomes of a connection to it; `asked` counts the questions to trust_store, which says no.
FlowClosed end_of_handshake(const TlsServer& server, bool fips,
                            const std::function<absl::StatusOr<FlowIdentity>()>& own,
                            std::atomic<int>* asked = nullptr) {
  std::promise<FlowClosed> down;
  const FlowTrust trust{.verify = [asked](const auto&, const auto&) -> absl::StatusOr<std::string> {
                          if (asked != nullptr) ++*asked;
                          return absl::PermissionDeniedError("on no list");
                        },
                        .identity = own};
  const FlowObserver observer = [&](const FlowEvent& event) {
    if (const auto* closed = std::get_if<FlowClosed>(&event)) down.set_value(*closed);
  };
  FlowProfile profile;
  profile.tls.fips = fips;
  auto ended = down.get_future();
  const Flow flow(1, {.name = "cucm", .address = "127.0.0.1", .port = server.port, .tls = true}, profile, trust,
                  observer);
  const bool in_time = ended.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  EXPECT_TRUE(in_time);
  return in_time ? ended.get() : FlowClosed{};
}

FlowIdentity fips_shown(const FipsParty& own) {
  return {{{own.der()},
           [](const crypto::SigningInput&) -> absl::StatusOr<std::string> {
             return absl::InternalError("nobody signs here");
           }},
          "LSC"};
}

TEST(F36_FipsConnection, AShortCertificateOfThePhoneIsShownToNobody) {
  const TlsServer server(fips_party(2048));
  const FipsParty own = fips_party(1024);
  const FlowClosed closed =
      end_of_handshake(server, true, [&] { return absl::StatusOr<FlowIdentity>(fips_shown(own)); });
  EXPECT_EQ(closed.end, FlowEnd::kFips);
  EXPECT_EQ(closed.reason, cat(kFipsSentence, " (LSC, RSA 1024; 2048 needed)"));
  EXPECT_EQ(server.taken, 0);
}

TEST(F36_FipsConnection, TheRefusalOfTheKeyHolderIsTheSameEnd) {
  const TlsServer server(fips_party(2048));
  const auto refused = []() -> absl::StatusOr<FlowIdentity> {
    return absl::FailedPreconditionError("Cert key size is not FIPS compliant (LSC, RSA 1024; 2048 needed)");
  };
  const FlowClosed closed = end_of_handshake(server, true, refused);
  EXPECT_EQ(closed.end, FlowEnd::kFips);
  EXPECT_EQ(closed.reason, cat(kFipsSentence, " (LSC, RSA 1024; 2048 needed)"));
}

TEST(F36_FipsConnection, AServerWithAShortKeyIsRefusedBeforeAnybodyIsAskedAboutIt) {
  const FipsParty own = fips_party(2048), identity = fips_party(1024);
  const auto show = [&] { return absl::StatusOr<FlowIdentity>(fips_shown(own)); };
  for (const bool fips : {true, false}) {
    const TlsServer server(identity);
    std::atomic<int> asked = 0;
    const FlowClosed closed = end_of_handshake(server, fips, show, &asked);
    EXPECT_EQ(asked, fips ? 0 : 1);
    EXPECT_EQ(closed.end, fips ? FlowEnd::kFips : FlowEnd::kRefused) << closed.reason;
    EXPECT_TRUE(absl::StrContains(
        closed.reason, fips ? cat(kFipsSentence, " (server's certificate, RSA 1024; 2048 needed)") : "on no list"))
        << closed.reason;
    EXPECT_EQ(server.bytes_read, 0);
  }
}

}  // namespace
}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F9, F16: the process that downloads is not believed. Here it lies in every way its socket allows, to a whole run.
#include <absl/time/clock.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <functional>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/http/secure.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/text/foreign_text.hpp"
#include "phone/download/v1/download.pb.h"
#include "services/policy/files/download.hpp"
#include "services/policy/run/provisioning_run.hpp"
#include "tests/unit/policy/fakes.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

using http::Outcome;
using http::Request;
using http::Result;
using http::Scheme;
using ::testing::HasSubstr;

// What an attacker would like to see in force.
constexpr char kForged[] =
    "<device><devicePool><callManagerGroup><members><member priority=\"0\"><callManager><processNodeName>6.6.6.6"
    "</processNodeName></callManager></member></members></callManagerGroup></devicePool>"
    "<vendorConfig><remoteDiagnostics>true</remoteDiagnostics></vendorConfig></device>";

std::string http_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

http::Patience soon() { return {absl::Now() + absl::Seconds(10)}; }

// Answers each request on its socket as it likes.
class Liar {
 public:
  using Answer = std::function<void(int fd, const Request& request)>;
  Liar(const std::filesystem::path& socket, Answer answer)
      : listener_(loop_, *mesh::listen_unix(socket), [answer = std::move(answer)](os::Descriptor fd) {
          const auto bytes = http::receive_message(fd.get(), http::kMostRequestBytes, soon());
          if (!bytes.ok()) return;
          const auto request = http::decode_request(*bytes);
          if (request.ok()) answer(fd.get(), *request);
        }) {
    loop_.start("loop");
  }

 private:
  os::EventLoop loop_;
  mesh::Listener listener_;
};

void say(int fd, Result result) { (void)http::send_message(fd, http::encode_result(std::move(result)), soon()); }

// TLS of its own making over the pipe, with a certificate that was never on a list.
void speak_tls(int fd, const std::string& answer) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  timeval wait{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) == 1) {
    SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
    // To the end: closing with the request unread would reset the connection before the answer is read.
    std::array<char, 4096> request;
    while (SSL_read(ssl, request.data(), static_cast<int>(request.size())) > 0) {
    }
  }
  SSL_free(ssl);
  X509_free(certificate);
  EVP_PKEY_free(key);
  SSL_CTX_free(context);
}

struct Lie {
  const char* name;
  Liar::Answer answer;
  const char* reason;  // in the failure of the run
  friend void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.name; }
};

class LyingDownload : public ::testing::Test {
 protected:
  struct Judge : fakes::Trust {
    // Nothing that is not signed is trusted, and no stranger is the provisioning server.
    absl::StatusOr<FileVerdict> verify_file(const std::string&, const std::string&) override {
      return FileVerdict{.trusted = false, .reason = "not a signed file"};
    }
    absl::StatusOr<std::string> verify_server(const std::vector<std::string>& chain, const std::string&) override {
      ++judged;
      EXPECT_EQ(chain.size(), 1U);
      if (vouches) return "ITL";
      return absl::PermissionDeniedError("is not on the CTL or ITL, needed as TFTP");
    }
    int judged = 0;
    bool vouches = false;
  };

  RunResult run(const Liar::Answer& answer) {
    const Liar liar(socket_, answer);
    trust_.held = trust_.on_offer.facts = {.ctl = {.installed = true, .sha1 = "01"},
                                           .itl = {.installed = true, .sha1 = "02", .signer_version = "1.1"},
                                           .signed_files_required = true,
                                           .mixed_mode = true};
    const std::atomic<bool> cancelled{false};
    // As short as the test can wait; what a phone gives a transfer is 30 s.
    const auto fetch = [through = http::fetch_with_tls_through(socket_)](Request request) {
      request.total_timeout = std::chrono::milliseconds(700);
      return through(request);
    };
    HttpDownloader downloader(trust_, fetch, {}, cancelled);
    const RunDelegate observer{.doing = [](std::string) {},
                               .file = [](const FileReport&) {},
                               .alarm = [](const Alarm&) {},
                               .partial = [this](const Configuration&, const std::string&) { ++partials_; }};
    return ProvisioningRun(trust_, certificates_, downloader, observer, cancelled).run({.servers = {"10.0.0.1"}});
  }

  const tests::TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "fetch.sock";
  Judge trust_;
  fakes::Certificates certificates_;
  int partials_ = 0;
};
class F9_LyingDownload_Table : public LyingDownload, public ::testing::WithParamInterface<Lie> {};
using F9_LyingDownload = LyingDownload;

TEST_P(F9_LyingDownload_Table, PutsNothingInForce) {
  const RunResult result = run(GetParam().answer);
  EXPECT_NE(result.end, RunOutcome::kComplete);
  EXPECT_FALSE(result.configuration);
  EXPECT_EQ(partials_, 0);
  // The cause is told, by the run or beside the file.
  std::string told = result.failure;
  for (const FileReport& file : result.files) told += "\n" + file.name + ": " + file.reason;
  EXPECT_THAT(told, HasSubstr(GetParam().reason));
  EXPECT_TRUE(text::is_clean(result.failure));
  EXPECT_TRUE(certificates_.orders.empty());
}

// The lie about everything but HTTPS.
Liar::Answer pipe(std::function<void(int fd)> spoken) {
  return [spoken = std::move(spoken)](int fd, const Request& request) {
    if (request.scheme != Scheme::kPipe) return say(fd, {.outcome = Outcome::kOk, .body = kForged});
    say(fd, {.outcome = Outcome::kOk});
    spoken(fd);
  };
}

// The other half of the table: the bytes of the third lie are believed when the judge knows the certificate.
TEST_F(F9_LyingDownload, TheHandshakeWithAServerThatIsVouchedForIsWhatMakesTheDifference) {
  trust_.vouches = true;
  const auto result = run(pipe([](int fd) { speak_tls(fd, http_answer(kForged)); }));
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_EQ(trust_.judged, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Lies, F9_LyingDownload_Table,
    ::testing::Values(
        Lie{"a forged file for every name, by every way",
            [](int fd, const Request&) { say(fd, {.outcome = Outcome::kOk, .body = kForged}); }, "not a signed file"},
        Lie{"HTTP without TLS in the pipe", pipe([](int fd) {
              const std::string answer = http_answer(kForged);
              send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            }),
            "not a signed file"},
        Lie{"TLS with a certificate of its own", pipe([](int fd) { speak_tls(fd, http_answer(kForged)); }),
            "not a signed file"},
        Lie{"a pipe into which nobody speaks", pipe([](int fd) {
              fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
              char ignored[4096];
              while (recv(fd, ignored, sizeof ignored, MSG_WAITALL) > 0) {
              }
            }),
            "not a signed file"},
        Lie{"the result of a pipe that brings a body",
            [](int fd, const Request&) {
              say(fd, {.outcome = Outcome::kOk, .body = kForged, .detail = "authenticated"});
            },
            "not a signed file"},
        Lie{"no such file", [](int fd, const Request&) { say(fd, {.outcome = Outcome::kAbsent}); }, "no configuration"},
        Lie{"a body with an absent file",
            [](int fd, const Request&) { say(fd, {.outcome = Outcome::kAbsent, .body = kForged}); },
            "although it reports a failure"},
        Lie{"given up by a caller who is still there",
            [](int fd, const Request&) { say(fd, {.outcome = Outcome::kCancelled}); }, "still needed"},
        Lie{"more than was asked for",
            [](int fd, const Request& request) {
              say(fd, {.outcome = Outcome::kOk, .body = std::string(request.limit + 1, 'x')});
            },
            "more bytes than were requested"},
        Lie{"a length of 4 GB", [](int fd, const Request&) { send(fd, "\xff\xff\xff\xff", 4, MSG_NOSIGNAL); },
            "bytes, at most"},
        Lie{"half a body",
            [](int fd, const Request&) {
              const std::string whole = http::encode_result({.outcome = Outcome::kOk, .body = kForged});
              const std::string half = http::length_bytes(whole.size()) + whole.substr(0, whole.size() / 2);
              send(fd, half.data(), half.size(), MSG_NOSIGNAL);
            },
            "the peer closed the connection"},
        Lie{"no protobuf", [](int fd, const Request&) { (void)http::send_message(fd, "\xff\xff\xff", soon()); },
            "not a reply"},
        Lie{"nothing in it", [](int fd, const Request&) { (void)http::send_message(fd, "", soon()); }, "is empty"},
        Lie{"an outcome of the future",
            [](int fd, const Request&) {
              download::v1::Reply reply;
              reply.mutable_result()->set_outcome(static_cast<download::v1::Outcome>(77));
              (void)http::send_message(fd, reply.SerializeAsString(), soon());
            },
            "outcome"},
        Lie{"a chain, as if it had spoken TLS",
            [](int fd, const Request&) {
              download::v1::Reply reply;
              reply.mutable_chain()->add_certificate("leaf");
              for (int i = 0; i < 1000; ++i) {
                if (!http::send_message(fd, reply.SerializeAsString(), soon()).ok()) return;
              }
            },
            "is empty"},
        Lie{"gone at once", [](int, const Request&) {}, "the peer closed the connection"},
        Lie{"words of any byte",
            [](int fd, const Request&) {
              say(fd, {.outcome = Outcome::kFailed, .url = "\xe9", .detail = "caf\xe9\n{\"forged\":1}"});
            },
            "caf\xEF\xBF\xBD {"}));

}  // namespace
}  // namespace phone::policy

// The desk against TLS servers of this test: who may be a TVS server, what a dead or silent one costs, and what is
// cached.
#include "services/trust_store/tvs_desk.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include <future>

#include "absl/time/clock.h"
#include "common/crypto/pointers.hpp"
#include "tests/unit/trust_store/keeper_fixture.hpp"

namespace phone::trust::tvs {
namespace {

using testing::HasSubstr;

// Answers each connection with `reply` after reading one request, or stays silent when it is empty. Closes as tvsd
// does.
class Server {
 public:
  Server(const std::string& pem_name, std::string reply)
      : reply_(std::move(reply)), context_(SSL_CTX_new(TLS_server_method())) {
    const std::string path = std::string(PHONE_SHARED_DIR "/testdata/cisco/pki/") + pem_name + ".pem";
    SSL_CTX_use_certificate_file(context_.get(), path.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_.get(), path.c_str(), SSL_FILETYPE_PEM);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener_, 8);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  TvsServer address() const { return {"127.0.0.1", port_}; }
  int served() const { return served_; }

 private:
  void run() {
    for (;;) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const crypto::SslPtr ssl(SSL_new(context_.get()));
      SSL_set_fd(ssl.get(), fd);
      char buffer[8192];
      if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), buffer, sizeof buffer) > 0) {
        ++served_;
        // A silent server holds the connection until the phone gives up.
        if (reply_.empty())
          SSL_read(ssl.get(), buffer, sizeof buffer);
        else
          SSL_write(ssl.get(), reply_.data(), static_cast<int>(reply_.size()));
      }
      close(fd);
    }
  }

  const std::string reply_;
  const crypto::SslCtxPtr context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> served_ = 0;
  std::thread thread_;
};

class F9_TvsDesk : public testing::Test {
 protected:
  void SetUp() override { NEEDS_SAMPLES(); }

  TvsWord ask(std::vector<TvsServer> servers, Role role = Role::kTftp) {
    TvsJob job{1,
               {role, "CN=tftp.lab", "CN=tftp.lab", Phone::certificate("tftp").serial(), ""},
               std::move(servers),
               {Phone::certificate("tvs-pub").der()},
               "SEP0A1B2C3D4E5F",
               false};
    auto answer = std::make_shared<std::promise<TvsWord>>();
    desk_.ask(std::move(job), [answer](TvsWord word) { answer->set_value(std::move(word)); });
    return answer->get_future().get();
  }
  // The sample, as the answer to this session.
  static std::string answer_to(std::uint32_t session) {
    std::string bytes = Phone::sample("wire/tvs_query/res_valid_reserved_f7.bin");
    bytes[6] = static_cast<char>(session >> 8);
    bytes[7] = static_cast<char>(session & 0xFF);
    return bytes;
  }
  Desk desk_{nullptr, "9861"};
};

TEST_F(F9_TvsDesk, AListedServerIsAskedOnceAndItsAnswerCached) {
  Server server("tvs-pub", answer_to(1001));
  const TvsWord word = ask({server.address()});
  ASSERT_EQ(word.says, TvsSays::kYes) << word.text;
  EXPECT_EQ(*word.certificate, Phone::certificate("tftp"));
  EXPECT_EQ(ask({server.address()}).says, TvsSays::kYes);
  EXPECT_EQ(server.served(), 1);
  EXPECT_THAT(ask({server.address()}, Role::kCapf).text, HasSubstr("does not know it as CAPF"));
}

TEST_F(F9_TvsDesk, AServerThatNoListNamesIsRefusedBeforeItIsAsked) {
  Server impostor("evil-tftp", answer_to(1001));
  const TvsWord word = ask({impostor.address()});
  EXPECT_EQ(word.says, TvsSays::kNo);
  EXPECT_THAT(word.text, HasSubstr("not on the CTL or ITL as TVS"));
  EXPECT_EQ(impostor.served(), 0);
}

TEST_F(F9_TvsDesk, TheNextServerAnswersWhenOneIsDeadOrSilent) {
  Server silent("tvs-pub", ""), good("tvs-pub", answer_to(1003));
  const absl::Time start = absl::Now();
  const TvsWord word = ask({{"127.0.0.1", 1}, silent.address(), good.address()});
  EXPECT_EQ(word.says, TvsSays::kYes) << word.text;
  EXPECT_LT(absl::Now() - start, kPatience);
}

TEST_F(F9_TvsDesk, SilenceEndsWithinTwoSeconds) {
  Server silent("tvs-pub", "");
  const absl::Time start = absl::Now();
  EXPECT_EQ(ask({silent.address()}).says, TvsSays::kNo);
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

TEST_F(F9_TvsDesk, AnAnswerOfAnotherSessionIsNone) {
  Server server("tvs-pub", answer_to(7));
  EXPECT_THAT(ask({server.address()}).text, HasSubstr("another session"));
}

TEST_F(F9_TvsDesk, StoppingDoesNotWaitForASilentServer) {
  Server silent("tvs-pub", "");
  auto desk = std::make_unique<Desk>(nullptr, "9861");
  TvsJob job{1, {}, {silent.address()}, {Phone::certificate("tvs-pub").der()}, "SEP0A1B2C3D4E5F", false};
  desk->ask(std::move(job), [](TvsWord) {});
  const absl::Time start = absl::Now();
  desk.reset();
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

}  // namespace
}  // namespace phone::trust::tvs

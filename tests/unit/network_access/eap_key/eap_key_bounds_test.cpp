// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the PKCS#11 module costs wpa_supplicant at most, whatever its caller asks and whatever comes from the far end:
// HTTP/2 (RFC 9113) and gRPC written out by hand, right and wrong.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "common/os/descriptor.hpp"
#include "services/network_access/eap_key/call.hpp"
#include "services/network_access/eap_key/functions.hpp"
#include "services/network_access/eap_key/keys.hpp"
#include "tests/unit/gateway/test_pki.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::eap_key::bounds_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kConnection = 128 * 1024;  // what a connection may bring (call.hpp)
constexpr std::size_t kBuffers = 1024 * 1024;    // and what waits in the kernel on its way

std::string frame(unsigned char type, unsigned char flags, unsigned char stream, const std::string& payload) {
  const std::size_t size = payload.size();
  std::string bytes;
  for (const unsigned shift : {16U, 8U, 0U}) bytes.push_back(static_cast<char>(size >> shift));
  bytes += {static_cast<char>(type), static_cast<char>(flags), 0, 0, 0, static_cast<char>(stream)};
  return bytes + payload;
}
std::string settings() { return frame(4, 0, 0, ""); }
std::string ping() { return frame(6, 0, 0, "12345678"); }
// HPACK (RFC 7541): ":status: 200" by its index, a literal of a new name.
std::string literal(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
}
std::string refusal(const std::string& status) {
  return settings() + frame(1, 0x5, 1, "\x88" + literal("grpc-status", status));
}
std::string data(const std::string& bytes) {
  std::string frames;
  for (std::size_t at = 0; at < bytes.size(); at += 16000) frames += frame(0, 0, 1, bytes.substr(at, 16000));
  return frames;
}
std::string message(const std::string& bytes, char compressed = 0) {
  std::string prefixed(1, compressed);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) prefixed.push_back(static_cast<char>(bytes.size() >> shift));
  return prefixed + bytes;
}
std::string answer(const std::string& body, const std::string& status = "0") {
  return settings() + frame(1, 0x4, 1, "\x88") + data(body) + frame(1, 0x5, 1, literal("grpc-status", status));
}
// A field of a Protocol Buffers message, of up to 16383 bytes.
std::string field(unsigned number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3U | 2U), static_cast<char>((bytes.size() & 0x7fU) | 0x80U),
                     static_cast<char>(bytes.size() >> 7U)} +
         bytes;
}

os::Descriptor listening(const std::string& path, int backlog) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  os::Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd.get(), backlog), 0);
  return fd;
}

// Says its piece to everybody who connects, once or for ever, and reads only if it is told to.
class FarEnd {
 public:
  FarEnd(const std::string& path, std::string says, bool endless = false, bool reads = true)
      : listener_(listening(path, 64)), says_(std::move(says)), endless_(endless), reads_(reads) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FarEnd() {
    stop_ = true;
    thread_.join();
  }
  void say(std::string now) {
    const std::lock_guard lock(mutex_);
    says_ = std::move(now);
  }
  int connections() const { return connections_; }
  std::size_t most_sent() const { return most_sent_; }

 private:
  void serve() {
    while (!stop_) {
      pollfd waiting{listener_.get(), POLLIN, 0};
      if (poll(&waiting, 1, 5) <= 0) continue;
      const os::Descriptor connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!connection) continue;
      ++connections_;
      talk(connection.get());
    }
  }
  void talk(int fd) {
    std::string left;
    {
      const std::lock_guard lock(mutex_);
      left = says_;
    }
    const std::string again = left;
    std::array<char, 65536> buffer;
    std::size_t sent = 0;
    while (!stop_) {
      pollfd one{fd, static_cast<short>((left.empty() ? 0 : POLLOUT) | (reads_ ? POLLIN : 0)), 0};
      if (poll(&one, 1, 5) < 0 || (one.revents & (POLLHUP | POLLERR)) != 0) return;
      if ((one.revents & POLLIN) != 0 && recv(fd, buffer.data(), buffer.size(), 0) == 0) return;
      if ((one.revents & POLLOUT) == 0) continue;
      const ssize_t done = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
      if (done < 0) continue;
      sent += static_cast<std::size_t>(done);
      most_sent_ = std::max(most_sent_.load(), sent);
      left.erase(0, static_cast<std::size_t>(done));
      if (left.empty() && endless_) left = again;
    }
  }

  const os::Descriptor listener_;
  std::mutex mutex_;
  std::string says_;
  const bool endless_, reads_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> connections_ = 0;
  std::atomic<std::size_t> most_sent_ = 0;
  std::thread thread_;
};

class EapKeyBounds : public testing::Test {
 protected:
  std::optional<std::string> ask(milliseconds patience = milliseconds(500)) {
    const auto start = Clock::now();
    auto answer = call(path, "/x/Sign", "request", patience);
    took = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    return answer;
  }
  const tests::TemporaryDirectory directory;
  const std::string path = (directory / "s").native();
  milliseconds took{0};
};

TEST_F(EapKeyBounds, AWholeAnswerIsTakenAndNothingElseIs) {
  FarEnd far(path, answer(message("signature")));
  EXPECT_EQ(ask(seconds(10)), "signature");
  far.say(answer(message(std::string(64 * 1024 - 5, 's'))));
  EXPECT_EQ(ask(seconds(10)).value_or("").size(), 64U * 1024 - 5);
  struct Row {
    const char* name;
    std::string says;
  };
  for (const Row& row :
       {Row{"no HTTP/2", "HTTP/1.1 400 Bad Request\r\n\r\n"}, Row{"bytes of no kind", std::string(5000, '\xa5')},
        Row{"a frame longer than allowed", std::string("\xff\xff\xff\x00\x00\x00\x00\x00\x01", 9)},
        Row{"headers that are no HPACK", settings() + frame(1, 0x5, 1, std::string(100, '\xff'))},
        Row{"a status of no digits", answer(message("signature"), "1&")},
        Row{"an empty status", answer(message("signature"), "")},
        Row{"a long status", answer(message("signature"), "000")},
        Row{"a refusal with an answer", answer(message("signature"), "7")},
        Row{"no status", settings() + frame(1, 0x4, 1, "\x88") + frame(0, 1, 1, message("signature"))},
        Row{"half a prefix", answer("\0\0")}, Row{"compressed", answer(message("signature", 1))},
        Row{"less than was said", answer(message("signature").substr(0, 12))},
        Row{"more than was said", answer(message("signature") + "x")},
        Row{"a byte too much", answer(message(std::string(64 * 1024 - 4, 's')))},
        Row{"another stream", settings() + frame(1, 0x5, 3, "\x88" + literal("grpc-status", "0"))}}) {
    far.say(row.says);
    EXPECT_EQ(ask(), std::nullopt) << row.name;
    EXPECT_LT(took, seconds(5)) << row.name;
  }
}

TEST_F(EapKeyBounds, AFarEndThatNeverEndsIsGivenUpWhetherItReadsOrNot) {
  for (const bool reads : {true, false}) {
    for (const std::string& flood : {ping(), settings(), frame(1, 0x4, 1, "\x88" + literal("x", "y")),
                                     data(std::string(100, 'd')), frame(8, 0, 0, std::string("\0\0\0\1", 4))}) {
      std::string many;
      while (many.size() < 32000) many += flood;
      std::filesystem::remove(path);
      const FarEnd far(path, settings() + many, true, reads);
      EXPECT_EQ(ask(seconds(1)), std::nullopt);
      EXPECT_LT(took, seconds(6));
      EXPECT_GT(far.most_sent(), 0U);
      EXPECT_LT(far.most_sent(), kConnection + kBuffers);
    }
  }
}

TEST_F(EapKeyBounds, AFarEndThatDoesNotAcceptIsNotWaitedForBeyondPatience) {
  const auto listener = listening(path, 0);
  std::vector<os::Descriptor> waiting;
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  for (bool room = true; room;) {
    waiting.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    room = connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ASSERT_LT(waiting.size(), 100U);
  }
  EXPECT_EQ(ask(), std::nullopt);
  EXPECT_LT(took, seconds(5));
}

TEST_F(EapKeyBounds, CallsOfCertificateManagerAreCountedByTheSecond) {
  const FarEnd far(path, refusal("7"));  // PERMISSION_DENIED: not asked again
  Keys keys(path);
  const auto start = Clock::now();
  for (int i = 0; i < 200; ++i) keys.look("");
  const auto begun = std::chrono::duration_cast<seconds>(Clock::now() - start).count() + 1;
  EXPECT_GE(far.connections(), Keys::kMostCalls);
  EXPECT_LE(far.connections(), Keys::kMostCalls * begun);
}

// The module as wpa_supplicant has it.
class EapKeyModule : public EapKeyBounds {
 protected:
  void SetUp() override {
    setenv("PHONE_CERTIFICATE_MANAGER", path.c_str(), 1);
    ASSERT_EQ(initialize(nullptr), CKR_OK);
  }
  void TearDown() override { finalize(nullptr); }
  static CK_SESSION_HANDLE session() {
    CK_SESSION_HANDLE handle = 0;
    EXPECT_EQ(open_session(0, CKF_SERIAL_SESSION, nullptr, nullptr, &handle), CKR_OK);
    return handle;
  }
  static std::string identity() {
    const gateway::TestAuthority made("phone");
    const std::string pem = made.pem();
    BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    std::string der(static_cast<std::size_t>(i2d_X509(certificate, nullptr)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &at);
    X509_free(certificate);
    BIO_free(bio);
    return message(field(2, der) + field(3, std::string(64, 'f')));
  }
};

TEST_F(EapKeyModule, SessionsAreBoundedAndHandlesThatAreNoneRefused) {
  std::vector<CK_SESSION_HANDLE> open;
  for (int i = 0; i < 64; ++i) open.push_back(session());
  CK_SESSION_HANDLE one_more = 0;
  EXPECT_EQ(open_session(0, CKF_SERIAL_SESSION, nullptr, nullptr, &one_more), CKR_SESSION_COUNT);
  EXPECT_EQ(close_session(open[10]), CKR_OK);
  EXPECT_EQ(open_session(0, CKF_SERIAL_SESSION, nullptr, nullptr, &one_more), CKR_OK);
  EXPECT_EQ(one_more, open[10]);
  CK_SESSION_INFO info{};
  for (const CK_SESSION_HANDLE none : {CK_SESSION_HANDLE{0}, CK_SESSION_HANDLE{65}, ~CK_SESSION_HANDLE{0}}) {
    EXPECT_EQ(get_session_info(none, &info), CKR_SESSION_HANDLE_INVALID) << none;
    EXPECT_EQ(close_session(none), CKR_SESSION_HANDLE_INVALID) << none;
  }
  EXPECT_EQ(close_all_sessions(0), CKR_OK);
  EXPECT_EQ(get_session_info(open[0], &info), CKR_SESSION_HANDLE_INVALID);
}

TEST_F(EapKeyModule, AttributesAndInputAreBoundedAndAWrongSignatureIsNone) {
  FarEnd far(path, answer(identity()));
  const CK_SESSION_HANDLE handle = session();
  std::vector<CK_ATTRIBUTE> many(65, CK_ATTRIBUTE{CKA_CLASS, nullptr, 0});
  EXPECT_EQ(find_objects_init(handle, many.data(), many.size()), CKR_ARGUMENTS_BAD);
  EXPECT_EQ(get_attribute_value(handle, 1, many.data(), many.size()), CKR_ARGUMENTS_BAD);
  EXPECT_EQ(far.connections(), 0);

  CK_OBJECT_CLASS key_class = CKO_PRIVATE_KEY;
  char label[] = "wired-lsc";
  std::vector<CK_ATTRIBUTE> wanted = {{CKA_CLASS, &key_class, sizeof key_class}, {CKA_LABEL, label, sizeof label - 1}};
  ASSERT_EQ(find_objects_init(handle, wanted.data(), wanted.size()), CKR_OK);
  CK_OBJECT_HANDLE key = 0;
  CK_ULONG count = 0;
  ASSERT_EQ(find_objects(handle, &key, 1, &count), CKR_OK);
  ASSERT_EQ(count, 1U);
  EXPECT_EQ(find_objects_final(handle), CKR_OK);

  std::array<unsigned char, 64> signature{};
  const auto signs = [&](std::size_t size) {
    CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
    EXPECT_EQ(sign_init(handle, &mechanism, key), CKR_OK);
    std::vector<unsigned char> input(size, 'd');
    CK_ULONG room = signature.size();
    return sign(handle, input.data(), input.size(), signature.data(), &room);
  };
  const int before = far.connections();
  EXPECT_EQ(signs(257), CKR_DATA_LEN_RANGE);
  EXPECT_EQ(signs(256), CKR_DATA_INVALID);  // no digest is that long
  EXPECT_EQ(far.connections(), before);
  far.say(answer(message(field(1, std::string("\x30\x06\x02\x01\x05\x02\x01\x07", 8)))));
  EXPECT_EQ(signs(32), CKR_OK);
  for (const std::string& wrong :
       {std::string("nonsense"), std::string(60000, 's'), std::string("\x30\x84\xff\xff\xff\xff", 6), std::string()}) {
    far.say(answer(message(field(1, wrong.substr(0, 16000)))));
    EXPECT_EQ(signs(32), CKR_FUNCTION_FAILED);
  }
}

}  // namespace
}  // namespace phone::eap_key::bounds_test

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F15 and F75 against Kamailio: registration over mutual TLS with a key held elsewhere, digest, and a
// server that is a stranger.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/crypto/x509.hpp"
#include "services/signaling/transport/flow.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

namespace fs = std::filesystem;
const fs::path kPeers = "/tmp/phone-peers/sip";  // the peers' configurations name it

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

absl::StatusOr<std::string> sign(EVP_PKEY* key, const crypto::SigningInput& input) {
  crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  std::string digest(crypto::digest_name(input.digest));
  EVP_PKEY_sign_init(context.get());
  if (input.scheme == crypto::SigningInput::kRsaPss) {
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST);
  }
  EVP_PKEY_CTX_set_signature_md(context.get(), EVP_get_digestbyname(digest.c_str()));
  std::string signature(1024, '\0');
  size_t size = signature.size();
  if (EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                    reinterpret_cast<const unsigned char*>(input.input.data()), input.input.size()) != 1) {
    return absl::InternalError("no signature");
  }
  signature.resize(size);
  return signature;
}

// The user agent on a real connection; what the flow says is queued for the test's own thread.
class RealWorld : public FakeUserAgentPort {
 public:
  void open_flow(FlowId flow, const Target& target) override {
    flows.push_back(std::make_unique<Flow>(flow, target, FlowProfile{}, trust, [this](const FlowEvent& event) {
      push([=, this](UserAgent& agent) { take(agent, event); });
    }));
  }
  void send(FlowId flow, std::string bytes) override {
    FakeUserAgentPort::send(flow, bytes);
    flows.back()->send(std::move(bytes));
  }
  bool until(UserAgent& agent, const std::function<bool()>& done) {
    for (auto end = Clock::now() + std::chrono::seconds(10); Clock::now() < end;) {
      if (done()) return true;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(50), [this] { return !news_.empty(); });
      auto news = std::exchange(news_, {});
      lock.unlock();
      for (auto& one : news) one(agent);
    }
    return done();
  }
  FlowTrust trust;
  std::vector<std::unique_ptr<Flow>> flows;
  size_t answers = 0;

 private:
  using Clock = std::chrono::steady_clock;
  void take(UserAgent& agent, const FlowEvent& event) {
    if (const auto* up = std::get_if<FlowUp>(&event)) agent.flow_up(up->flow, up->facts, Clock::now());
    if (const auto* closed = std::get_if<FlowClosed>(&event)) agent.flow_down(*closed, Clock::now());
    if (const auto* message = std::get_if<MessageReceived>(&event)) {
      ++answers;
      agent.flow_message(message->flow, message->bytes, Clock::now());
    }
  }
  void push(std::function<void(UserAgent&)> news) {
    std::lock_guard lock(mutex_);
    news_.push_back(std::move(news));
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void(UserAgent&)>> news_;
};

class F15_DeviceAuthentication_Peer : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/sbin/kamailio") || !fs::exists(PHONE_SHARED_DIR "/peers/sip/kam.sh"))
      GTEST_SKIP() << "kamailio is not there";
    std::error_code ignored;
    fs::create_directories(kPeers.parent_path(), ignored);
    if (!fs::exists(kPeers)) fs::copy(PHONE_SHARED_DIR "/peers/sip", kPeers, fs::copy_options::recursive, ignored);
    name_ = cat("kt", getpid());
    address_ = cat("127.0.", 100 + getpid() % 100, ".", 1 + getpid() % 250);
  }
  void TearDown() override {
    world_.flows.clear();
    if (started_) run(cat("stop ", name_));
  }
  int run(const std::string& words) {
    return std::system(
        cat("RUN=", testing::TempDir(), "/kam bash ", peers_.string(), "/kam.sh ", words, " >/dev/null 2>&1").c_str());
  }
  // The same server with a parameter of its own.
  void configure_kamailio(const std::string& line) {
    std::error_code ignored;
    peers_ = fs::path(testing::TempDir()) / cat("peers-", getpid());
    fs::copy(kPeers, peers_, fs::copy_options::recursive | fs::copy_options::skip_existing, ignored);
    const fs::path file = peers_ / "kamailio" / "kamailio.cfg";
    std::string text = text_of(file);
    const std::string before = "modparam(\"auth\",\"nonce_expire\"";
    ASSERT_NE(text.find(before), std::string::npos);
    text.insert(text.find(before), line + "\n");
    std::ofstream(file, std::ios::binary) << text;
  }
  bool serve(const std::string& variant, const std::string& more = "") {
    started_ = run(cat("start ", name_, " ", address_, " 5061 '", variant, "' ", more)) == 0;
    return started_;
  }
  void show(const std::string& who) {
    auto certificate = crypto::certificate_from_pem(text_of(kPeers / "pki" / (who + ".pem")));
    crypto::BioPtr bio(BIO_new_file((kPeers / "pki" / (who + ".key")).c_str(), "r"));
    std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    ASSERT_TRUE(certificate.ok() && key);
    auto listed = crypto::certificate_from_pem(text_of(kPeers / "pki" / "cucm.pem"));
    ASSERT_TRUE(listed.ok());
    world_.trust.identity = [der = certificate->der(), key] {
      return FlowIdentity{{{der}, [key](const crypto::SigningInput& input) { return sign(key.get(), input); }}, "LSC"};
    };
    world_.trust.verify = [der = listed->der()](const std::vector<std::string>& chain,
                                                const Target&) -> absl::StatusOr<std::string> {
      if (chain.at(0) != der) return absl::PermissionDeniedError("this certificate is on no list");
      return std::string("ITL");
    };
  }
  Settings settings() {
    Settings settings = test_settings();
    settings.targets = {{"cucm.test", address_, 5061, true, false, false}};
    settings.device_name = "SEP001122334401";
    settings.directory_number = settings.auth_name = "1001";
    settings.auth_password = crypto::Secret::copy_of("secret-1001");
    return settings;
  }

  RealWorld world_;
  UserAgent agent_{world_};
  std::string name_, address_;
  fs::path peers_ = kPeers;
  bool started_ = false;
};
using F75_DigestUser_Peer = F15_DeviceAuthentication_Peer;

TEST_F(F15_DeviceAuthentication_Peer, ThePhoneRegistersOverMutualTls) {
  ASSERT_TRUE(serve(""));
  show("lsc1");
  agent_.configure(settings(), std::chrono::steady_clock::now());
  ASSERT_TRUE(world_.until(agent_, [&] { return agent_.view().registered; }))
      << agent_.view().registrations.at(0).reason;
  EXPECT_EQ(agent_.view().registrations.at(0).tls_version, "TLSv1.3");
}

TEST_F(F15_DeviceAuthentication_Peer, NoRegisterLeavesToAServerThatIsOnNoList) {
  ASSERT_TRUE(serve("badname"));
  show("lsc1");
  agent_.configure(settings(), std::chrono::steady_clock::now());
  ASSERT_TRUE(
      world_.until(agent_, [&] { return agent_.view().registrations.at(0).state == RegistrationState::kRefused; }));
  EXPECT_NE(agent_.view().registrations.at(0).reason.find("on no list"), std::string::npos);
  EXPECT_TRUE(world_.sent.empty());
}

TEST_F(F15_DeviceAuthentication_Peer, ARefusedPhoneIsToldWhy) {
  ASSERT_TRUE(serve(""));
  show("rogue1");
  agent_.configure(settings(), std::chrono::steady_clock::now());
  ASSERT_TRUE(world_.until(agent_, [&] {
    return agent_.view().registrations.at(0).reason.find("alert") != std::string::npos;
  })) << agent_.view().registrations.at(0).reason;
}

TEST_F(F75_DigestUser_Peer, TheDigestOfSha256IsAccepted) {
  ASSERT_TRUE(serve("", "-A WITH_DIGEST -A 'ALGO=\"SHA-256\"'"));
  show("lsc1");
  agent_.configure(settings(), std::chrono::steady_clock::now());
  ASSERT_TRUE(world_.until(agent_, [&] { return agent_.view().registered; }))
      << agent_.view().registrations.at(0).reason;
  EXPECT_GE(world_.sent.size(), 2u);
}

// Kamailio forgets a nonce with its use and says nothing of stale=true.
TEST_F(F75_DigestUser_Peer, OneTimeNoncesCostOneRoundTripARefreshAndNoService) {
  ASSERT_NO_FATAL_FAILURE(configure_kamailio("modparam(\"auth\",\"one_time_nonce\",1)"));
  ASSERT_TRUE(serve("", "-A WITH_DIGEST -A 'ALGO=\"SHA-256\"'"));
  show("lsc1");
  agent_.configure(settings(), std::chrono::steady_clock::now());
  ASSERT_TRUE(world_.until(agent_, [&] { return agent_.view().registered; }))
      << agent_.view().registrations.at(0).reason;
  for (int refresh = 1; refresh <= 3; ++refresh) {
    const size_t sent = world_.sent.size(), answers = world_.answers;
    agent_.on_time(std::chrono::steady_clock::now() + std::chrono::hours(2));
    ASSERT_TRUE(world_.until(agent_, [&] { return world_.answers == answers + 2; })) << refresh;
    EXPECT_EQ(world_.sent.size(), sent + 2);
    EXPECT_TRUE(agent_.view().registered) << agent_.view().registrations.at(0).reason;
  }
  for (const std::string& report : world_.reports) EXPECT_FALSE(report.starts_with("registration.refused")) << report;
}

}  // namespace
}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F20 across a transfer as a call manager does it: a call with one baresip is handed to another by an INVITE
// without an offer. Media goes both ways with the new party, and what is sent to it opens with no key that the first
// one knows. The packets are read from the cable and opened here.
#include <srtp2/srtp.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

constexpr char kNew[] = "10.77.0.3";
constexpr char kNewNumber[] = "1003";
constexpr char kOtherSuite[] = "AES_CM_128_HMAC_SHA1_80";

// RTP on the cable for so many seconds: "<address:port> <address:port> <packet in hexadecimal>" a line.
constexpr char kCapture[] = R"(
import socket, struct, sys, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
link.bind(("lab0", 0))
link.settimeout(0.2)
until = time.monotonic() + float(sys.argv[1])
while time.monotonic() < until:
    try:
        frame = link.recv(2048)
    except socket.timeout:
        continue
    if frame[12:14] != b"\x08\x00" or frame[14] != 0x45 or frame[23] != 17:
        continue
    source, destination, length = struct.unpack("!HHH", frame[34:40])
    rtp = frame[42:34 + length]
    if source % 2 or destination % 2 or len(rtp) < 12 or rtp[0] >> 6 != 2:
        continue
    print("%s:%d" % (socket.inet_ntoa(frame[26:30]), source), "%s:%d" % (socket.inet_ntoa(frame[30:34]), destination), rtp.hex())
)";

struct Packet {
  std::string from, to, bytes;
};

struct Key {
  std::string suite, key_salt;
  bool operator==(const Key&) const = default;
};

// Whether packets open with a key. By libsrtp itself: the phone's own use of it is not asked.
class Opener {
 public:
  explicit Opener(const Key& key) : key_(key.key_salt) {
    static const srtp_err_status_t ready = srtp_init();
    EXPECT_EQ(ready, srtp_err_status_ok);
    srtp_policy_t policy{};
    const auto set = [&](auto function) {
      function(&policy.rtp);
      function(&policy.rtcp);
    };
    if (key.suite == "AEAD_AES_256_GCM") set(srtp_crypto_policy_set_aes_gcm_256_16_auth);
    if (key.suite == "AEAD_AES_128_GCM") set(srtp_crypto_policy_set_aes_gcm_128_16_auth);
    if (key.suite == "AES_CM_128_HMAC_SHA1_80") set(srtp_crypto_policy_set_rtp_default);
    if (key.suite == "AES_CM_128_HMAC_SHA1_32") set(srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32);
    EXPECT_EQ(static_cast<size_t>(policy.rtp.cipher_key_len), key_.size()) << key.suite;
    policy.ssrc.type = ssrc_any_inbound;
    policy.key = reinterpret_cast<unsigned char*>(key_.data());
    policy.window_size = 1024;
    EXPECT_EQ(srtp_create(&session_, &policy), srtp_err_status_ok) << key.suite;
  }
  ~Opener() { srtp_dealloc(session_); }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  bool opens(std::string packet) {
    int size = static_cast<int>(packet.size());
    return srtp_unprotect(session_, packet.data(), &size) == srtp_err_status_ok;
  }

 private:
  std::string key_;
  srtp_t session_ = nullptr;
};

size_t opened(const std::vector<Packet>& packets, const Key& key) {
  Opener opener(key);
  return static_cast<size_t>(
      std::count_if(packets.begin(), packets.end(), [&](const Packet& one) { return opener.opens(one.bytes); }));
}

std::vector<Key> keys_of(const nlohmann::json& list) {
  std::vector<Key> keys;
  for (const auto& one : list) {
    Key key{one.value("suite", ""), ""};
    EXPECT_TRUE(absl::Base64Unescape(one.value("key", ""), &key.key_salt));
    keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<std::string> suites_of(const std::vector<Key>& keys) {
  std::vector<std::string> suites;
  for (const Key& key : keys) suites.push_back(key.suite);
  return suites;
}

class F20_Transfer_Peer : public Scene {
 protected:
  std::vector<Packet> capture(int seconds) {
    auto outcome = rig::run(
        {.argv = phone_->beside() + std::vector<std::string>{"python3", "-c", kCapture, absl::StrCat(seconds)}});
    EXPECT_TRUE(outcome.ok() && outcome->exit_code == 0) << outcome.status();
    std::vector<Packet> packets;
    std::istringstream lines(outcome.ok() ? outcome->output : "");
    for (Packet one; lines >> one.from >> one.to >> one.bytes;) {
      one.bytes = absl::HexStringToBytes(one.bytes);
      packets.push_back(one);
    }
    return packets;
  }
  static std::vector<Packet> between(const std::vector<Packet>& all, const std::string& from, const std::string& to) {
    std::vector<Packet> found;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                 [&](const Packet& one) { return (from.empty() || one.from == from) && (to.empty() || one.to == to); });
    return found;
  }
  // Where the phone sends, when that is one place: both parties are on the lab's side of the cable.
  static std::string far_end_of(const std::vector<Packet>& all) {
    std::set<std::string> found;
    for (const Packet& one : all) {
      for (const char* own : {"10.77.0.1:", "10.77.0.2:", "10.77.0.3:"}) {
        if (one.to.starts_with(own)) found.insert(one.to);
      }
    }
    return found.size() == 1 ? *found.begin() : "";
  }
  // Who sent how much to whom, for a failure to say.
  static std::string tally(const std::vector<Packet>& all) {
    std::map<std::string, int> counts;
    for (const Packet& one : all) ++counts[absl::StrCat(one.from, " to ", one.to, " ")];
    std::string text;
    for (const auto& [who, count] : counts) absl::StrAppend(&text, who, count, "\n");
    return text;
  }
  nlohmann::json stream() {
    const auto now = status();
    const auto media = now.value("media", nlohmann::json::object());
    return media.contains("stream") && !media["stream"].empty() ? media["stream"][0] : nlohmann::json::object();
  }
  static long long received(const nlohmann::json& stream) { return std::stoll(stream.value("packetsReceived", "0")); }
  // From power-on to the call with the new party; `arguments` are the lab's.
  void transfer(std::vector<std::string> arguments) {
    serve(std::vector<std::string>{"--far-end", kNewNumber, "--transfer-to", kNewNumber, "--transfer-after", "8"} +
          arguments);
    const auto tones = rig::Lab::make_tones(*stage_, 440, 1000, absl::Minutes(2));
    ASSERT_TRUE(tones.ok()) << tones.status();
    rig::FarEndOptions options = lab_->far_end(*stage_, kNewNumber, tones->far);
    options.address = kNew;
    auto party = rig::FarEnd::start(*stage_, *phone_, options);
    ASSERT_TRUE(party.ok()) << party.status();
    party_.emplace(*std::move(party));
    auto first = ring_up(absl::Minutes(2));
    ASSERT_TRUE(first.ok()) << first.status();
    first_.emplace(*std::move(first));
    before_ = capture(3);
    first_end_ = far_end_of(before_);
    ASSERT_FALSE(first_end_.empty()) << tally(before_);
    const auto told = lab_->wait_for(
        [](const nlohmann::json& event) {
          const std::string name = event.value("event", "");
          return name == "transferred" || name == "transfer-failed";
        },
        absl::Seconds(40));
    ASSERT_TRUE(told.ok()) << told.status();
    ASSERT_EQ(told->value("event", ""), "transferred") << told->dump();
    suite_ = told->value("suite", "");
    known_ = keys_of(told->at("known"));
    offered_ = keys_of(told->at("offered"));
    ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
      after_ = capture(3);
      new_ = far_end_of(after_);
      return !new_.empty() && new_ != first_end_ && between(after_, "", new_).size() > 50;
    })) << tally(after_);
  }
  // The key of these packets, which is one of those; nothing opens with any other.
  std::optional<Key> key_of(const std::vector<Packet>& packets, const std::vector<Key>& keys) {
    std::optional<Key> found;
    for (const Key& key : keys) {
      const size_t count = opened(packets, key);
      if (count == 0) continue;
      EXPECT_EQ(count, packets.size()) << key.suite;
      EXPECT_FALSE(found.has_value()) << "two keys open them";
      found = key;
    }
    return found;
  }
  void nothing_is_shared_and_media_goes_both_ways() {
    EXPECT_EQ(suites_of(offered_), suites_of(known_)) << "all suites, as in the phone's first offer";
    EXPECT_GE(offered_.size(), 4u);
    for (const Key& fresh : offered_) {
      for (const Key& old : known_) EXPECT_NE(fresh.key_salt, old.key_salt) << fresh.suite;
    }
    const auto to_first = between(before_, "", first_end_), to_new = between(after_, "", new_);
    ASSERT_GT(to_first.size(), 50u);
    first_key_ = key_of(to_first, known_);
    ASSERT_TRUE(first_key_.has_value()) << "what was sent to the first party opens with what it knows";
    EXPECT_EQ(key_of(to_new, known_), std::nullopt) << "what is sent to the new party opens with a key of the first";
    const auto new_key = key_of(to_new, offered_);
    ASSERT_TRUE(new_key.has_value());
    EXPECT_EQ(new_key->suite, suite_);

    EXPECT_GT(between(after_, new_, "").size(), 50u);
    const long long heard = received(stream());
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
      const auto now = stream();
      return received(now) > heard + 100 && now.value("sendingEncrypted", false) &&
             now.value("receivingEncrypted", false);
    })) << stream().dump(1);
    EXPECT_TRUE(has_call(status())) << status().dump(1);
    EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
    EXPECT_TRUE(lab_->wait_for(
                        [](const nlohmann::json& event) {
                          return event.value("event", "") == "call" && event.value("state", "") == "ended" &&
                                 event.value("to", "") == kNewNumber;
                        },
                        absl::Seconds(10))
                    .ok());
  }

  std::optional<rig::FarEnd> first_, party_;
  std::vector<Packet> before_, after_;
  std::vector<Key> known_, offered_;
  std::optional<Key> first_key_;
  std::string suite_, first_end_, new_;  // address and port of either party's media
};

TEST_F(F20_Transfer_Peer, TheNewPartyGetsKeysOfItsOwn) {
  transfer({});
  if (HasFatalFailure()) return;
  nothing_is_shared_and_media_goes_both_ways();
  ASSERT_TRUE(first_key_.has_value());
  EXPECT_EQ(first_key_->suite, "AEAD_AES_256_GCM") << "baresip has it, so it is the one (F30)";
}

TEST_F(F20_Transfer_Peer, TheNewPartyMayTakeAnotherSuite) {
  transfer({"--transfer-suite", kOtherSuite});
  if (HasFatalFailure()) return;
  EXPECT_EQ(suite_, kOtherSuite);
  nothing_is_shared_and_media_goes_both_ways();
  ASSERT_TRUE(first_key_.has_value());
  EXPECT_NE(first_key_->suite, kOtherSuite);
}

}  // namespace
}  // namespace phone::system

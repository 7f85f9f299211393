// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-media as a process, killed with -9 in a secure call. Proves the media part of F81: the test is the supervisor
// (NOTIFY_SOCKET, stored descriptors) and signaling (its uid), the far end is a stream manager in this process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "common/mesh/client/peer.hpp"
#include "phone/media/v1/media.grpc.pb.h"
#include "services/media/device/device_file.hpp"
#include "services/media/stream_driver.hpp"
#include "services/media/stream_manager.hpp"

namespace phone::media {
namespace {

namespace fs = std::filesystem;
using mesh::Peer;

constexpr uid_t kSignalingUid = 7406;

// Keeps what FDSTORE=1 brings, forgets what FDSTOREREMOVE=1 names, hands it all to the next process.
class Supervisor {
 public:
  explicit Supervisor(fs::path directory) : directory_(std::move(directory)) {
    // No role belongs to root; the roles file of a test may name whom it likes.
    if (::getuid() == 0) {
      EXPECT_EQ(::setresgid(kSignalingUid, kSignalingUid, kSignalingUid), 0);
      EXPECT_EQ(::setresuid(kSignalingUid, kSignalingUid, kSignalingUid), 0);
    }
    fs::create_directories(directory_ / "media");
    std::ofstream(directory_ / "roles") << "signaling " << getuid() << "\n";
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (directory_ / "notify").c_str());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    // As on the device: callers wait in this socket's queue while no process is there.
    listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", socket().c_str());
    EXPECT_EQ(::bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listening_, 16), 0);
  }
  ~Supervisor() {
    kill_process();
    ::close(socket_);
    ::close(listening_);
    fs::remove_all(directory_);
  }

  void start() {
    const std::string notify = "NOTIFY_SOCKET=" + (directory_ / "notify").string();
    std::string names = "LISTEN_FDNAMES=grpc";
    for (const auto& [name, fd] : kept) names += ":" + name;
    pid_ = ::fork();
    if (pid_ != 0) return;
    std::vector<int> high{::fcntl(listening_, F_DUPFD, 100)};
    for (const auto& [name, fd] : kept) high.push_back(::fcntl(fd, F_DUPFD, 100));
    for (size_t i = 0; i < high.size(); ++i) ::dup2(high[i], 3 + static_cast<int>(i));
    const std::string count = "LISTEN_FDS=" + std::to_string(high.size());
    const std::string pid = "LISTEN_PID=" + std::to_string(::getpid());
    const char* environment[] = {notify.c_str(), names.c_str(), count.c_str(), pid.c_str(), nullptr};
    const std::string roles = (directory_ / "roles").string(), state = (directory_ / "state").string();
    const char* arguments[] = {PHONE_MEDIA_BINARY, "--socket-dir", directory_.c_str(), "--state-dir",
                               state.c_str(),      "--roles",      roles.c_str(),      nullptr};
    ::execve(PHONE_MEDIA_BINARY, const_cast<char**>(arguments), const_cast<char**>(environment));
    ::_exit(127);
  }
  void kill_process() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
    listen();
  }

  void listen() {
    for (;;) {
      char text[512];
      iovec part{text, sizeof text};
      alignas(cmsghdr) char control[64];
      msghdr message{};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      const ssize_t size = ::recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
      if (size <= 0) return;
      const std::string said(text, static_cast<size_t>(size));
      const size_t at = said.find("FDNAME=");
      if (at == std::string::npos) continue;
      const std::string name = said.substr(at + 7, said.find('\n', at) - at - 7);
      if (const cmsghdr* rights = CMSG_FIRSTHDR(&message);
          rights != nullptr && said.find("FDSTORE=1") != std::string::npos) {
        EXPECT_NE(said.find("FDPOLL=0"), std::string::npos);
        std::memcpy(&kept[name], CMSG_DATA(rights), sizeof(int));
      } else if (said.find("FDSTOREREMOVE=1") != std::string::npos) {
        ::close(kept[name]);
        kept.erase(name);
      }
    }
  }

  fs::path sound_file() const { return directory_ / "state" / "sound"; }
  fs::path socket() const { return directory_ / "media" / "grpc.sock"; }
  std::map<std::string, int> kept;

 private:
  fs::path directory_;
  int socket_ = -1;
  int listening_ = -1;
  pid_t pid_ = 0;
};

class NullDescriptorStore final : public DescriptorStore {
  void keep(const std::string&, int) override {}
  void forget(const std::string&) override {}
};

v1::ConfigureStreamRequest request_for(uint32_t port) {
  v1::ConfigureStreamRequest request;
  request.set_stream("call-1");
  request.set_remote_address("127.0.0.1");
  request.set_remote_port(port);
  request.mutable_codec()->set_name("PCMU");
  request.mutable_codec()->set_clock_rate(8000);
  request.set_direction(v1::DIRECTION_SENDRECV);
  request.mutable_transmit()->set_suite("AEAD_AES_256_GCM");
  request.mutable_transmit()->set_key_salt(std::string(44, 'x'));
  request.mutable_receive()->set_suite("AEAD_AES_256_GCM");
  request.mutable_receive()->set_key_salt(std::string(44, 'y'));
  request.set_call("1");
  request.set_cookie("dialog");
  return request;
}

class MediaProcess : public testing::Test {
 protected:
  MediaProcess()
      : supervisor(fs::temp_directory_path() / ("media-process-" + std::to_string(getpid()))),
        engine(device, nullptr),
        driver(engine, no_store),
        far(driver) {
    loop.start("loop");
    engine.start(loop);
  }
  ~MediaProcess() override { engine.stop(); }

  template <class Rep, class Req>
  absl::StatusOr<Rep> call(grpc::Status (v1::Media::Stub::*method)(grpc::ClientContext*, const Req&, Rep*),
                           const Req& request) {
    return peer().call(method, request, absl::Seconds(10));
  }
  Peer<v1::Media>& peer() {
    if (!peer_) peer_ = std::make_unique<Peer<v1::Media>>(supervisor.socket());
    return *peer_;
  }
  v1::StreamFact fact() {
    auto facts = call(&v1::Media::Stub::GetStreams, v1::WatchStreamsRequest());
    return facts.ok() && facts->stream_size() == 1 ? facts->stream(0) : v1::StreamFact();
  }
  template <class Condition>
  bool soon(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (std::chrono::steady_clock::now() < end) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
  StreamReport far_report() { return far.report(tick_time_now().now_us).streams.at(0); }

  Supervisor supervisor;
  NullDescriptorStore no_store;
  os::EventLoop loop;
  NullDevice device;
  Engine engine;
  StreamDriver driver;
  StreamManager far;

 private:
  std::unique_ptr<Peer<v1::Media>> peer_;
};

using F81_MediaProcess = MediaProcess;
using F89_MediaProcess = MediaProcess;
using F93_MediaProcess = MediaProcess;

// Muted is on record by the reply; how loud is saved behind it, and never before the file is whole.
TEST_F(F93_MediaProcess, KilledInAMutedCallItComesBackMutedAndAsLoudAsBefore) {
  supervisor.start();
  v1::OpenStreamRequest open;
  open.set_stream("call-1");
  open.set_local_address("127.0.0.1");
  ASSERT_TRUE(call(&v1::Media::Stub::OpenStream, open).ok());
  ASSERT_TRUE(call(&v1::Media::Stub::ConfigureStream, request_for(30000)).ok());
  v1::SetVolumeRequest volume;
  volume.mutable_volume()->set_device(v1::SOUND_DEVICE_HEADSET);
  volume.mutable_volume()->set_level(3);
  ASSERT_TRUE(call(&v1::Media::Stub::SetVolume, volume).ok());
  v1::SetMuteRequest mute;
  mute.set_muted(true);
  ASSERT_TRUE(soon([&] { return fs::exists(supervisor.sound_file()); }));
  ASSERT_TRUE(call(&v1::Media::Stub::SetMute, mute).ok());
  supervisor.kill_process();
  supervisor.start();
  const auto facts = call(&v1::Media::Stub::GetStreams, v1::WatchStreamsRequest());
  ASSERT_TRUE(facts.ok() && facts->stream_size() == 1) << facts.status();
  EXPECT_TRUE(facts->muted()) << "before the first order, so before the first packet";
  EXPECT_EQ(facts->volume(1).level(), 3U);
  ASSERT_TRUE(call(&v1::Media::Stub::ConfigureStream, request_for(30000)).ok());
  EXPECT_TRUE(call(&v1::Media::Stub::GetStreams, v1::WatchStreamsRequest())->muted());
}

TEST_F(F81_MediaProcess, KilledInASecureCallItComesBackWithPortAndCounters) {
  supervisor.start();
  v1::OpenStreamRequest open;
  open.set_stream("call-1");
  open.set_local_address("127.0.0.1");
  const auto opened = call(&v1::Media::Stub::OpenStream, open);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const auto far_port = far.open("far", "127.0.0.1");
  ASSERT_TRUE(far_port.ok());
  StreamOrder order{.stream = "far",
                    .remote_address = "127.0.0.1",
                    .remote_port = opened->port(),
                    .codec = "PCMU",
                    .clock_rate = 8000};
  order.direction = Direction::kSendReceive;
  order.transmit = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, 'y')), .tag = 1};
  order.receive = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, 'x')), .tag = 1};
  ASSERT_TRUE(far.configure(order, tick_time_now().now_us).ok());
  ASSERT_TRUE(call(&v1::Media::Stub::ConfigureStream, request_for(*far_port)).ok());
  ASSERT_TRUE(soon([&] { return fact().packets_received() > 25 && far_report().packets_received > 25; }));
  EXPECT_TRUE(fact().sending_encrypted() && fact().receiving_encrypted());
  EXPECT_EQ(fact().receive_suite(), "AEAD_AES_256_GCM");
  const uint32_t old_ssrc = fact().ssrc_sent();

  auto wrong = request_for(*far_port);
  wrong.mutable_receive()->set_key_salt("short");
  EXPECT_EQ(call(&v1::Media::Stub::ConfigureStream, wrong).status().code(), absl::StatusCode::kInvalidArgument);
  const auto recovered = call(&v1::Media::Stub::RecoverStreams, v1::RecoverStreamsRequest());
  ASSERT_TRUE(recovered.ok() && recovered->stream_size() == 1);
  EXPECT_EQ(recovered->stream(0).transmit().key_salt(), std::string(44, 'x'));
  EXPECT_EQ(recovered->stream(0).cookie(), "dialog");
  EXPECT_EQ(recovered->local_port().at("call-1"), opened->port());

  supervisor.listen();
  ASSERT_EQ(supervisor.kept.size(), 3U) << "rtp, rtcp and the record";
  supervisor.kill_process();
  supervisor.start();
  const auto again = call(&v1::Media::Stub::ConfigureStream, request_for(*far_port));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(again->incarnation(), opened->incarnation());
  ASSERT_TRUE(soon([&] { return fact().packets_received() > 25; }));
  EXPECT_EQ(call(&v1::Media::Stub::OpenStream, open)->port(), opened->port());
  EXPECT_NE(fact().ssrc_sent(), old_ssrc);
  EXPECT_EQ(fact().authentication_failures(), 0U);
  ASSERT_TRUE(soon([&] { return far_report().ssrc_received == fact().ssrc_sent(); }));
  EXPECT_EQ(far_report().authentication_failures, 0U);
  RecordProperty("gap_ms", static_cast<int>(far_report().largest_gap_ms));
  std::printf("the far end heard nothing for %u ms\n", far_report().largest_gap_ms);

  v1::CloseStreamRequest close;
  close.set_stream("call-1");
  ASSERT_TRUE(call(&v1::Media::Stub::CloseStream, close).ok());
  ASSERT_TRUE(soon([&] {
    supervisor.listen();
    return supervisor.kept.empty();
  })) << "nothing is kept of a closed stream";
}

// Signaling repeats its orders after the restart, the stream in the background last: that is no act of the user.
TEST_F(F89_MediaProcess, KilledWithTwoStreamsTheOneThatHadTheUserHasItAgain) {
  supervisor.start();
  const auto focus = [&](const std::string& stream) {
    const auto facts = call(&v1::Media::Stub::GetStreams, v1::WatchStreamsRequest());
    if (!facts.ok()) return v1::AUDIO_FOCUS_STATE_NEW;
    for (const v1::StreamFact& one : facts->stream()) {
      if (one.stream() == stream) return one.audio_focus();
    }
    return v1::AUDIO_FOCUS_STATE_NEW;
  };
  const auto order = [&](const std::string& stream, uint32_t port, char key, v1::AudioFocus wish) {
    auto request = request_for(port);
    request.set_stream(stream);
    request.mutable_transmit()->set_key_salt(std::string(44, key));
    request.set_audio_focus(wish);
    return call(&v1::Media::Stub::ConfigureStream, request).status();
  };
  for (const char* stream : {"first", "second"}) {
    v1::OpenStreamRequest open;
    open.set_stream(stream);
    open.set_local_address("127.0.0.1");
    ASSERT_TRUE(call(&v1::Media::Stub::OpenStream, open).ok());
  }
  ASSERT_TRUE(order("first", 30000, 'a', v1::AUDIO_FOCUS_TAKE).ok());
  ASSERT_TRUE(order("second", 30002, 'b', v1::AUDIO_FOCUS_TAKE).ok());
  EXPECT_EQ(focus("first"), v1::AUDIO_FOCUS_STATE_LOST);
  EXPECT_EQ(focus("second"), v1::AUDIO_FOCUS_STATE_HOLDS);
  // The tick writes the records; a packet that has left says that it has been there.
  ASSERT_TRUE(soon([&] {
    const auto facts = call(&v1::Media::Stub::GetStreams, v1::WatchStreamsRequest());
    return facts.ok() && facts->stream(1).packets_sent() > 0;
  }));

  supervisor.listen();
  supervisor.kill_process();
  supervisor.start();
  EXPECT_EQ(focus("first"), v1::AUDIO_FOCUS_STATE_LOST);
  EXPECT_EQ(focus("second"), v1::AUDIO_FOCUS_STATE_HOLDS);
  ASSERT_TRUE(order("second", 30002, 'b', v1::AUDIO_FOCUS_KEEP).ok());
  ASSERT_TRUE(order("first", 30000, 'a', v1::AUDIO_FOCUS_KEEP).ok());
  EXPECT_EQ(focus("first"), v1::AUDIO_FOCUS_STATE_LOST);
  EXPECT_EQ(focus("second"), v1::AUDIO_FOCUS_STATE_HOLDS);
}

}  // namespace
}  // namespace phone::media

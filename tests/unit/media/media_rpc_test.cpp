// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// From a request to what reaches the tick, and from the tick to facts and events: the service as it is registered, its
// actor and its manager; only sockets and tick are replaced. No value here is a default.
#include "services/media/media_rpc.hpp"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "services/media/convert_rpc.hpp"
#include "tests/unit/media/fake_stream_port.hpp"

namespace phone::media {
namespace {

using testing_port::FakeStreamPort;

// Where the answer to one call goes.
template <class Rep>
class Promised final : public mesh::Answer {
 public:
  Promised(mesh::CallInfo info, std::shared_ptr<std::promise<absl::StatusOr<Rep>>> promise)
      : Answer(std::move(info)), promise_(std::move(promise)) {}

 private:
  void deliver(const absl::Status& status, const google::protobuf::Message* message) override {
    if (message == nullptr) return promise_->set_value(status);
    promise_->set_value(static_cast<const Rep&>(*message));
  }
  const std::shared_ptr<std::promise<absl::StatusOr<Rep>>> promise_;
};

v1::ConfigureStreamRequest odd_request(const std::string& stream) {
  v1::ConfigureStreamRequest request;
  request.set_stream(stream);
  request.set_remote_address("192.0.2.77");
  request.set_remote_port(4444);
  request.mutable_codec()->set_name("opus");
  request.mutable_codec()->set_payload_type(114);
  request.mutable_codec()->set_clock_rate(48000);
  request.mutable_codec()->set_dtmf_payload_type(102);
  request.set_direction(v1::DIRECTION_RECVONLY);
  request.mutable_transmit()->set_suite("AES_CM_128_HMAC_SHA1_32");
  request.mutable_transmit()->set_key_salt(std::string(30, 't'));
  request.mutable_transmit()->set_tag(3);
  request.mutable_receive()->set_suite("AEAD_AES_128_GCM");
  request.mutable_receive()->set_key_salt(std::string(28, 'r'));
  request.mutable_receive()->set_tag(5);
  request.mutable_receive()->set_mki("\x04\x2a");
  request.set_dscp(34);
  request.set_call("call-9");
  request.set_cookie(std::string("\x01\x00z", 3));
  request.set_audio_focus(v1::AUDIO_FOCUS_RELEASE);
  request.mutable_codec()->set_dtmf_clock_rate(16000);
  request.mutable_codec()->set_leaves_out_silence(true);
  for (const auto& [name, type] :
       std::initializer_list<std::pair<const char*, uint32_t>>{{"G722", 9}, {"CN", 13}, {"telephone-event", 110}}) {
    v1::ReceiveFormat& format = *request.add_also_receive();
    format.set_name(name);
    format.set_payload_type(type);
    format.set_clock_rate(8000);
  }
  request.set_packet_milliseconds(40);
  request.set_remote_rtcp_port(4445);
  request.set_rtcp_mux(true);
  return request;
}

class MediaRpc : public testing::Test {
 protected:
  MediaRpc() {
    config_.set("scheduler.max-threads", std::size_t{2});
    system_ = std::make_unique<caf::actor_system>(config_);
    publisher.incarnation = "incarnation-7";
    actor_ = spawn_media(
        *system_, std::make_shared<StreamManager>(port),
        {.publish = [this](const Report& report) { publisher.facts.set(to_proto(report, publisher.incarnation)); },
         .event = [this](const MediaEvent& event) { add(event, publisher.event_log); }});
    serve_media(*system_, router_, actor_, publisher);
    events_ = publisher.event_log.subscribe(0, [] {});
  }
  ~MediaRpc() override {
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
    system_.reset();
  }

  template <class Rep, class Req>
  absl::StatusOr<Rep> call(const std::string& method, Req request) {  // by value: the service wipes its keys
    const mesh::Router::Method* found = nullptr;
    const std::string name = "phone.media.v1.Media/" + method;
    if (absl::Status status = router_.admit(name, mesh::v1::ROLE_SIGNALING, &found); !status.ok()) return status;
    auto promise = std::make_shared<std::promise<absl::StatusOr<Rep>>>();
    auto answer = promise->get_future();
    found->unary(request, std::make_shared<Promised<Rep>>(
                              mesh::CallInfo{.caller = mesh::v1::ROLE_SIGNALING, .method = name}, promise));
    if (answer.wait_for(std::chrono::seconds(10)) != std::future_status::ready)
      return absl::DeadlineExceededError("no answer");
    return answer.get();
  }
  absl::StatusOr<uint32_t> open(const std::string& stream) {
    v1::OpenStreamRequest request;
    request.set_stream(stream);
    request.set_local_address("192.0.2.1");
    auto reply = call<v1::OpenStreamReply>("OpenStream", request);
    if (!reply.ok()) return reply.status();
    return reply->port();
  }
  absl::Status configure(const v1::ConfigureStreamRequest& request) {
    return call<v1::ConfigureStreamReply>("ConfigureStream", request).status();
  }
  v1::StreamFacts facts() { return *call<v1::StreamFacts>("GetStreams", v1::WatchStreamsRequest()); }
  // The next event: its kind, stream and text.
  std::string next_event() {
    const auto message = events_->next();
    if (message == nullptr) return "none";
    const auto& event = static_cast<const mesh::v1::Event&>(*message);
    return event.kind() + " " + event.detail().at("stream") + ": " + event.text();
  }

  FakeStreamPort port;
  MediaPublisher publisher;

 private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  mesh::Router router_;
  MediaActor actor_;
  std::unique_ptr<mesh::Stream> events_;
};
using F89_MediaRpc = MediaRpc;

TEST_F(MediaRpc, AForkArrivesAsOneAndPolicyHasTheLastWord) {
  ASSERT_TRUE(open("call").ok() && open("copy").ok());
  ASSERT_TRUE(configure(odd_request("call")).ok());
  auto request = odd_request("copy");
  request.mutable_codec()->set_dtmf_payload_type(0);
  request.set_direction(v1::DIRECTION_SENDONLY);
  request.mutable_fork()->set_of("call");
  EXPECT_EQ(configure(request).code(), absl::StatusCode::kInvalidArgument) << "whose sound?";
  request.mutable_fork()->set_sound(v1::FORK_SOUND_FAR_END);
  EXPECT_EQ(configure(request).message(), "fork: policy does not allow copies of a call's sound");
  request.set_direction(v1::DIRECTION_RECVONLY);
  EXPECT_EQ(configure(request).message(), "direction: a fork is only sent");
  // What is reported of one.
  const v1::StreamFact fact =
      to_proto(Report{.streams = {StreamReport{.fork = ForkOrder{.of = "call", .sound = ForkSound::kFarEnd}}}}, "i")
          .stream(0);
  EXPECT_EQ(fact.fork().of(), "call");
  EXPECT_EQ(fact.fork().sound(), v1::FORK_SOUND_FAR_END);
  EXPECT_FALSE(facts().stream(0).has_fork());
}

TEST_F(MediaRpc, EachFieldOfAnOrderArrives) {
  EXPECT_EQ(open("s").value_or(0), 16384U);
  const auto reply = call<v1::ConfigureStreamReply>("ConfigureStream", odd_request("s"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->incarnation(), "incarnation-7");
  const StreamSetup& setup = port.last_setup(0);
  EXPECT_TRUE(setup.remote == *parse_endpoint("192.0.2.77", 4444));
  EXPECT_EQ(setup.direction, Direction::kReceiveOnly);
  EXPECT_EQ(setup.focus, FocusState::kReleased);
  EXPECT_EQ(setup.payload_type, 114);
  EXPECT_EQ(setup.dtmf_payload_type, 102);
  EXPECT_EQ(setup.clock_rate, 48000U);
  EXPECT_EQ(setup.dtmf_clock_rate, 16000U);
  EXPECT_EQ(setup.packet_ms, 40U);
  EXPECT_EQ(setup.rtcp_port, 4445);
  EXPECT_TRUE(setup.rtcp_mux);
  ASSERT_NE(setup.receive.find(9), nullptr);
  EXPECT_EQ(setup.receive.find(9)->codec, CodecKind::kG722);
  EXPECT_EQ(setup.receive.find(13)->use, PayloadUse::kComfortNoise);
  EXPECT_EQ(setup.receive.find(110)->clock_rate, 8000U);
  EXPECT_EQ(setup.receive.find(110)->use, PayloadUse::kEvents);
  EXPECT_TRUE(setup.sender != nullptr && setup.receiver != nullptr);
  EXPECT_EQ(port.dscp[0], 34U);
  const v1::StreamFact fact = facts().stream(0);
  EXPECT_EQ(fact.call(), "call-9");
  EXPECT_EQ(fact.codec(), "opus");
  EXPECT_EQ(fact.transmit_suite(), "AES_CM_128_HMAC_SHA1_32");
  EXPECT_EQ(fact.receive_suite(), "AEAD_AES_128_GCM");
  EXPECT_EQ(fact.direction(), v1::DIRECTION_RECVONLY);
  EXPECT_EQ(fact.audio_focus(), v1::AUDIO_FOCUS_STATE_RELEASED);

  const auto recovered = call<v1::RecoverStreamsReply>("RecoverStreams", v1::RecoverStreamsRequest());
  ASSERT_TRUE(recovered.ok() && recovered->stream_size() == 1);
  EXPECT_EQ(recovered->local_port().at("s"), 16384U);
  auto expected = odd_request("s");
  expected.set_audio_focus(v1::AUDIO_FOCUS_KEEP);
  EXPECT_EQ(recovered->stream(0).SerializeAsString(), expected.SerializeAsString());
}

TEST_F(MediaRpc, NumbersThatTheContractDoesNotHaveAreRefusedByName) {
  ASSERT_TRUE(open("s").ok());
  auto request = odd_request("s");
  request.set_direction(static_cast<v1::Direction>(4));
  EXPECT_EQ(configure(request), absl::InvalidArgumentError("direction: unknown"));
  request = odd_request("s");
  request.set_audio_focus(static_cast<v1::AudioFocus>(3));
  EXPECT_EQ(configure(request), absl::InvalidArgumentError("audio_focus: unknown"));
  v1::PlayToneRequest tone;
  tone.set_tone(static_cast<v1::Tone>(v1::Tone_MAX + 1));
  EXPECT_EQ(call<v1::PlayToneReply>("PlayTone", tone).status(), absl::InvalidArgumentError("tone: unknown"));
  v1::SelectTransducerRequest transducer;
  transducer.set_transducer(static_cast<v1::Transducer>(3));
  EXPECT_EQ(call<v1::SelectTransducerReply>("SelectTransducer", transducer).status(),
            absl::InvalidArgumentError("transducer: unknown"));
  EXPECT_TRUE(port.setups[0].empty());
}

TEST_F(MediaRpc, MuteVolumeAndRingerAreObeyedShownAndRefusedByName) {
  v1::SetMuteRequest mute;
  mute.set_muted(true);
  EXPECT_EQ(call<v1::SetMuteReply>("SetMute", mute).status(),
            absl::FailedPreconditionError("there is no call to mute"));
  ASSERT_TRUE(open("s").ok());
  ASSERT_TRUE(call<v1::SetMuteReply>("SetMute", mute).ok());
  EXPECT_TRUE(port.muted && facts().muted());
  v1::SetVolumeRequest volume;
  volume.mutable_volume()->set_level(4);
  EXPECT_EQ(call<v1::SetVolumeReply>("SetVolume", volume).status(), absl::InvalidArgumentError("device: unknown"));
  volume.mutable_volume()->set_device(v1::SOUND_DEVICE_HANDSET);
  ASSERT_TRUE(call<v1::SetVolumeReply>("SetVolume", volume).ok());
  EXPECT_LT(port.sound.gain, 0.5F);
  EXPECT_EQ(facts().volume(0).level(), 4U);
  volume.mutable_volume()->set_level(11);
  EXPECT_EQ(call<v1::SetVolumeReply>("SetVolume", volume).status(),
            absl::InvalidArgumentError("volume: the level must be 0 to 10"));
  v1::SelectTransducerRequest ringer;
  ringer.set_transducer(v1::TRANSDUCER_HEADSET);
  ringer.set_ringer(true);
  ASSERT_TRUE(call<v1::SelectTransducerReply>("SelectTransducer", ringer).ok());
  EXPECT_EQ(facts().ringer(), v1::TRANSDUCER_HEADSET);
  EXPECT_EQ(facts().transducer(), v1::TRANSDUCER_HANDSET);
  v1::CloseStreamRequest close;
  close.set_stream("s");
  ASSERT_TRUE(call<v1::CloseStreamReply>("CloseStream", close).ok());
  EXPECT_FALSE(port.muted || facts().muted()) << "the next call begins with the microphone on";
}

TEST_F(F89_MediaRpc, ASignalingThatTakesTheFocusForTwoStreamsGetsOneAndIsTold) {
  ASSERT_TRUE(open("a").ok() && open("b").ok());
  auto a = odd_request("a"), b = odd_request("b");
  a.set_direction(v1::DIRECTION_SENDRECV);
  b.set_direction(v1::DIRECTION_SENDONLY);
  a.set_audio_focus(v1::AUDIO_FOCUS_TAKE);
  b.set_audio_focus(v1::AUDIO_FOCUS_TAKE);
  b.mutable_transmit()->set_key_salt(std::string(30, 'u'));
  ASSERT_TRUE(configure(a).ok());
  EXPECT_EQ(next_event(), "media.focus_gained a: the stream has the microphone and the speaker");
  ASSERT_TRUE(configure(b).ok());
  EXPECT_EQ(next_event(), "media.focus_lost a: stream b took the microphone and the speaker");
  EXPECT_EQ(next_event(), "media.focus_gained b: the stream has the microphone and the speaker");
  EXPECT_EQ(facts().stream(0).audio_focus(), v1::AUDIO_FOCUS_STATE_LOST);
  EXPECT_EQ(facts().stream(1).audio_focus(), v1::AUDIO_FOCUS_STATE_HOLDS);
  EXPECT_EQ(port.last_setup(1).focus, FocusState::kHolds);
  // Repeated without an act of the user, in any direction.
  a.set_audio_focus(v1::AUDIO_FOCUS_KEEP);
  for (const v1::Direction direction : {v1::DIRECTION_INACTIVE, v1::DIRECTION_SENDRECV}) {
    a.set_direction(direction);
    ASSERT_TRUE(configure(a).ok());
    EXPECT_EQ(facts().stream(0).audio_focus(), v1::AUDIO_FOCUS_STATE_LOST);
  }
  a.set_audio_focus(v1::AUDIO_FOCUS_TAKE);
  ASSERT_TRUE(configure(a).ok());
  EXPECT_EQ(facts().stream(1).audio_focus(), v1::AUDIO_FOCUS_STATE_LOST);
  v1::CloseStreamRequest close;
  close.set_stream("a");
  const auto closed = call<v1::CloseStreamReply>("CloseStream", close);
  ASSERT_TRUE(closed.ok());
  EXPECT_EQ(closed->last().audio_focus(), v1::AUDIO_FOCUS_STATE_HOLDS);
  EXPECT_EQ(facts().stream(0).audio_focus(), v1::AUDIO_FOCUS_STATE_LOST) << "b gets nothing back by itself";
}

// A field that the conversion forgets is unset here.
TEST(MediaConversions, EachNumberOfAReportIsInItsFact) {
  StreamReport report{.stream = "s",
                      .call = "c",
                      .codec = "opus",
                      .transmit_suite = "t",
                      .receive_suite = "r",
                      .awaiting_keys = true,
                      .direction = Direction::kSendOnly,
                      .focus = FocusState::kLost,
                      .sending = true,
                      .receiving = true,
                      .sending_encrypted = true,
                      .receiving_encrypted = true,
                      .packets_sent = 1,
                      .packets_received = 2,
                      .packets_lost = 3,
                      .packets_late = 4,
                      .bytes_sent = 5,
                      .bytes_received = 6,
                      .authentication_failures = 7,
                      .replays = 8,
                      .refused = 9,
                      .rtcp_refused = 10,
                      .events_received = 11,
                      .ssrc_sent = 12,
                      .ssrc_received = 13,
                      .largest_gap_ms = 14,
                      .round_trip_ms = 15,
                      .playout_delay_ms = 16,
                      .expected = 19,
                      .concealed = 20,
                      .receive_codec = "G722",
                      .rx_stat = "Dur=1",
                      .tx_stat = "Dur=2",
                      .muted = true,
                      .fork = ForkOrder{.of = "a", .sound = ForkSound::kFarEnd},
                      .jitter_ms = 17,
                      .mos = 18,
                      .tones = {"secure"}};
  const v1::StreamFact fact = to_proto(report);
  std::vector<const google::protobuf::FieldDescriptor*> set;
  fact.GetReflection()->ListFields(fact, &set);
  EXPECT_EQ(static_cast<int>(set.size()), v1::StreamFact::descriptor()->field_count());
  EXPECT_EQ(fact.direction(), v1::DIRECTION_SENDONLY);
  EXPECT_EQ(fact.audio_focus(), v1::AUDIO_FOCUS_STATE_LOST);
  EXPECT_EQ(fact.receive_codec() + fact.rx_stat() + fact.tx_stat(), "G722Dur=1Dur=2");
  const uint64_t numbers[] = {fact.packets_sent(),
                              fact.packets_received(),
                              fact.packets_lost(),
                              fact.packets_late(),
                              fact.bytes_sent(),
                              fact.bytes_received(),
                              fact.authentication_failures(),
                              fact.replays(),
                              fact.packets_refused(),
                              fact.rtcp_refused(),
                              fact.events_received(),
                              fact.ssrc_sent(),
                              fact.ssrc_received(),
                              fact.largest_gap_milliseconds(),
                              fact.round_trip_milliseconds(),
                              fact.playout_delay_milliseconds(),
                              static_cast<uint64_t>(fact.jitter_milliseconds()),
                              static_cast<uint64_t>(fact.mos()),
                              fact.packets_expected(),
                              fact.frames_concealed()};
  for (size_t i = 0; i < std::size(numbers); ++i) EXPECT_EQ(numbers[i], i + 1);
}

TEST(MediaConversions, TheKeysOfARequestAreWiped) {
  const auto request = odd_request("s");
  const auto order = to_order(request);
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->transmit.key_salt.view(), std::string(30, 't'));
  EXPECT_EQ(order->receive.key_salt.view(), std::string(28, 'r'));
  EXPECT_EQ(order->receive.mki, "\x04\x2a");
  EXPECT_EQ(request.transmit().key_salt().find('t'), std::string::npos);
  EXPECT_EQ(request.receive().key_salt().find('r'), std::string::npos);
}

TEST(F38_F46_MediaSettings, AreAsTheDevicesAreDisabled) {
  const Report report{
      .disabled = {.handset = true, .headset = false, .speaker = true}, .port_first = 17000, .port_last = 17999};
  std::string all;
  const v1::StreamFacts facts = to_proto(report, "1");
  for (const auto& one : facts.setting()) all += one.element() + std::to_string(one.state()) + one.value() + " ";
  EXPECT_EQ(all,
            "vendorConfig/disableHandset3 vendorConfig/disableSpeakerAndHeadset2 vendorConfig/disableSpeaker3 "
            "sipProfile/startMediaPort017000 sipProfile/stopMediaPort017999 ");
}

}  // namespace
}  // namespace phone::media

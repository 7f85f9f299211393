// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/media_rpc.hpp"

#include "absl/strings/str_cat.h"

namespace phone::media {
namespace {

KeyOrder take_key(const v1::SrtpKey& from) {
  KeyOrder key{.suite = from.suite(), .key_salt = crypto::Secret::copy_of(from.key_salt()), .tag = from.tag()};
  // The request is gRPC's own buffer and dies unwiped; what we can reach of it goes now.
  crypto::wipe(const_cast<std::string&>(from.key_salt()));
  return key;
}

StreamOrder take_order(const v1::ConfigureStreamRequest& from) {
  return {.stream = from.stream(),
          .remote_address = from.remote_address(),
          .remote_port = from.remote_port(),
          .codec = from.codec().name(),
          .payload_type = from.codec().payload_type(),
          .clock_rate = from.codec().clock_rate(),
          .dtmf_payload_type = from.codec().dtmf_payload_type(),
          .direction = static_cast<uint32_t>(from.direction()),
          .transmit = take_key(from.transmit()),
          .receive = take_key(from.receive()),
          .dscp = from.dscp(),
          .call = from.call(),
          .cookie = from.cookie()};
}

void put_key(const KeyOrder& key, v1::SrtpKey& to) {
  to.set_suite(key.suite);
  to.set_key_salt(std::string(key.key_salt.view()));
  to.set_tag(key.tag);
}

void put_order(const StreamOrder& order, v1::ConfigureStreamRequest& to) {
  to.set_stream(order.stream);
  to.set_remote_address(order.remote_address);
  to.set_remote_port(order.remote_port);
  to.mutable_codec()->set_name(order.codec);
  to.mutable_codec()->set_payload_type(order.payload_type);
  to.mutable_codec()->set_clock_rate(order.clock_rate);
  to.mutable_codec()->set_dtmf_payload_type(order.dtmf_payload_type);
  to.set_direction(static_cast<v1::Direction>(order.direction));
  put_key(order.transmit, *to.mutable_transmit());
  put_key(order.receive, *to.mutable_receive());
  to.set_dscp(order.dscp);
  to.set_call(order.call);
  to.set_cookie(order.cookie);
}

v1::StreamFact to_fact(const StreamReport& from) {
  v1::StreamFact to;
  to.set_stream(from.stream);
  to.set_call(from.call);
  to.set_sending_encrypted(from.sending_encrypted);
  to.set_receiving_encrypted(from.receiving_encrypted);
  to.set_sending(from.sending);
  to.set_receiving(from.receiving);
  to.set_transmit_suite(from.transmit_suite);
  to.set_receive_suite(from.receive_suite);
  to.set_packets_sent(from.packets_sent);
  to.set_packets_received(from.packets_received);
  to.set_packets_lost(from.packets_lost);
  to.set_packets_late(from.packets_late);
  to.set_authentication_failures(from.authentication_failures);
  to.set_replays(from.replays);
  to.set_jitter_milliseconds(from.jitter_ms);
  to.set_bytes_sent(from.bytes_sent);
  to.set_bytes_received(from.bytes_received);
  to.set_ssrc_sent(from.ssrc_sent);
  to.set_ssrc_received(from.ssrc_received);
  to.set_mos(from.mos);
  to.set_codec(from.codec);
  for (const std::string& tone : from.tones) to.add_tone_played(tone);
  to.set_largest_gap_milliseconds(from.largest_gap_ms);
  to.set_round_trip_milliseconds(from.round_trip_ms);
  to.set_playout_delay_milliseconds(from.playout_delay_ms);
  to.set_packets_refused(from.refused);
  to.set_rtcp_refused(from.rtcp_refused);
  to.set_events_received(from.events_received);
  to.set_awaiting_keys(from.awaiting_keys);
  return to;
}

}  // namespace

v1::StreamFacts to_proto(const Report& report, const std::string& incarnation) {
  v1::StreamFacts facts;
  facts.set_incarnation(incarnation);
  for (const StreamReport& stream : report.streams) *facts.add_stream() = to_fact(stream);
  facts.set_device(report.device);
  facts.set_transducer(static_cast<v1::Transducer>(report.transducer));
  return facts;
}

void serve_media(caf::actor_system& system, mesh::Router& router, const MediaActor& actor, MediaPublisher& publisher) {
  using mesh::ask;
  using mesh::Reply;
  const std::string incarnation = publisher.incarnation;
  router.unary<v1::OpenStreamRequest, v1::OpenStreamReply>(
      "phone.media.v1.Media/OpenStream",
      [&system, actor, incarnation](const v1::OpenStreamRequest& request, Reply<v1::OpenStreamReply> reply) {
        ask<uint16_t>(
            system, actor, reply,
            [incarnation](uint16_t port) {
              v1::OpenStreamReply made;
              made.set_port(port);
              made.set_incarnation(incarnation);
              return made;
            },
            OpenStreamRequest{request.stream(), request.local_address()});
      });
  router.unary<v1::ConfigureStreamRequest, v1::ConfigureStreamReply>(
      "phone.media.v1.Media/ConfigureStream",
      [&system, actor, incarnation](const v1::ConfigureStreamRequest& request, Reply<v1::ConfigureStreamReply> reply) {
        ask<void>(
            system, actor, reply,
            [incarnation] {
              v1::ConfigureStreamReply made;
              made.set_incarnation(incarnation);
              return made;
            },
            take_order(request));
      });
  router.unary<v1::CloseStreamRequest, v1::CloseStreamReply>(
      "phone.media.v1.Media/CloseStream",
      [&system, actor](const v1::CloseStreamRequest& request, Reply<v1::CloseStreamReply> reply) {
        ask<StreamReport>(
            system, actor, reply,
            [](const StreamReport& last) {
              v1::CloseStreamReply made;
              *made.mutable_last() = to_fact(last);
              return made;
            },
            CloseStreamRequest{request.stream()});
      });
  router.unary<v1::RecoverStreamsRequest, v1::RecoverStreamsReply>(
      "phone.media.v1.Media/RecoverStreams",
      [&system, actor, incarnation](const v1::RecoverStreamsRequest&, Reply<v1::RecoverStreamsReply> reply) {
        ask<Recovered>(
            system, actor, reply,
            [incarnation](const Recovered& recovered) {
              v1::RecoverStreamsReply made;
              made.set_incarnation(incarnation);
              for (const RecoveredStream& one : recovered.streams) {
                if (!one.order.codec.empty()) put_order(one.order, *made.add_stream());
                (*made.mutable_local_port())[one.order.stream] = one.port;
              }
              return made;
            },
            RecoverRequest{});
      });
  router.unary<v1::PlayToneRequest, v1::PlayToneReply>(
      "phone.media.v1.Media/PlayTone",
      [&system, actor](const v1::PlayToneRequest& request, Reply<v1::PlayToneReply> reply) {
        if (!v1::Tone_IsValid(request.tone())) return reply.fail(absl::InvalidArgumentError("tone: unknown"));
        ask<void>(
            system, actor, reply, [] { return v1::PlayToneReply(); },
            PlayToneRequest{static_cast<Tone>(request.tone()), request.stream()});
      });
  router.unary<v1::SendDigitsRequest, v1::SendDigitsReply>(
      "phone.media.v1.Media/SendDigits",
      [&system, actor](const v1::SendDigitsRequest& request, Reply<v1::SendDigitsReply> reply) {
        ask<void>(
            system, actor, reply, [] { return v1::SendDigitsReply(); },
            SendDigitsRequest{request.stream(), crypto::Secret::copy_of(request.digits())});
      });
  router.unary<v1::SelectTransducerRequest, v1::SelectTransducerReply>(
      "phone.media.v1.Media/SelectTransducer",
      [&system, actor](const v1::SelectTransducerRequest& request, Reply<v1::SelectTransducerReply> reply) {
        if (!v1::Transducer_IsValid(request.transducer()))
          return reply.fail(absl::InvalidArgumentError("transducer: unknown"));
        ask<void>(
            system, actor, reply, [] { return v1::SelectTransducerReply(); },
            SelectTransducerRequest{static_cast<Transducer>(request.transducer())});
      });
  router.unary<v1::WatchStreamsRequest, v1::StreamFacts>(
      "phone.media.v1.Media/GetStreams",
      [&system, actor, incarnation](const v1::WatchStreamsRequest&, Reply<v1::StreamFacts> reply) {
        ask<Report>(
            system, actor, reply, [incarnation](const Report& report) { return to_proto(report, incarnation); },
            ReportRequest{});
      });
  router.state<v1::WatchStreamsRequest>("phone.media.v1.Media/WatchStreams", publisher.facts);
  router.events("phone.media.v1.Media/WatchEvents", publisher.event_log);
}

}  // namespace phone::media

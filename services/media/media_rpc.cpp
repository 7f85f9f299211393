// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/media_rpc.hpp"

#include "services/media/convert_rpc.hpp"

namespace phone::media {
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
        auto order = to_order(request);
        if (!order.ok()) return reply.fail(order.status());
        ask<void>(
            system, actor, reply,
            [incarnation] {
              v1::ConfigureStreamReply made;
              made.set_incarnation(incarnation);
              return made;
            },
            *std::move(order));
      });
  router.unary<v1::CloseStreamRequest, v1::CloseStreamReply>(
      "phone.media.v1.Media/CloseStream",
      [&system, actor](const v1::CloseStreamRequest& request, Reply<v1::CloseStreamReply> reply) {
        ask<StreamReport>(
            system, actor, reply,
            [](const StreamReport& last) {
              v1::CloseStreamReply made;
              *made.mutable_last() = to_proto(last);
              return made;
            },
            CloseStreamRequest{request.stream()});
      });
  router.unary<v1::RecoverStreamsRequest, v1::RecoverStreamsReply>(
      "phone.media.v1.Media/RecoverStreams",
      [&system, actor, incarnation](const v1::RecoverStreamsRequest&, Reply<v1::RecoverStreamsReply> reply) {
        ask<Recovered>(
            system, actor, reply,
            [incarnation](const Recovered& recovered) { return to_proto(recovered.streams, incarnation); },
            RecoverRequest{});
      });
  router.unary<v1::PlayToneRequest, v1::PlayToneReply>(
      "phone.media.v1.Media/PlayTone",
      [&system, actor](const v1::PlayToneRequest& request, Reply<v1::PlayToneReply> reply) {
        const auto tone = to_tone(request.tone());
        if (!tone.ok()) return reply.fail(tone.status());
        ask<void>(
            system, actor, reply, [] { return v1::PlayToneReply(); }, PlayToneRequest{*tone, request.stream()});
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
        const auto transducer = to_transducer(request.transducer());
        if (!transducer.ok()) return reply.fail(transducer.status());
        ask<void>(
            system, actor, reply, [] { return v1::SelectTransducerReply(); },
            SelectTransducerRequest{*transducer, request.ringer()});
      });
  router.unary<v1::SetMuteRequest, v1::SetMuteReply>(
      "phone.media.v1.Media/SetMute",
      [&system, actor](const v1::SetMuteRequest& request, Reply<v1::SetMuteReply> reply) {
        ask<void>(
            system, actor, reply, [] { return v1::SetMuteReply(); }, SetMuteRequest{request.muted()});
      });
  router.unary<v1::SetVolumeRequest, v1::SetVolumeReply>(
      "phone.media.v1.Media/SetVolume",
      [&system, actor](const v1::SetVolumeRequest& request, Reply<v1::SetVolumeReply> reply) {
        const auto device = to_sound_device(request.volume().device());
        if (!device.ok()) return reply.fail(device.status());
        ask<void>(
            system, actor, reply, [] { return v1::SetVolumeReply(); },
            SetVolumeRequest{*device, request.volume().level()});
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

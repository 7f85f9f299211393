// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/user_agent_backend_rpc.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <openssl/rand.h>

#include "common/log/log.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"
#include "services/signaling/rpc/trust_rpc.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

namespace media_pb = media::v1;

const absl::Duration kMediaPatience = absl::Seconds(5);  // a restart of media is shorter
// A download goes from server to server, and from one transport to the next; what lasts longer does not hold up the
// call manager's order.
const absl::Duration kFetchPatience = absl::Seconds(60);

}  // namespace

void UserAgentBackend::set_profile(const FlowProfile& profile) {
  std::lock_guard lock(mutex_);
  profile_ = profile;
}

void UserAgentBackend::close_all() {
  resolver_.stop();
  token_client_.stop();
  flows_.close_all();
}

void UserAgentBackend::open_flow(FlowId flow, const Target& target) {
  std::unique_lock lock(mutex_);
  FlowProfile profile = profile_;
  lock.unlock();
  flows_.open(flow, target, profile);
}

void UserAgentBackend::close_flow(FlowId flow) { flows_.close(flow); }

void UserAgentBackend::send(FlowId flow, std::string bytes) { flows_.send(flow, std::move(bytes)); }

void UserAgentBackend::report_identity_use(FlowId flow, const IdentityUse& use) {
  signaling::report_identity_use(certificates_, flow, use, identity_observer_);
}

// Nobody waits for it: each refresh of a registration reports anew.
void UserAgentBackend::report_date(const std::string& server, std::chrono::sys_seconds date) {
  network::v1::ReportTimeRequest request;
  request.set_server(text::clean(server));
  request.mutable_date()->set_seconds(date.time_since_epoch().count());
  network_->start(&network::v1::NetworkAccess::Stub::PrepareAsyncReportTime, request, kMediaPatience,
                  [](const absl::StatusOr<network::v1::ReportTimeReply>&) {});
}

void UserAgentBackend::open_stream(const std::string& stream, const std::string& local_address) {
  media_pb::OpenStreamRequest request;
  request.set_stream(stream);
  request.set_local_address(local_address);
  media_->start(&media_pb::Media::Stub::PrepareAsyncOpenStream, request, kMediaPatience,
                [stream, observer = stream_observer_](absl::StatusOr<media_pb::OpenStreamReply> reply) {
                  if (!reply.ok()) return observer(StreamRefused{stream, text::clean(cat(reply.status().message()))});
                  observer(StreamOpened{stream, static_cast<uint16_t>(reply->port())});
                });
}

void UserAgentBackend::configure_stream(const StreamSetting& setting, Done done) {
  media_pb::ConfigureStreamRequest request = to_proto(setting);
  media_->start(
      &media_pb::Media::Stub::PrepareAsyncConfigureStream, request, kMediaPatience,
      [done = std::move(done), observer = stream_observer_](absl::StatusOr<media_pb::ConfigureStreamReply> reply) {
        const absl::Status status(reply.status().code(), text::clean(cat(reply.status().message())));
        observer(PortAnswered{[done, status] { done(status); }});
      });
  for (media_pb::SrtpKey* key : {request.mutable_transmit(), request.mutable_receive()})
    crypto::wipe(*key->mutable_key_salt());
  crypto::wipe(*request.mutable_cookie());
}

void UserAgentBackend::resolve(const std::string& host, Resolved done) {
  resolver_.resolve(host, [done = std::move(done), observer = stream_observer_](NameResolver::Addresses addresses) {
    observer(PortAnswered{[done, addresses = std::move(addresses)] { done(addresses); }});
  });
}

void UserAgentBackend::close_stream(const std::string& stream) {
  media_pb::CloseStreamRequest request;
  request.set_stream(stream);
  media_->start(
      &media_pb::Media::Stub::PrepareAsyncCloseStream, request, kMediaPatience,
      [stream](absl::StatusOr<media_pb::CloseStreamReply> reply) {
        if (!reply.ok())
          log::warning("media could not close a stream", {{"stream", stream}, {"why", cat(reply.status().message())}});
      });
}

void UserAgentBackend::send_digits(const std::string& stream, const crypto::Secret& digits,
                                   std::function<void(const absl::Status&)> done) {
  media_pb::SendDigitsRequest request;
  request.set_stream(stream);
  request.set_digits(std::string(digits.view()));
  // Not repeated: the far end would get the keys twice.
  media_->start_once(
      &media_pb::Media::Stub::PrepareAsyncSendDigits, request, kMediaPatience,
      [done = std::move(done)](absl::StatusOr<media_pb::SendDigitsReply> reply) { done(reply.status()); });
  crypto::wipe(*request.mutable_digits());
}

void UserAgentBackend::play_tone(Tone tone, const std::string& stream) {
  media_pb::PlayToneRequest request;
  request.set_tone(to_proto(tone));
  request.set_stream(stream);
  media_->start(
      &media_pb::Media::Stub::PrepareAsyncPlayTone, request, kMediaPatience,
      [tone, stream, observer = stream_observer_](absl::StatusOr<media_pb::PlayToneReply> reply) {
        if (reply.ok()) return observer(TonePlayed{stream, tone});
        log::warning("media could not play a tone", {{"stream", stream}, {"why", cat(reply.status().message())}});
      });
}

void UserAgentBackend::select_transducer(AutoAnswer device) {
  media_pb::SelectTransducerRequest request;
  request.set_transducer(to_proto(device));
  media_->start(&media_pb::Media::Stub::PrepareAsyncSelectTransducer, request, kMediaPatience,
                [](absl::StatusOr<media_pb::SelectTransducerReply> reply) {
                  // The one that is in use stays.
                  if (!reply.ok())
                    log::warning("media could not choose a device", {{"why", cat(reply.status().message())}});
                });
}

void UserAgentBackend::report(std::string kind, Severity severity, std::string text, Detail detail) {
  // Who registers the phone, who listens to it, and what it told of its lists. None of them comes faster than a peer is
  // answered, so that none floods the audit log.
  static constexpr std::string_view kAudited[] = {
      "registration.registered", "registration.refused", "registration.lost", "registration.line_refused",
      "call.fork_started",       "call.fork_ended",      "call.fork_refused", "control.microphone",
      "alarm.accepted",          "alarm.refused",        "settings.locked"};
  const bool audit = std::find(std::begin(kAudited), std::end(kAudited), kind) != std::end(kAudited);
  event_log_.add(std::move(kind), to_mesh(severity), std::move(text), std::move(detail), audit);
}

void UserAgentBackend::save(std::string dialogs) { state_writer_.put("dialogs", std::move(dialogs)); }

void UserAgentBackend::save_history(std::string history) { state_writer_.put("history", std::move(history)); }

void UserAgentBackend::save_told(std::string told) { state_writer_.put("told", std::move(told)); }

void UserAgentBackend::save_hook(bool off_hook) { state_writer_.put("hook", off_hook ? "off" : "on"); }

void UserAgentBackend::save_alarm(std::string alarm) { state_writer_.put("alarm", std::move(alarm)); }

void UserAgentBackend::fetch_configuration(const std::string& reason, Fetched done) {
  policy::v1::RefetchRequest request;
  request.set_reason(reason);
  policy_->start(&policy::v1::Policy::Stub::PrepareAsyncRefetch, request, kFetchPatience,
                 [done = std::move(done), observer = stream_observer_](absl::StatusOr<policy::v1::RefetchReply> reply) {
                   absl::StatusOr<uint64_t> version =
                       absl::UnavailableError(text::clean(cat(reply.status().message())));
                   if (reply.ok() && reply->failure().empty()) version = reply->policy_version();
                   if (reply.ok() && !reply->failure().empty())
                     version = absl::UnavailableError(text::clean(reply->failure()));
                   observer(PortAnswered{[done, version] { done(version); }});
                 });
}

void UserAgentBackend::exchange_token(const TokenRequest& request, Exchanged done) {
  std::unique_lock lock(mutex_);
  tls::Policy policy = profile_.tls;
  lock.unlock();
  token_client_.exchange(request, std::move(policy),
                         [done = std::move(done), observer = stream_observer_](absl::StatusOr<TokenReply> reply) {
                           observer(PortAnswered{[done, reply = std::move(reply)] { done(reply); }});
                         });
}

void UserAgentBackend::save_authorization(const crypto::Secret& record) { keep_authorization_(record); }

std::string UserAgentBackend::random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
    log::die("the system has no random numbers");
  return bytes;
}

}  // namespace phone::signaling

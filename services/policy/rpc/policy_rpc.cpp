// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/policy_rpc.hpp"

#include "common/mesh/call/settings.hpp"
#include "common/product/product.hpp"
#include "common/text/foreign_text.hpp"
#include "services/policy/rpc/policy_enums.hpp"
#include "services/policy/rpc/policy_message.hpp"
#include "services/policy/rpc/settings_message.hpp"
#include "services/policy/rpc/url_service_message.hpp"
#include "services/policy/run/wanted_load.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxReason = 200, kMostPassword = 128, kMostAddress = 64;
constexpr std::string_view kService = "phone.policy.v1.Policy/";

std::string method(std::string_view name) { return std::string(kService) + std::string(name); }

void put(const DeliveryFacts& facts, v1::AuditDelivery& to) {
  to.set_collector(facts.collector);
  to.set_delivered(facts.delivered);
  to.set_waiting(facts.waiting);
  to.set_dropped(facts.dropped);
  to.set_failure(text::clean(facts.failure));
}

v1::ProvisioningStatus to_message(const Status& status) {
  v1::ProvisioningStatus to;
  to.set_stage(kStages.to_proto(status.stage));
  to.set_server(status.server);
  to.set_doing(status.doing);
  to.set_last_failure(status.last_failure);
  to.set_policy_version(status.version);
  to.set_trial(text::clean(status.trial));
  to.set_settings_lock(static_cast<v1::SettingsLock>(status.lock));
  mesh::add_switch(to.mutable_setting(), "vendorConfig/secureModeWithoutCtl", status.secure_without_ctl);
  mesh::add_value(to.mutable_setting(), "loadInformation", product::load())
      .set_note(load_not_installed(status.wanted_load, product::load()));
  for (const std::string& remark : status.remarks) to.add_remark(text::clean(remark));
  show_url_services(status.contact_search, status.problem_report, to);
  for (const auto& report : status.files) {
    auto& file = *to.add_file();
    file.set_name(report.name);
    file.set_state(kFileStates.to_proto(report.state));
    file.set_reason(report.reason);
    file.set_server(report.server);
    file.set_encrypted(report.encrypted);
    file.mutable_time()->set_seconds(absl::ToUnixSeconds(report.time));
    file.mutable_time()->set_nanos(static_cast<int>(absl::ToUnixNanos(report.time) % 1'000'000'000));
  }
  return to;
}

}  // namespace

void PolicyPublisher::set(const Policy& policy, const std::function<void(const v1::EffectivePolicy&)>& whole) {
  const auto message = phone::policy::to_message(policy);
  whole(message);
  blanked_.set(phone::policy::for_role(message, mesh::v1::ROLE_UNSPECIFIED));
  certificates_.set(phone::policy::for_role(message, mesh::v1::ROLE_CERTIFICATE_MANAGER));
  signaling_.set(phone::policy::for_role(message, mesh::v1::ROLE_SIGNALING));
  network_.set(phone::policy::for_role(message, mesh::v1::ROLE_NETWORK_ACCESS));
}

const mesh::Latest<v1::EffectivePolicy>& PolicyPublisher::for_role(mesh::Role role) const {
  if (role == phone::mesh::v1::ROLE_SIGNALING) return signaling_;
  if (role == phone::mesh::v1::ROLE_NETWORK_ACCESS) return network_;
  return role == phone::mesh::v1::ROLE_CERTIFICATE_MANAGER ? certificates_ : blanked_;
}

void register_policy(mesh::Router& router, caf::actor_system& system, const PolicyParts& parts,
                     const PolicyPublisher& publication, const mesh::EventLog& event_log) {
  const ProvisioningActor& actor = parts.provisioning;
  const LockActor& lock = parts.lock;
  router.stream<v1::WatchPolicyRequest, v1::EffectivePolicy>(
      method("WatchPolicy"),
      [&publication](const v1::WatchPolicyRequest&, const mesh::CallInfo& info,
                     mesh::Wake wake) -> absl::StatusOr<std::unique_ptr<mesh::Stream>> {
        return publication.for_role(info.caller).subscribe(std::move(wake));
      });
  router.unary<v1::GetStatusRequest, v1::ProvisioningStatus>(
      method("GetStatus"), [&system, actor, delivery = parts.delivery, &web_access = parts.web_access](
                               const v1::GetStatusRequest&, mesh::Reply<v1::ProvisioningStatus> reply) {
        mesh::ask<Status>(
            system, actor, std::move(reply),
            [delivery, &web_access](const Status& status) {
              v1::ProvisioningStatus message = to_message(status);
              web_access.put_setting(message.mutable_setting());
              put(delivery(), *message.mutable_audit());
              return message;
            },
            StatusRequest{});
      });
  router.unary<v1::ListSettingsRequest, v1::ListSettingsReply>(
      method("ListSettings"),
      [&system, actor](const v1::ListSettingsRequest&, mesh::Reply<v1::ListSettingsReply> reply) {
        mesh::ask<Configured>(
            system, actor, std::move(reply),
            [](const Configured& configured) { return to_settings(configured.elements); }, SettingsRequest{});
      });
  router.unary<v1::ReprovisionRequest, v1::ReprovisionReply>(
      method("Reprovision"),
      [&system, actor](const v1::ReprovisionRequest& request, mesh::Reply<v1::ReprovisionReply> reply) {
        if (request.reason().size() > kMaxReason)
          return reply.fail(absl::InvalidArgumentError("the reason is longer than 200 bytes"));
        mesh::ask<void>(
            system, actor, std::move(reply), [] { return v1::ReprovisionReply(); },
            RunRequested{request.reason().empty() ? "asked for" : text::clean(request.reason(), kMaxReason)});
      });
  router.unary<v1::RefetchRequest, v1::RefetchReply>(
      method("Refetch"), [&system, actor](const v1::RefetchRequest& request, mesh::Reply<v1::RefetchReply> reply) {
        if (request.reason().size() > kMaxReason)
          return reply.fail(absl::InvalidArgumentError("the reason is longer than 200 bytes"));
        mesh::ask<Refetched>(
            system, actor, std::move(reply),
            [](const Refetched& refetched) {
              v1::RefetchReply message;
              message.set_policy_version(refetched.version);
              message.set_failure(text::clean(refetched.failure));
              return message;
            },
            RefetchRequest{request.reason().empty() ? "asked for" : text::clean(request.reason(), kMaxReason)});
      });
  router.unary<v1::UnlockRequest, v1::UnlockReply>(
      method("Unlock"), [&system, lock](const v1::UnlockRequest& request, mesh::Reply<v1::UnlockReply> reply) {
        if (request.password().empty() || request.password().size() > kMostPassword)
          return reply.fail(absl::InvalidArgumentError("a password has 1 to 128 bytes"));
        mesh::ask<UnlockAnswer>(
            system, lock, std::move(reply),
            [](const UnlockAnswer& answer) {
              v1::UnlockReply message;
              message.set_unlocked(answer.unlocked);
              message.set_reason(answer.reason);
              message.set_wait_seconds(static_cast<std::uint32_t>(answer.wait.count()));
              return message;
            },
            UnlockAttempt{request.password()});
      });
  router.unary<v1::CheckPasswordRequest, v1::CheckPasswordReply>(
      method("CheckPassword"),
      [&system, lock](const v1::CheckPasswordRequest& request, mesh::Reply<v1::CheckPasswordReply> reply) {
        if (request.password().empty() || request.password().size() > kMostPassword)
          return reply.fail(absl::InvalidArgumentError("a password has 1 to 128 bytes"));
        mesh::ask<UnlockAnswer>(
            system, lock, std::move(reply),
            [](const UnlockAnswer& answer) {
              v1::CheckPasswordReply message;
              message.set_right(answer.unlocked);
              message.set_reason(answer.reason);
              message.set_wait_seconds(static_cast<std::uint32_t>(answer.wait.count()));
              return message;
            },
            PasswordCheck{request.password(), text::clean(request.from(), kMostAddress)});
      });
  router.unary<v1::LockRequest, v1::LockReply>(
      method("Lock"), [&system, lock](const v1::LockRequest&, mesh::Reply<v1::LockReply> reply) {
        mesh::ask<void>(
            system, lock, std::move(reply), [] { return v1::LockReply(); }, LockAgain{});
      });
  router.unary<v1::ResetRequest, v1::ResetReply>(
      method("Reset"), [&system, actor](const v1::ResetRequest& request, mesh::Reply<v1::ResetReply> reply) {
        if (request.reason().size() > kMaxReason)
          return reply.fail(absl::InvalidArgumentError("the reason is longer than 200 bytes"));
        mesh::ask<std::string>(
            system, actor, std::move(reply), [](const std::string&) { return v1::ResetReply(); },
            ResetRequest{.reason = request.reason().empty() ? "asked for" : text::clean(request.reason(), kMaxReason),
                         .factory = request.factory()});
      });
  router.events(method("WatchEvents"), event_log);
}

}  // namespace phone::policy

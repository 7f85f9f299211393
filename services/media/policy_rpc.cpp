// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/policy_rpc.hpp"

#include "common/mesh/client/watcher.hpp"
#include "phone/policy/v1/policy.grpc.pb.h"

namespace phone::media {
namespace {

using policy::v1::EffectivePolicy;
using policy::v1::Policy;
using policy::v1::WatchPolicyRequest;

// An invalid value leaves the default in force.
MediaPolicy read(const EffectivePolicy& from) {
  MediaPolicy to;
  if (from.media_port_first() >= 1024 && from.media_port_last() <= 65535 &&
      from.media_port_first() < from.media_port_last()) {
    to.ports.first = from.media_port_first();
    to.ports.last = from.media_port_last();
  }
  if (from.dscp_media() > 0 && from.dscp_media() < 64) to.dscp = from.dscp_media();
  to.network_locale = from.network_locale();
  to.forks = from.call_forks_allowed();
  to.disabled = {
      .handset = from.handset_disabled(), .headset = from.headset_disabled(), .speaker = from.speaker_disabled()};
  return to;
}

class Watch final : public PolicyWatch {
 public:
  Watch(const mesh::Paths& paths, std::function<void(const MediaPolicy&)> on_policy)
      : peer_(mesh::socket_of(paths, "policy")),
        watcher_(peer_, &Policy::Stub::WatchPolicy, WatchPolicyRequest(),
                 [on_policy = std::move(on_policy)](const EffectivePolicy& policy) { on_policy(read(policy)); }) {}

 private:
  mesh::Peer<Policy> peer_;
  mesh::Watcher<Policy, WatchPolicyRequest, EffectivePolicy> watcher_;
};

}  // namespace

std::unique_ptr<PolicyWatch> watch_policy(const mesh::Paths& paths, std::function<void(const MediaPolicy&)> on_policy) {
  return std::make_unique<Watch>(paths, std::move(on_policy));
}

}  // namespace phone::media

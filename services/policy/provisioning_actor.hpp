#pragma once

#include <caf/all.hpp>

#include <functional>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/event_log.hpp"
#include "services/policy/policy_state.hpp"
#include "services/policy/provisioning_run.hpp"
#include "services/policy/schedule.hpp"

// The single owner of the policy in force. Rounds run on the worker's thread and report here; everything else asks
// here.
namespace phone::policy {

struct ServersNamed {
  std::vector<std::string> servers;
};
struct CertificatesChanged {};
struct RoundWanted {
  std::string reason;
};
struct RetryDue {
  std::uint64_t timer = 0;
};
struct RoundDoing {
  std::string sentence;
};
struct RoundAlarm {
  Alarm alarm;
};
struct RoundPartial {
  Configuration partial;
  std::string device_name;
};
struct RoundFinished {
  RoundResult result;
};
struct StatusWanted {};
// At an upgrade the older process still has the state directory; until it lets go this one serves what it has read and
// begins nothing. StateDirAcquired brings what is on flash by then.
struct StateDirBusy {};
struct StateDirAcquired {
  State state;
};

struct Status {
  Stage stage = Stage::kDefault;
  std::uint64_t version = 0;
  std::vector<FileReport> files;  // of the last round, with those of the running one as they come
  std::string server;
  std::string doing;
  std::string last_failure;
};

using ProvisioningActor =
    caf::typed_actor<caf::reacts_to<ServersNamed>, caf::reacts_to<CertificatesChanged>, caf::reacts_to<RoundWanted>,
                     caf::reacts_to<RetryDue>, caf::reacts_to<RoundDoing>, caf::reacts_to<FileReport>,
                     caf::reacts_to<RoundAlarm>, caf::reacts_to<RoundPartial>, caf::reacts_to<RoundFinished>,
                     caf::replies_to<StatusWanted>::with<Status>, caf::reacts_to<StateDirBusy>,
                     caf::reacts_to<StateDirAcquired>>;

// What the actor does to the world.
struct ProvisioningHands {
  std::function<void(const Policy&)> publish;
  std::function<absl::Status(const State&)> save;
  std::function<void(RoundInput)> start_round;
  std::function<void()> cancel_round;
  std::function<void(std::string kind, mesh::Severity, std::string text, bool audit)> tell;
  // What a configuration that is in force now has lowered, and by whose word: for the audit log and the incidents.
  std::function<void(const std::vector<Lowered>&, const Source&)> tell_lowered;
};

ProvisioningActor::behavior_type provisioning(ProvisioningActor::pointer self, State initial, ProvisioningHands hands);

}  // namespace phone::policy

PHONE_MESSAGE(phone::policy::ServersNamed)
PHONE_MESSAGE(phone::policy::CertificatesChanged)
PHONE_MESSAGE(phone::policy::RoundWanted)
PHONE_MESSAGE(phone::policy::RetryDue)
PHONE_MESSAGE(phone::policy::RoundDoing)
PHONE_MESSAGE(phone::policy::RoundAlarm)
PHONE_MESSAGE(phone::policy::RoundPartial)
PHONE_MESSAGE(phone::policy::RoundFinished)
PHONE_MESSAGE(phone::policy::FileReport)
PHONE_MESSAGE(phone::policy::StatusWanted)
PHONE_MESSAGE(phone::policy::StateDirBusy)
PHONE_MESSAGE(phone::policy::StateDirAcquired)
PHONE_MESSAGE(phone::policy::Status)

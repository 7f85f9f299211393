// The trust list keeper as an actor: one message to it is one question or one change.
#pragma once

#include <array>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/trust_store/trust_store_state.hpp"
#include "services/trust_store/work_queue.hpp"

namespace phone::trust {

struct OfferLists {
  std::vector<OfferedList> lists;
};
struct JudgeFile {
  std::string requested_name, content;
  bool in_force = false;
};
struct AllowOlder {
  std::string name;
  absl::Duration how_long;
  std::string why;
};
struct JudgeImage {
  std::string name, header, signed_digest, package;
};
struct OfferedRelease {
  std::string content;
};
struct PreviewList {
  std::string content;
};
struct ShowLists {};
struct ShowDecisions {
  std::string about;
  std::size_t maximum = 0;
};
struct ApplyPolicy {
  Settings settings;
  bool complete = false;
};
// The state directory is another process's for now: what would change it waits in here for StateDirAcquired.
struct StateDirBusy {};
// What is on flash may be newer than what was read at the start.
struct StateDirAcquired {};
struct TvsAnswered {
  std::uint64_t ticket = 0;
  TvsWord word;
};
// A judgement made elsewhere is there; the rest of it is for the keeper's own thread.
struct Judged {
  std::function<void()> then;
};
// What the menus are made of.
struct Shown {
  std::shared_ptr<const InForce> in_force;
  std::optional<Decision> configuration;
};
using DecisionList = std::vector<Decision>;

}  // namespace phone::trust

PHONE_MESSAGE(phone::trust::OfferLists)
PHONE_MESSAGE(phone::trust::OfferResult)
PHONE_MESSAGE(phone::trust::JudgeFile)
PHONE_MESSAGE(phone::trust::FileResult)
PHONE_MESSAGE(phone::trust::PeerClaim)
PHONE_MESSAGE(phone::trust::PeerResult)
PHONE_MESSAGE(phone::trust::JudgeImage)
PHONE_MESSAGE(phone::trust::ImageResult)
PHONE_MESSAGE(phone::trust::OfferedRelease)
PHONE_MESSAGE(phone::trust::ReleaseResult)
PHONE_MESSAGE(phone::trust::AllowOlder)
PHONE_MESSAGE(phone::trust::OlderResult)
PHONE_MESSAGE(phone::trust::PreviewList)
PHONE_MESSAGE(phone::trust::PreviewResult)
PHONE_MESSAGE(phone::trust::ShowLists)
PHONE_MESSAGE(phone::trust::Shown)
PHONE_MESSAGE(phone::trust::ShowDecisions)
PHONE_MESSAGE(phone::trust::DecisionList)
PHONE_MESSAGE(phone::trust::StateDirBusy)
PHONE_MESSAGE(phone::trust::StateDirAcquired)
PHONE_MESSAGE(phone::trust::TvsAnswered)
PHONE_MESSAGE(phone::trust::Judged)
PHONE_MESSAGE(phone::trust::ApplyPolicy)

namespace phone::trust {

using TrustKeeper = caf::typed_actor<
    caf::replies_to<OfferLists>::with<OfferResult>, caf::replies_to<JudgeFile>::with<FileResult>,
    caf::replies_to<PeerClaim>::with<PeerResult>, caf::replies_to<ShowLists>::with<Shown>,
    caf::replies_to<JudgeImage>::with<ImageResult>, caf::replies_to<OfferedRelease>::with<ReleaseResult>,
    caf::replies_to<AllowOlder>::with<OlderResult>, caf::replies_to<PreviewList>::with<PreviewResult>,
    caf::replies_to<ShowDecisions>::with<DecisionList>, caf::reacts_to<TvsAnswered>, caf::reacts_to<Judged>,
    caf::reacts_to<ApplyPolicy>, caf::reacts_to<StateDirBusy>, caf::reacts_to<StateDirAcquired>>;

// Asks TVS without blocking the caller; `done` comes from any thread, at most once.
using AskTvs = std::function<void(TvsJob, std::function<void(TvsWord)> done)>;

// What takes long is judged on a thread of its own, and few of a kind at a time: each kind has callers of its own, who
// cannot take the others' places. RESOURCE_EXHAUSTED names the kind.
enum class Expensive { kOffer, kFile, kImage, kRelease, kPath, kPreview };
inline constexpr std::size_t kExpensiveKinds = 6;
inline constexpr std::array<int, kExpensiveKinds> kMostInFlight = {4, 4, 4, 4, 8, 2};

struct KeeperState {
  std::unique_ptr<Keeper> keeper;
  bool waits_for_state_dir = false;
  std::array<int, kExpensiveKinds> in_flight = {};
  // Last, so that they end first: their work knows the keeper.
  std::unique_ptr<Workbench> verdicts = std::make_unique<Workbench>("verdicts");
  std::unique_ptr<Workbench> previews = std::make_unique<Workbench>("previews");
};

TrustKeeper::behavior_type trust_keeper(TrustKeeper::stateful_pointer<KeeperState> self,
                                        const std::filesystem::path& state_directory, const AskTvs& ask_tvs,
                                        const std::function<void(Notice)>& tell, const std::filesystem::path& root);

}  // namespace phone::trust

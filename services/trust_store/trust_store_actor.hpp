// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Owns the trust store's state and what it has on flash: one message is one question or one change.
#pragma once

#include <array>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/trust_store/state/trust_store_state.hpp"
#include "services/trust_store/work_queue.hpp"

namespace phone::trust {

struct OfferListsRequest {
  std::vector<OfferedList> lists;
};
struct JudgeFileRequest {
  std::string requested_name, content;
  bool in_force = false;
};
struct AllowOlderRequest {
  std::string name;
  absl::Duration how_long;
  std::string why;
};
struct JudgeImageRequest {
  std::string name, header, signed_digest, package;
};
struct ReleaseRequest {
  std::string content;
};
struct PreviewListRequest {
  std::string content;
};
struct ShowListsRequest {};
struct ShowDecisionsRequest {
  std::string about;
  std::size_t maximum = 0;
};
struct PolicyChanged {
  Settings settings;
  bool complete = false;
};
// The older process still has the state directory: messages that would change it wait in the mailbox.
struct StateDirBusy {};
// Reads flash again, which may be newer than at the start.
struct StateDirAcquired {};
struct TvsAnswerReceived {
  std::uint64_t request_id = 0;
  TvsAnswer word;
};
// A judgement made on another thread; `then` is its rest, for this one.
struct JudgementFinished {
  std::function<void()> then;
};
// For the menus.
struct Shown {
  std::shared_ptr<const InstalledLists> in_force;
  std::optional<Decision> configuration;
  std::shared_ptr<const SrstCertificates> srst;
  Settings settings;  // in force
};
using DecisionList = std::vector<Decision>;

}  // namespace phone::trust

PHONE_MESSAGE(phone::trust::OfferListsRequest)
PHONE_MESSAGE(phone::trust::OfferResult)
PHONE_MESSAGE(phone::trust::JudgeFileRequest)
PHONE_MESSAGE(phone::trust::FileResult)
PHONE_MESSAGE(phone::trust::PeerClaim)
PHONE_MESSAGE(phone::trust::PeerResult)
PHONE_MESSAGE(phone::trust::JudgeImageRequest)
PHONE_MESSAGE(phone::trust::ImageResult)
PHONE_MESSAGE(phone::trust::ReleaseRequest)
PHONE_MESSAGE(phone::trust::ReleaseResult)
PHONE_MESSAGE(phone::trust::AllowOlderRequest)
PHONE_MESSAGE(phone::trust::OlderResult)
PHONE_MESSAGE(phone::trust::PreviewListRequest)
PHONE_MESSAGE(phone::trust::PreviewResult)
PHONE_MESSAGE(phone::trust::ShowListsRequest)
PHONE_MESSAGE(phone::trust::Shown)
PHONE_MESSAGE(phone::trust::ShowDecisionsRequest)
PHONE_MESSAGE(phone::trust::DecisionList)
PHONE_MESSAGE(phone::trust::StateDirBusy)
PHONE_MESSAGE(phone::trust::StateDirAcquired)
PHONE_MESSAGE(phone::trust::TvsAnswerReceived)
PHONE_MESSAGE(phone::trust::JudgementFinished)
PHONE_MESSAGE(phone::trust::PolicyChanged)

namespace phone::trust {

using TrustStoreActor = caf::typed_actor<
    caf::replies_to<OfferListsRequest>::with<OfferResult>, caf::replies_to<JudgeFileRequest>::with<FileResult>,
    caf::replies_to<PeerClaim>::with<PeerResult>, caf::replies_to<ShowListsRequest>::with<Shown>,
    caf::replies_to<JudgeImageRequest>::with<ImageResult>, caf::replies_to<ReleaseRequest>::with<ReleaseResult>,
    caf::replies_to<AllowOlderRequest>::with<OlderResult>, caf::replies_to<PreviewListRequest>::with<PreviewResult>,
    caf::replies_to<ShowDecisionsRequest>::with<DecisionList>, caf::reacts_to<TvsAnswerReceived>,
    caf::reacts_to<JudgementFinished>, caf::reacts_to<PolicyChanged>, caf::reacts_to<StateDirBusy>,
    caf::reacts_to<StateDirAcquired>>;

// Asks TVS without blocking the caller; `done` comes from any thread, at most once.
using AskTvs = std::function<void(TvsJob, std::function<void(TvsAnswer)> done)>;

// Long judgements run on a thread of their own, a few of a kind at a time, so that the callers of one kind cannot take
// the slots of another. RESOURCE_EXHAUSTED names the kind.
enum class ExpensiveOperation { kOffer, kFile, kImage, kRelease, kPath, kPreview };
inline constexpr std::size_t kExpensiveKinds = 6;
inline constexpr std::array<int, kExpensiveKinds> kMostInFlight = {4, 4, 4, 4, 8, 2};

// Opens what is on flash, at the start and again at StateDirAcquired.
using OpenStorage = std::function<std::unique_ptr<StoragePort>()>;

struct TrustStoreActorState {
  std::unique_ptr<StoragePort> storage;
  std::unique_ptr<TrustStoreState> trust_state;
  bool waits_for_state_dir = false;
  std::array<int, kExpensiveKinds> in_flight = {};
  // Last, so that they end first: their work uses the trust store and its storage.
  std::unique_ptr<WorkQueue> verdicts = std::make_unique<WorkQueue>("verdicts");
  std::unique_ptr<WorkQueue> previews = std::make_unique<WorkQueue>("previews");
};

TrustStoreActor::behavior_type trust_store_actor(TrustStoreActor::stateful_pointer<TrustStoreActorState> self,
                                                 const OpenStorage& open_storage, const AskTvs& ask_tvs,
                                                 const std::function<void(Notice)>& tell,
                                                 const std::function<void(const InstalledLists&)>& installed);

}  // namespace phone::trust

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/trust_store_actor.hpp"

#include <caf/all.hpp>
#include <chrono>

#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/clock/present_time.hpp"
#include "common/mesh/actor/actor_error.hpp"
#include "common/metrics/metrics.hpp"

namespace phone::trust {
namespace {

constexpr std::array<std::string_view, kExpensiveKinds> kNames = {
    "offers of trust lists", "files", "images", "releases", "certificate paths", "previews of trust lists"};

// Begins a judgement of that kind with the callback that answers it; refused while too many of the kind are running.
template <class Result, class Begin>
caf::result<Result> few(TrustStoreActor::stateful_pointer<TrustStoreActorState> self, ExpensiveOperation kind,
                        const Begin& begin) {
  const auto index = static_cast<std::size_t>(kind);
  int& in_flight = self->state.in_flight.at(index);
  if (in_flight >= kMostInFlight.at(index)) {
    return mesh::to_error(absl::ResourceExhaustedError(absl::StrCat(
        kMostInFlight.at(index), " ", std::string(kNames.at(index)), " are already in progress, the most allowed")));
  }
  ++in_flight;
  auto promise = self->template make_response_promise<Result>();
  begin([promise, &in_flight](Result result) mutable {
    --in_flight;
    promise.deliver(std::move(result));
  });
  return promise;
}

absl::Duration uptime() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace

TrustStoreActor::behavior_type trust_store_actor(TrustStoreActor::stateful_pointer<TrustStoreActorState> self,
                                                 const OpenStorage& open_storage, const AskTvs& ask_tvs,
                                                 const std::function<void(Notice)>& tell,
                                                 const std::function<void(const InstalledLists&)>& installed) {
  const auto ask = [ask_tvs, self](TvsJob job) {
    const std::uint64_t request_id = job.request_id;
    const TrustStoreActor handle = caf::actor_cast<TrustStoreActor>(self);
    ask_tvs(std::move(job), [handle, request_id](TvsAnswer word) {
      caf::anon_send(handle, TvsAnswerReceived{request_id, std::move(word)});
    });
  };
  const auto elsewhere = [self](QueueKind queue, Work work) {
    const TrustStoreActor handle = caf::actor_cast<TrustStoreActor>(self);
    (queue == QueueKind::kPreviews ? self->state.previews : self->state.verdicts)
        ->add([handle, work = std::move(work)] { caf::anon_send(handle, JudgementFinished{work()}); });
  };
  const auto notify = [tell](Notice notice) {
    if (!notice.refused.empty()) metrics::refusals(notice.refused, "").add();
    tell(std::move(notice));
  };
  const auto open = [self, open_storage, ask, notify, elsewhere, installed] {
    self->state.trust_state.reset();
    self->state.storage = open_storage();
    self->state.trust_state =
        std::make_unique<TrustStoreState>(*self->state.storage, TrustStoreState::Delegate{.ask_tvs = ask,
                                                                                          .tell = notify,
                                                                                          .present = clock::present,
                                                                                          .uptime = uptime,
                                                                                          .elsewhere = elsewhere,
                                                                                          .installed = installed});
  };
  open();
  // Judging is a change: it goes on record. A skipped message stays in the mailbox, bounded by the calls in flight, and
  // comes again after the next that is not skipped.
  const auto waits = [self] { return self->state.waits_for_state_dir; };
  return {
      [self, waits](OfferListsRequest& offer) -> caf::result<OfferResult> {
        if (waits()) return caf::skip;
        return few<OfferResult>(self, ExpensiveOperation::kOffer, [&](auto done) {
          self->state.trust_state->offer(std::move(offer.lists), std::move(done));
        });
      },
      [self, waits](JudgeFileRequest& question) -> caf::result<FileResult> {
        if (waits()) return caf::skip;
        return few<FileResult>(self, ExpensiveOperation::kFile, [&](auto done) {
          self->state.trust_state->file(std::move(question.requested_name), std::move(question.content),
                                        question.in_force, std::move(done));
        });
      },
      [self, waits](PeerClaim& claim) -> caf::result<PeerResult> {
        if (waits()) return caf::skip;
        // A judgement by list is one look at what is in force.
        if (!claim.anchor.empty()) {
          return few<PeerResult>(self, ExpensiveOperation::kPath,
                                 [&](auto done) { self->state.trust_state->peer(std::move(claim), std::move(done)); });
        }
        auto promise = self->make_response_promise<PeerResult>();
        self->state.trust_state->peer(std::move(claim),
                                      [promise](PeerResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self](ShowListsRequest) {
        const TrustStoreState& state = *self->state.trust_state;
        return Shown{state.in_force(), state.configuration(), state.srst(), state.settings()};
      },
      [self, waits](JudgeImageRequest& image) -> caf::result<ImageResult> {
        if (waits()) return caf::skip;
        return few<ImageResult>(self, ExpensiveOperation::kImage, [&](auto done) {
          self->state.trust_state->image(std::move(image.name), std::move(image.header), std::move(image.signed_digest),
                                         std::move(image.package), std::move(done));
        });
      },
      [self, waits](ReleaseRequest& release) -> caf::result<ReleaseResult> {
        if (waits()) return caf::skip;
        return few<ReleaseResult>(self, ExpensiveOperation::kRelease, [&](auto done) {
          self->state.trust_state->release(std::move(release.content), std::move(done));
        });
      },
      [self, waits](const AllowOlderRequest& act) -> caf::result<OlderResult> {
        if (waits()) return caf::skip;
        return self->state.trust_state->allow_older(act.name, act.how_long, act.why);
      },
      [self, waits](PreviewListRequest& list) -> caf::result<PreviewResult> {
        if (waits()) return caf::skip;  // it may ask TVS, and the answer would reach the state opened after it
        return few<PreviewResult>(self, ExpensiveOperation::kPreview, [&](auto done) {
          self->state.trust_state->preview(std::move(list.content), std::move(done));
        });
      },
      [self](const ShowDecisionsRequest& question) {
        return self->state.trust_state->decisions(question.about, question.maximum);
      },
      [self](const TvsAnswerReceived& answer) { self->state.trust_state->answered(answer.request_id, answer.word); },
      [](const JudgementFinished& judged) { judged.then(); },
      [self, waits](PolicyChanged& policy) -> caf::result<void> {
        if (waits()) return caf::skip;
        self->state.trust_state->apply(std::move(policy.settings), policy.complete);
        return caf::unit;
      },
      [self](StateDirBusy) { self->state.waits_for_state_dir = true; },
      [self, open](StateDirAcquired) {
        open();
        self->state.waits_for_state_dir = false;
      },
  };
}

}  // namespace phone::trust

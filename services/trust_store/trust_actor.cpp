#include "services/trust_store/trust_actor.hpp"

#include <caf/all.hpp>

#include "absl/time/clock.h"

namespace phone::trust {
TrustKeeper::behavior_type trust_keeper(TrustKeeper::stateful_pointer<KeeperState> self,
                                        const std::filesystem::path& state_folder, const AskTvs& ask_tvs,
                                        const std::function<void(Notice)>& tell, const std::filesystem::path& root) {
  const auto ask = [ask_tvs, self](TvsJob job) {
    const std::uint64_t ticket = job.ticket;
    const TrustKeeper handle = caf::actor_cast<TrustKeeper>(self);
    ask_tvs(std::move(job), [handle, ticket](TvsWord word) {
      caf::anon_send(handle, TvsAnswered{ticket, std::move(word)});
    });
  };
  const auto open = [self, state_folder, ask, tell, root] {
    self->state.keeper =
        std::make_unique<Keeper>(state_folder, Keeper::Outside{ask, tell, [] { return absl::Now(); }, root});
  };
  open();
  // Judging counts as a change: it goes on record. A message that is skipped stays in the mailbox, which the calls in
  // flight bound, and comes again after the next that is not.
  const auto waits = [self] { return self->state.waits_for_folder; };
  return {
      [self, waits](OfferLists& offer) -> caf::result<OfferResult> {
        if (waits()) return caf::skip;
        auto promise = self->make_response_promise<OfferResult>();
        self->state.keeper->offer(std::move(offer.lists),
                                  [promise](OfferResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self, waits](JudgeFile& question) -> caf::result<FileResult> {
        if (waits()) return caf::skip;
        auto promise = self->make_response_promise<FileResult>();
        self->state.keeper->file(std::move(question.requested_name), std::move(question.content),
                                 [promise](FileResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self, waits](PeerClaim& claim) -> caf::result<PeerResult> {
        if (waits()) return caf::skip;
        auto promise = self->make_response_promise<PeerResult>();
        self->state.keeper->peer(std::move(claim),
                                 [promise](PeerResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self](ShowLists) {
        return Shown{self->state.keeper->in_force(), self->state.keeper->configuration()};
      },
      [self, waits](const JudgeImage& image) -> caf::result<ImageResult> {
        if (waits()) return caf::skip;
        return self->state.keeper->image(image.name, image.header, image.signed_digest, image.package);
      },
      [self, waits](const OfferedRelease& release) -> caf::result<ReleaseResult> {
        if (waits()) return caf::skip;
        return self->state.keeper->release(release.content);
      },
      [self, waits](PreviewList& list) -> caf::result<PreviewResult> {
        if (waits()) return caf::skip;  // it may have to ask TVS, whose answer would come to another keeper
        auto promise = self->make_response_promise<PreviewResult>();
        self->state.keeper->preview(std::move(list.content),
                                    [promise](PreviewResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self](const ShowDecisions& question) { return self->state.keeper->decisions(question.about, question.maximum); },
      [self](const TvsAnswered& answer) { self->state.keeper->answered(answer.ticket, answer.word); },
      [self, waits](ApplyPolicy& policy) -> caf::result<void> {
        if (waits()) return caf::skip;
        self->state.keeper->apply(std::move(policy.settings), policy.complete);
        return caf::unit;
      },
      [self](FolderIsTaken) { self->state.waits_for_folder = true; },
      [self, open](FolderIsOurs) {
        open();
        self->state.waits_for_folder = false;
      },
  };
}

}  // namespace phone::trust

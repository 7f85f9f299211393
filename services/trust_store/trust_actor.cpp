#include "services/trust_store/trust_actor.hpp"

#include <caf/all.hpp>

#include "absl/time/clock.h"

namespace phone::trust {

TrustKeeper::behavior_type trust_keeper(TrustKeeper::stateful_pointer<KeeperState> self,
                                        const std::filesystem::path& state_folder, const AskTvs& ask_tvs,
                                        const std::function<void(Notice)>& tell) {
  const auto ask = [ask_tvs, self](TvsJob job) {
    const std::uint64_t ticket = job.ticket;
    const TrustKeeper handle = caf::actor_cast<TrustKeeper>(self);
    ask_tvs(std::move(job), [handle, ticket](TvsWord word) {
      caf::anon_send(handle, TvsAnswered{ticket, std::move(word)});
    });
  };
  self->state.keeper = std::make_unique<Keeper>(state_folder, Keeper::Outside{ask, tell, [] { return absl::Now(); }});
  Keeper& keeper = *self->state.keeper;
  return {
      [self, &keeper](OfferLists& offer) {
        auto promise = self->make_response_promise<OfferResult>();
        keeper.offer(std::move(offer.lists),
                     [promise](OfferResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self, &keeper](JudgeFile& question) {
        auto promise = self->make_response_promise<FileResult>();
        keeper.file(std::move(question.requested_name), std::move(question.content),
                    [promise](FileResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self, &keeper](PeerClaim& claim) {
        auto promise = self->make_response_promise<PeerResult>();
        keeper.peer(std::move(claim), [promise](PeerResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [&keeper](ShowLists) {
        return Shown{keeper.in_force(), keeper.configuration()};
      },
      [&keeper](const OfferedRelease& release) { return keeper.release(release.content); },
      [self, &keeper](PreviewList& list) {
        auto promise = self->make_response_promise<PreviewResult>();
        keeper.preview(std::move(list.content),
                       [promise](PreviewResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [&keeper](const ShowDecisions& question) { return keeper.decisions(question.about, question.maximum); },
      [&keeper](const TvsAnswered& answer) { keeper.answered(answer.ticket, answer.word); },
      [&keeper](ApplyPolicy& policy) { keeper.apply(std::move(policy.settings), policy.complete); },
  };
}

}  // namespace phone::trust

#include "services/trust_store/trust_store_actor.hpp"

#include <caf/all.hpp>

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/mesh/actor/actor_error.hpp"

namespace phone::trust {
namespace {

constexpr std::array<std::string_view, kExpensiveKinds> kNames = {
    "offers of trust lists", "files", "images", "releases", "certificate paths", "previews of trust lists"};

// A judgement of that kind, begun with the callback that answers it; refused while too many of the kind are under way.
template <class Result, class Begin>
caf::result<Result> few(TrustKeeper::stateful_pointer<KeeperState> self, Expensive kind, const Begin& begin) {
  const auto index = static_cast<std::size_t>(kind);
  int& in_flight = self->state.in_flight.at(index);
  if (in_flight >= kMostInFlight.at(index)) {
    return mesh::to_error(absl::ResourceExhaustedError(absl::StrCat(
        kMostInFlight.at(index), " ", std::string(kNames.at(index)), " are being judged already, which is the most")));
  }
  ++in_flight;
  auto promise = self->template make_response_promise<Result>();
  begin([promise, &in_flight](Result result) mutable {
    --in_flight;
    promise.deliver(std::move(result));
  });
  return promise;
}

}  // namespace

TrustKeeper::behavior_type trust_keeper(TrustKeeper::stateful_pointer<KeeperState> self,
                                        const std::filesystem::path& state_directory, const AskTvs& ask_tvs,
                                        const std::function<void(Notice)>& tell, const std::filesystem::path& root) {
  const auto ask = [ask_tvs, self](TvsJob job) {
    const std::uint64_t ticket = job.ticket;
    const TrustKeeper handle = caf::actor_cast<TrustKeeper>(self);
    ask_tvs(std::move(job), [handle, ticket](TvsWord word) {
      caf::anon_send(handle, TvsAnswered{ticket, std::move(word)});
    });
  };
  const auto elsewhere = [self](Bench bench, Work work) {
    const TrustKeeper handle = caf::actor_cast<TrustKeeper>(self);
    (bench == Bench::kPreviews ? self->state.previews : self->state.verdicts)->add([handle, work = std::move(work)] {
      caf::anon_send(handle, Judged{work()});
    });
  };
  const auto open = [self, state_directory, ask, tell, root, elsewhere] {
    self->state.keeper = std::make_unique<Keeper>(
        state_directory, Keeper::Outside{ask, tell, [] { return absl::Now(); }, root, elsewhere});
  };
  open();
  // Judging counts as a change: it goes on record. A message that is skipped stays in the mailbox, which the calls in
  // flight bound, and comes again after the next that is not.
  const auto waits = [self] { return self->state.waits_for_state_dir; };
  return {
      [self, waits](OfferLists& offer) -> caf::result<OfferResult> {
        if (waits()) return caf::skip;
        return few<OfferResult>(self, Expensive::kOffer,
                                [&](auto done) { self->state.keeper->offer(std::move(offer.lists), std::move(done)); });
      },
      [self, waits](JudgeFile& question) -> caf::result<FileResult> {
        if (waits()) return caf::skip;
        return few<FileResult>(self, Expensive::kFile, [&](auto done) {
          self->state.keeper->file(std::move(question.requested_name), std::move(question.content), question.in_force,
                                   std::move(done));
        });
      },
      [self, waits](PeerClaim& claim) -> caf::result<PeerResult> {
        if (waits()) return caf::skip;
        // By list is one look at what is in force.
        if (!claim.anchor.empty()) {
          return few<PeerResult>(self, Expensive::kPath,
                                 [&](auto done) { self->state.keeper->peer(std::move(claim), std::move(done)); });
        }
        auto promise = self->make_response_promise<PeerResult>();
        self->state.keeper->peer(std::move(claim),
                                 [promise](PeerResult result) mutable { promise.deliver(std::move(result)); });
        return promise;
      },
      [self](ShowLists) {
        return Shown{self->state.keeper->in_force(), self->state.keeper->configuration()};
      },
      [self, waits](JudgeImage& image) -> caf::result<ImageResult> {
        if (waits()) return caf::skip;
        return few<ImageResult>(self, Expensive::kImage, [&](auto done) {
          self->state.keeper->image(std::move(image.name), std::move(image.header), std::move(image.signed_digest),
                                    std::move(image.package), std::move(done));
        });
      },
      [self, waits](OfferedRelease& release) -> caf::result<ReleaseResult> {
        if (waits()) return caf::skip;
        return few<ReleaseResult>(self, Expensive::kRelease, [&](auto done) {
          self->state.keeper->release(std::move(release.content), std::move(done));
        });
      },
      [self, waits](const AllowOlder& act) -> caf::result<OlderResult> {
        if (waits()) return caf::skip;
        return self->state.keeper->allow_older(act.name, act.how_long, act.why);
      },
      [self, waits](PreviewList& list) -> caf::result<PreviewResult> {
        if (waits()) return caf::skip;  // it may have to ask TVS, whose answer would come to another keeper
        return few<PreviewResult>(self, Expensive::kPreview, [&](auto done) {
          self->state.keeper->preview(std::move(list.content), std::move(done));
        });
      },
      [self](const ShowDecisions& question) { return self->state.keeper->decisions(question.about, question.maximum); },
      [self](const TvsAnswered& answer) { self->state.keeper->answered(answer.ticket, answer.word); },
      [](const Judged& judged) { judged.then(); },
      [self, waits](ApplyPolicy& policy) -> caf::result<void> {
        if (waits()) return caf::skip;
        self->state.keeper->apply(std::move(policy.settings), policy.complete);
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

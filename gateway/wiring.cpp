#include "gateway/wiring.hpp"

#include <caf/all.hpp>
#include <utility>

#include "gateway/ask_rpc.hpp"
#include "gateway/gateway_rpc.hpp"

namespace phone::gateway {

Wiring::Wiring(caf::actor_system& system, phone::mesh::Router& router, phone::os::EventLoop& loop,
               const phone::mesh::Paths& paths, phone::mesh::Journal& journal, Settings settings)
    : peers_(paths) {
  const PictureActor picture = spawn_picture(system, ask_by_rpc(peers_), latest_, settings.look_period);
  on_demand_.emplace(std::move(settings.run), journal);
  serve_gateway(router, system, picture, latest_, journal, peers_, enrolment_, [this] { return on_demand_->deaths(); });
  incidents_.emplace(journal, [picture](phone::mesh::v1::Event incident) {
    caf::anon_send(picture, Learn{Source::kPolicy, std::move(incident)});  // whose it is, the event says
  });
  door_.emplace(loop, router, journal, std::move(settings.diagnostics));
  followers_.emplace(peers_, journal,
                     Listeners{.learn =
                                   [picture](Source source, Fact fact) {
                                     caf::anon_send(picture, Learn{source, std::move(fact)});
                                   },
                               .happened = [picture](Source) { caf::anon_send(picture, Look{}); },
                               .policy =
                                   [this](const PolicyFacts& policy) {
                                     enrolment_.learn(policy);
                                     door_->apply(policy);
                                   }});
  end_picture_ = [picture] { caf::anon_send_exit(picture, caf::exit_reason::user_shutdown); };
}

// Who tells something ends before whom it tells.
void Wiring::stop() {
  followers_.reset();
  on_demand_.reset();
  door_.reset();
  incidents_.reset();
  if (end_picture_) std::exchange(end_picture_, nullptr)();
}

}  // namespace phone::gateway

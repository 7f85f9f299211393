#include "gateway/wiring.hpp"

#include <caf/all.hpp>
#include <utility>

#include "gateway/ask_rpc.hpp"
#include "gateway/gateway_rpc.hpp"

namespace phone::gateway {

Wiring::Wiring(caf::actor_system& system, phone::mesh::Router& router, phone::os::EventLoop& loop,
               const phone::mesh::Paths& paths, phone::mesh::EventLog& event_log, Settings settings)
    : peers_(paths) {
  const PictureActor picture = spawn_picture(system, ask_by_rpc(peers_), latest_, settings.look_period);
  on_demand_.emplace(std::move(settings.run), event_log);
  serve_gateway(router, system, picture, latest_, event_log, peers_, enrolment_,
                [this] { return on_demand_->deaths(); });
  incidents_.emplace(event_log, [picture](phone::mesh::v1::Event incident) {
    caf::anon_send(picture, Learn{Source::kPolicy, std::move(incident)});  // whose it is, the event says
  });
  acceptor_.emplace(loop, router, event_log, std::move(settings.diagnostics));
  watchers_.emplace(peers_, event_log,
                    Listeners{.learn =
                                  [picture](Source source, Fact fact) {
                                    caf::anon_send(picture, Learn{source, std::move(fact)});
                                  },
                              .happened = [picture](Source) { caf::anon_send(picture, Look{}); },
                              .policy =
                                  [this](const PolicyFacts& policy) {
                                    enrolment_.learn(policy);
                                    acceptor_->apply(policy);
                                  }});
  end_picture_ = [picture] { caf::anon_send_exit(picture, caf::exit_reason::user_shutdown); };
}

// Who tells something ends before whom it tells.
void Wiring::stop() {
  watchers_.reset();
  on_demand_.reset();
  acceptor_.reset();
  incidents_.reset();
  if (end_picture_) std::exchange(end_picture_, nullptr)();
}

}  // namespace phone::gateway

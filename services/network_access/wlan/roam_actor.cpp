// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/roam_actor.hpp"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/log/log.hpp"
#include "services/network_access/supplicant/supplicant_status.hpp"

namespace phone::network {
namespace {

using mesh::Severity;

class Roamer : public RoamActor::base {
 public:
  Roamer(caf::actor_config& config, RoamRules rules, RoamingDelegate delegate)
      : RoamActor::base(config),
        roaming_(rules, {.entered =
                             [](Roaming::State from, Roaming::State to, std::string_view cause) {
                               log::debug("roaming", {{"from", name_of(from)}, {"to", name_of(to)}, {"cause", cause}});
                             }}),
        delegate_(std::move(delegate)) {}

  behavior_type make_behavior() override {
    return {[this](const WlanSelected& order) {
              roaming_.follow(order.ssid, order.over_the_ds);
              band_ = order.band;
              publish();
            },
            [this](const SupplicantEvent& event) { std::visit([this](const auto& one) { on(one); }, event); },
            [this](const EventsMissed&) {
              ask<WhereaboutsAnswered>(ask_link());
              ask<SignalAnswered>(ask_signal());
            },
            [this](const RoamRefused&) {
              follow(roaming_.refused(Clock::now()));
              publish();
            },
            [this](const ConnectionAnswered& said) { learn(parse_status(said.status)); },
            [this](const WhereaboutsAnswered& said) { learn_whereabouts(parse_status(said.status)); },
            [this](const SignalAnswered& said) {
              follow(roaming_.measured(parse_signal(said.signal), Clock::now()));
              publish();
            },
            [this](const AccessPointsAnswered& said) {
              auto list = parse_scan_results(said.scan_results);
              std::erase_if(list, [this](const AccessPoint& one) { return !in_band(one.frequency, band_); });
              follow(roaming_.scanned(list, Clock::now()));
              publish();
            },
            // An outdated tick finds nothing to do.
            [this](const RoamTick&) {
              follow(roaming_.tick(Clock::now()));
              publish();
            }};
  }

  const char* name() const override { return "phone.roaming"; }

 private:
  using Clock = std::chrono::steady_clock;

  template <class Event>
  void on(const Event&) {}  // no bearing on the link
  void on(const supplicant::Connected& connected) {
    follow(roaming_.connected(connected.address, Clock::now(), absl::Now()));
    publish();
  }
  void on(const supplicant::Disconnected&) {
    roaming_.disconnected(Clock::now());
    publish();
  }
  void on(const supplicant::EapStarted&) { roaming_.full_authentication(); }
  void on(const supplicant::SignalChanged& signal) {
    follow(roaming_.signal(signal.dbm, signal.above, Clock::now()));
    publish();
  }
  void on(const supplicant::ScanCompleted&) { ask<AccessPointsAnswered>(ask_access_points()); }

  void learn(const SupplicantStatus& status) {
    const bool news = std::exchange(announced_, roaming_.link().roams) != roaming_.link().roams;
    roaming_.negotiated(status.key_management, status.cipher, status.frequency, status.protected_management);
    // Another network counts its roams from the beginning.
    if (news && roaming_.link().last_roam) tell_roam();
    publish();
  }

  void learn_whereabouts(const SupplicantStatus& status) {
    if (!status.connected()) {
      roaming_.disconnected(Clock::now());
    } else if (status.bssid != roaming_.link().address) {
      follow(roaming_.connected(status.bssid, Clock::now(), absl::Now()));
    }
    publish();
  }

  void tell_roam() {
    const Roam& roam = *roaming_.link().last_roam;
    delegate_.tell("wlan.roamed", Severity::kInfo,
                   absl::StrCat("Roamed from access point ", roam.from, " to ", roam.to, " in ", roam.gap.count(),
                                " ms, ", roam.fast ? "fast (802.11r" : "with full authentication",
                                roam.fast ? (roam.over_the_ds ? ", over the DS)" : ", over the air)") : ""));
  }

  void follow(const Roaming::Step& step) {
    std::visit([this](const auto& action) { act(action); }, step.action);
    if (step.look_again) delayed_send(this, *step.look_again, RoamTick());
  }

  void act(std::monostate) {}
  void act(const Roaming::ReadLink&) {
    delegate_.keep_neighbours();
    ask<ConnectionAnswered>(ask_link());
    ask<AccessPointsAnswered>(ask_access_points());
    // After the access points, whose answer must not be taken for that of the scan this may start.
    ask<SignalAnswered>(ask_signal());
    order(watch_signal(roaming_.rules().below, roaming_.rules().hysteresis));
  }
  void act(const Roaming::Scan& wanted) { order(scan(wanted.frequencies)); }
  void act(const Roaming::RoamTo& wanted) { order(roam_to(wanted.address, wanted.over_the_ds)); }
  void act(const Roaming::Reassociate&) {
    delegate_.tell("wlan.roam_failed", Severity::kWarning,
                   "Roaming to a better access point failed; the phone reassociates");
    order(associate_anew());
  }

  template <class Answered>
  void ask(Plan plan) {
    delegate_.run(std::move(plan), [self = RoamActor(this)](auto answer) {
      if (answer.ok()) caf::anon_send(self, Answered{*std::move(answer)});
    });
  }
  void order(Plan plan) {
    delegate_.run(std::move(plan), [self = RoamActor(this)](auto answer) {
      if (!answer.ok()) caf::anon_send(self, RoamRefused());
    });
  }

  void publish() {
    if (published_ == roaming_.link()) return;
    published_ = roaming_.link();
    delegate_.publish(published_);
  }

  WlanBand band_ = WlanBand::kAny;
  Roaming roaming_;
  const RoamingDelegate delegate_;
  WlanLink published_;
  unsigned announced_ = 0;
};

}  // namespace

RoamActor spawn_roaming(caf::actor_system& system, RoamRules rules, RoamingDelegate delegate) {
  return caf::actor_cast<RoamActor>(system.spawn<Roamer>(rules, std::move(delegate)));
}

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/roam_actor.hpp"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/network_access/supplicant/supplicant_status.hpp"

namespace phone::network {
namespace {

using Kind = SupplicantEvent::Kind;
using mesh::Severity;

class Roamer : public RoamActor::base {
 public:
  Roamer(caf::actor_config& config, RoamRules rules, RoamingDelegate delegate)
      : RoamActor::base(config), roaming_(rules), delegate_(std::move(delegate)) {}

  behavior_type make_behavior() override {
    return {[this](const WlanSelected& order) {
              roaming_.follow(order.ssid, order.over_the_ds);
              publish();
            },
            [this](const SupplicantEvent& event) { take(event); },
            [this](const EventsMissed&) {
              ask(ask_link(), RoamQuery::kWhetherMoved);
              ask(ask_signal(), RoamQuery::kSignal);
            },
            [this](const RoamQueryAnswered& answer) { learn(answer); },
            // A tick that is too early for what is going on by then finds nothing to do.
            [this](const RoamTick&) {
              follow(roaming_.tick(Clock::now()));
              publish();
            }};
  }

  const char* name() const override { return "phone.roaming"; }

 private:
  using Clock = std::chrono::steady_clock;

  void take(const SupplicantEvent& event) {
    switch (event.kind) {
      case Kind::kConnected:
        follow(roaming_.connected(event.address, Clock::now(), absl::Now()));
        break;
      case Kind::kDisconnected:
        roaming_.disconnected(Clock::now());
        break;
      case Kind::kEapStarted:
        roaming_.full_authentication();
        return;
      case Kind::kSignalChange:
        follow(roaming_.signal(event.number, event.above, Clock::now()));
        break;
      case Kind::kScanResults:
        return ask(ask_access_points(), RoamQuery::kAccessPoints);
      default:
        return;
    }
    publish();
  }

  void learn(const RoamQueryAnswered& said) {
    if (!said.status.ok()) {
      if (said.asked == RoamQuery::kNothing) follow(roaming_.refused(Clock::now()));
      return publish();
    }
    switch (said.asked) {
      case RoamQuery::kNothing:
        return;
      case RoamQuery::kLink: {
        const SupplicantStatus status = parse_status(said.answer);
        const bool news = std::exchange(announced_, roaming_.link().roams) != roaming_.link().roams;
        roaming_.negotiated(status.key_management, status.cipher, status.frequency, status.protected_management);
        if (news) tell_roam();
        break;
      }
      case RoamQuery::kWhetherMoved: {
        const SupplicantStatus status = parse_status(said.answer);
        if (!status.connected()) {
          roaming_.disconnected(Clock::now());
        } else if (status.bssid != roaming_.link().address) {
          follow(roaming_.connected(status.bssid, Clock::now(), absl::Now()));
        }
        break;
      }
      case RoamQuery::kSignal:
        follow(roaming_.measured(parse_signal(said.answer), Clock::now()));
        break;
      case RoamQuery::kAccessPoints:
        follow(roaming_.scanned(parse_scan_results(said.answer), Clock::now()));
        break;
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
    using Do = Roaming::Step::Kind;
    switch (step.kind) {
      case Do::kNothing:
        break;
      case Do::kLookAtLink:
        delegate_.keep_neighbours();
        ask(ask_link(), RoamQuery::kLink);
        ask(ask_access_points(), RoamQuery::kAccessPoints);
        // After what was seen before, which must not be taken for the scan this may start.
        ask(ask_signal(), RoamQuery::kSignal);
        ask(watch_signal(roaming_.rules().below, roaming_.rules().hysteresis), RoamQuery::kNothing);
        break;
      case Do::kScan:
        ask(scan(step.frequencies), RoamQuery::kNothing);
        break;
      case Do::kRoam:
        ask(roam_to(step.target, step.over_the_ds), RoamQuery::kNothing);
        break;
      case Do::kAssociateAnew:
        delegate_.tell("wlan.roam_failed", Severity::kWarning,
                       "Roaming to a better access point failed; the phone reassociates");
        ask(associate_anew(), RoamQuery::kNothing);
        break;
    }
    if (step.look_again) delayed_send(this, *step.look_again, RoamTick{true});
  }

  void ask(Plan plan, RoamQuery what) {
    delegate_.run(std::move(plan), [self = RoamActor(this), what](auto answer) {
      caf::anon_send(self, RoamQueryAnswered{what, answer.status(), answer.ok() ? *std::move(answer) : ""});
    });
  }

  void publish() {
    if (published_ == roaming_.link()) return;
    published_ = roaming_.link();
    delegate_.publish(published_);
  }

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

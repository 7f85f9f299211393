#include "services/network_access/port_actor.hpp"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network {

PortActor::behavior_type port(PortActor::pointer, Facts stored, std::vector<std::string> alternate, PortHands hands) {
  struct Held {
    Facts facts;
    std::vector<std::string> alternate;
    PortHands hands;
    bool first = true;

    template <class Part>
    bool learn(Part& part, const Part& said) {
      if (part == said) return false;
      part = said;
      // Published once the port itself has been looked at: a version of zero is nobody's.
      if (first) return false;
      ++facts.version;
      hands.save(facts);
      hands.publish(facts);
      return true;
    }
  };
  const auto held = std::make_shared<Held>(Held{std::move(stored), std::move(alternate), std::move(hands)});
  return {[held](const Seen& seen) {
    const Facts before = held->facts;
    held->facts = update(before, seen, held->alternate);
    const Facts& now = held->facts;
    if (now == before && !held->first) return;
    if (held->first || now.link_up != before.link_up) {
      held->hands.tell(now.link_up ? "link.up" : "link.down",
                       absl::StrCat(now.port, now.link_up ? " has a link" : " has no link"));
    }
    if (now.addresses != before.addresses) {
      held->hands.tell("address.changed",
                       absl::StrCat("Addresses of ", now.port, ": ",
                                    now.addresses.empty() ? "none" : absl::StrJoin(now.addresses, ", ")));
    }
    if (!(now.provisioning == before.provisioning)) {
      held->hands.tell(
          "provisioning.servers",
          absl::StrCat("Provisioning servers by ", now.provisioning.source.empty() ? "nobody" : now.provisioning.source,
                       ": ", absl::StrJoin(now.provisioning.servers, ", ")));
    }
    held->first = false;
    if (!(now == before)) held->hands.save(now);
    held->hands.publish(now);
  },
          [held](const AccessStatus& access) { held->learn(held->facts.access, access); },
          [held](const PcPortFacts& pc) { held->learn(held->facts.pc_port, std::optional(pc)); },
          [held](const NeighbourFacts& neighbour) {
            if (held->learn(held->facts.neighbour, std::optional(neighbour))) {
              held->hands.tell("neighbour.changed",
                               absl::StrCat("The switch is ", neighbour.system, ", port ", neighbour.port, ", voice VLAN ",
                                            neighbour.voice_vlan));
            }
          }};
}

}  // namespace phone::network

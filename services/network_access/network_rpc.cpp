#include "services/network_access/network_rpc.hpp"

namespace phone::network {

v1::NetworkFacts to_message(const Facts& facts) {
  v1::NetworkFacts to;
  to.set_version(facts.version);
  to.set_port(facts.port);
  to.set_link_up(facts.link_up);
  to.set_hardware_address(facts.hardware_address);
  for (const auto& address : facts.addresses) to.add_address(address);
  for (const auto& server : facts.provisioning.servers) to.add_provisioning_server(server);
  to.set_provisioning_source(facts.provisioning.source);
  to.set_domain(facts.domain);
  for (const auto& server : facts.dns) to.add_dns_server(server);
  to.set_speed_megabits(facts.speed_megabits);
  to.set_dhcp_server(facts.dhcp_server);
  return to;
}

std::string encode(const Facts& facts) { return to_message(facts).SerializeAsString(); }

absl::StatusOr<Facts> decode(std::string_view bytes) {
  v1::NetworkFacts from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || from.version() == 0) {
    return absl::DataLossError("the stored profile cannot be read");
  }
  Facts facts{
      .version = from.version(), .port = from.port(), .domain = from.domain(), .dhcp_server = from.dhcp_server()};
  facts.provisioning.servers.assign(from.provisioning_server().begin(), from.provisioning_server().end());
  facts.provisioning.source = from.provisioning_source();
  facts.dns.assign(from.dns_server().begin(), from.dns_server().end());
  return facts;
}

void register_network(mesh::Router& router, const mesh::Latest<v1::NetworkFacts>& facts, const mesh::Journal& journal) {
  router.state<v1::WatchNetworkRequest, v1::NetworkFacts>("phone.network.v1.NetworkAccess/WatchNetwork", facts);
  router.events("phone.network.v1.NetworkAccess/WatchEvents", journal);
}

}  // namespace phone::network

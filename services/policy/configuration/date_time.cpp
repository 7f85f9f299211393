// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/date_time.hpp"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "common/text/date_template.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMostTimeServers = 4;
constexpr char kTemplatePath[] = "devicePool/dateTimeSetting/dateTemplate";
constexpr char kServerPath[] = "devicePool/dateTimeSetting/ntps/ntp/name";

void add_server(std::string server, ElementReader& all, std::vector<std::string>& to) {
  if (server.empty()) return;
  if (!http::plain_host(server)) return all.doubt_path(kServerPath, "not a host name or address", "the rest");
  if (to.size() < kMostTimeServers && std::ranges::find(to, server) == to.end()) to.push_back(std::move(server));
}

}  // namespace

void read_date_time(pugi::xml_node device, ElementReader& all, Configuration& into) {
  const pugi::xml_node setting = device.child("devicePool").child("dateTimeSetting");
  ElementReader reader(setting, &all);
  if (const std::string said = reader.label("dateTemplate"); !said.empty()) {
    if (text::DateTemplate::parse(said)) {
      into.date_template = said;
    } else {
      all.doubt_path(kTemplatePath, "not D, M and Y in an order with separators", "the year first");
    }
  }
  for (auto node : setting.child("ntps").children("ntp")) {
    ElementReader ntp(node, &all);
    add_server(ntp.label("name", 64), all, into.ntp_servers);
    add_server(ntp.label("nameV6", 64), all, into.ntp_servers);
  }
}

}  // namespace phone::policy

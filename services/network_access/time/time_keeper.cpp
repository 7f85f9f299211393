// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/time/time_keeper.hpp"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/net/host.hpp"

namespace phone::network {
namespace {

constexpr absl::Duration kLongestLife = absl::Hours(24 * 365 * 30);  // of a phone, from the day of its program

std::string text_of(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone()); }

}  // namespace

DateVerdict TimeKeeper::take_date(const std::string& server, absl::Time date, const Now& now) {
  if (date + clock::TimeFloor::kClocksDiffer < now.floor.time) {
    return {.taken = false,
            .reason = absl::StrCat(text_of(date), " is before ", text_of(now.floor.time), ", which has passed (",
                                   now.floor.source, ")")};
  }
  if (date > now.floor.time + kLongestLife) return {.taken = false, .reason = text_of(date) + " is too far ahead"};
  // Each refresh of a registration has one; what says nothing new is no new fact.
  if (!date_) date_ = date;
  if (synchronized_) return {.taken = true, .reason = "the clock follows NTP"};
  if (absl::AbsDuration(date - now.clock) <= kTolerance) return {.taken = true, .reason = "the clock says the same"};
  date_ = date;
  set_by_ = server;
  return {.taken = true, .reason = {}, .sets_clock = true};
}

// They become a line of a file that another program reads, so a name is a host name and nothing else.
std::vector<std::string> TimeKeeper::usable_servers() const {
  std::vector<std::string> usable;
  for (const std::string& server : servers()) {
    if (usable.size() < kMostServers && net::plain_host(server)) usable.push_back(server);
  }
  return usable;
}

std::string TimeKeeper::service_settings() const {
  const std::vector<std::string> usable = usable_servers();
  if (usable.empty()) return "# No time server is known to the phone.\n";
  return absl::StrCat("# Written by phone-network-access.\n[Time]\nNTP=", absl::StrJoin(usable, " "), "\n");
}

TimeFacts TimeKeeper::facts(const Now& now) const {
  TimeFacts facts{.known = now.present.known,
                  .text = sentence(now),
                  .servers = usable_servers(),
                  .synchronized = synchronized_,
                  .floor = now.floor.time,
                  .floor_source = now.floor.source,
                  .zone = policy_.zone,
                  .date_template = policy_.date_template,
                  .call_manager_date = date_,
                  .set_by = set_by_};
  if (!facts.servers.empty()) facts.server_source = policy_.servers.empty() ? "DHCP option 42" : "configuration";
  return facts;
}

std::string TimeKeeper::sentence(const Now& now) const {
  if (!now.present.known) {
    return absl::StrCat("not known: the clock is before ", text_of(now.floor.time), " (", now.floor.source,
                        "); certificates are judged by that until a time server or the call manager answers");
  }
  if (synchronized_) return "by NTP";
  const std::string waiting = usable_servers().empty() ? "no time server is named" : "no time server has answered yet";
  if (!set_by_.empty()) return absl::StrCat("by the call manager ", set_by_, "; ", waiting);
  return absl::StrCat("by the device's own clock; ", waiting);
}

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <string>
#include <vector>

#include "tools/phonectl/gateway_client.hpp"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// What the person asked for beyond the command's name.
struct Request {
  bool json = false;
  bool forget = false;  // the credentials of a search for contacts
  bool all = false;     // elements that are not configured as well; of a reset: everything
  absl::Duration time_limit = absl::InfiniteDuration();  // of commands that would not end by themselves
  std::string number;
  std::uint32_t line = 0;
  std::string precedence;  // word or level; empty: the call manager decides
  std::string call;        // empty: the only one there is
  std::string to_call;
  std::uint32_t speed_dial = 0;
  std::string hook;                    // on, off
  std::vector<std::uint64_t> entries;  // of the history
  std::string about;                   // only decisions about this
  std::uint32_t maximum = 0;
  std::string authentication = "string";  // string, null, lsc, mic
  std::string reason;
  double minutes = 0;         // 0: as long as the phone thinks usual
  std::string file, content;  // a file to be shown to the phone, read before this process gives up its rights
  std::string method;         // 802.1X: tls, fast, off
  std::string identity;
  std::vector<std::string> authority_files;  // PEM
  std::vector<std::string> servers;
  std::string kind;        // mic, lsc, user
  std::string transducer;  // handset, headset, speaker, or ringer for its volume
  bool ringer = false;     // what the phone rings on
  std::string on_off;      // on, off
  std::uint32_t level = 0;
  std::string ssid, security;  // open, psk, sae, wpa2, wpa3, off
  bool compatible = false, over_the_ds = false, ckip = false, no_fast_roaming = false, gcmp = false;
  std::string band;
};

// Each prints its answer to standard output and returns OK, or says nothing there and returns why not.
absl::Status show_status(GatewayClient& client, const Request& request, const View& view);
// Counters of all services in the Prometheus text format.
absl::Status show_metrics(GatewayClient& client, const Request& request, const View& view);
absl::Status show_network(GatewayClient& client, const Request& request, const View& view);
absl::Status apply_wired(GatewayClient& client, const Request& request, const View& view);
absl::Status apply_wlan(GatewayClient& client, const Request& request, const View& view);
absl::Status show_security(GatewayClient& client, const Request& request, const View& view);
absl::Status show_certificates(GatewayClient& client, const Request& request, const View& view);
absl::Status show_trust(GatewayClient& client, const Request& request, const View& view);
absl::Status show_decisions(GatewayClient& client, const Request& request, const View& view);
absl::Status show_why(GatewayClient& client, const Request& request, const View& view);
// Says no by its exit code too.
absl::Status preview_list(GatewayClient& client, const Request& request, const View& view);
// Says no by its exit code too.
absl::Status allow_older(GatewayClient& client, const Request& request, const View& view);
absl::Status dial(GatewayClient& client, const Request& request, const View& view);
absl::Status answer(GatewayClient& client, const Request& request, const View& view);
absl::Status hang_up(GatewayClient& client, const Request& request, const View& view);
absl::Status decline(GatewayClient& client, const Request& request, const View& view);
absl::Status ignore(GatewayClient& client, const Request& request, const View& view);
absl::Status set_do_not_disturb(GatewayClient& client, const Request& request, const View& view);
// Soft keys (feature_commands.cpp): what the user asks of the call manager.
absl::Status conference(GatewayClient& client, const Request& request, const View& view);
absl::Status join(GatewayClient& client, const Request& request, const View& view);
absl::Status participants(GatewayClient& client, const Request& request, const View& view);
// Without a participant: the one that was added last.
absl::Status drop_participant(GatewayClient& client, const Request& request, const View& view);
absl::Status mute_participant(GatewayClient& client, const Request& request, const View& view);
absl::Status park(GatewayClient& client, const Request& request, const View& view);
absl::Status fetch_parked(GatewayClient& client, const Request& request, const View& view);
absl::Status divert(GatewayClient& client, const Request& request, const View& view);
absl::Status call_back(GatewayClient& client, const Request& request, const View& view);
absl::Status malicious_call(GatewayClient& client, const Request& request, const View& view);
absl::Status quality_report(GatewayClient& client, const Request& request, const View& view);
absl::Status hunt_group(GatewayClient& client, const Request& request, const View& view);
absl::Status privacy(GatewayClient& client, const Request& request, const View& view);
absl::Status mobility(GatewayClient& client, const Request& request, const View& view);
absl::Status pick_up(GatewayClient& client, const Request& request, const View& view);
absl::Status meet_me(GatewayClient& client, const Request& request, const View& view);
absl::Status forward_all(GatewayClient& client, const Request& request, const View& view);
absl::Status barge(GatewayClient& client, const Request& request, const View& view);
absl::Status set_hook(GatewayClient& client, const Request& request, const View& view);
// The code comes from standard input, as a secret does.
absl::Status authorize(GatewayClient& client, const Request& request, const View& view);
absl::Status redial(GatewayClient& client, const Request& request, const View& view);
// Without a number: the list of them.
absl::Status speed_dial(GatewayClient& client, const Request& request, const View& view);
absl::Status show_history(GatewayClient& client, const Request& request, const View& view);
// All calls of the history, unless the request names some.
absl::Status forget_calls(GatewayClient& client, const Request& request, const View& view);
absl::Status show_lines(GatewayClient& client, const Request& request, const View& view);
absl::Status hold(GatewayClient& client, const Request& request, const View& view);
absl::Status resume(GatewayClient& client, const Request& request, const View& view);
absl::Status transfer(GatewayClient& client, const Request& request, const View& view);
// The digits come from standard input: they may be a PIN, and arguments can be seen by every process.
absl::Status send_digits(GatewayClient& client, const Request& request, const View& view);
absl::Status select_transducer(GatewayClient& client, const Request& request, const View& view);
absl::Status set_mute(GatewayClient& client, const Request& request, const View& view);
absl::Status set_volume(GatewayClient& client, const Request& request, const View& view);
absl::Status enrol(GatewayClient& client, const Request& request, const View& view);
absl::Status show_settings(GatewayClient& client, const Request& request, const View& view);
// The password comes from standard input.
absl::Status unlock(GatewayClient& client, const Request& request, const View& view);
absl::Status lock(GatewayClient& client, const Request& request, const View& view);
absl::Status reset(GatewayClient& client, const Request& request, const View& view);
absl::Status send_report(GatewayClient& client, const Request& request, const View& view);
// Credentials that the server asks for come from standard input, as a secret does.
absl::Status search_contacts(GatewayClient& client, const Request& request, const View& view);
absl::Status reprovision(GatewayClient& client, const Request& request, const View& view);

// Until the time limit or an interrupt; a restart of the gateway is waited out.
absl::Status watch(GatewayClient& client, const Request& request, const View& view);
absl::Status show_events(GatewayClient& client, const Request& request, const View& view);

}  // namespace phone::phonectl

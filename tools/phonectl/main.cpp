// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phonectl -- shows the state of the phone and places calls, only through the gateway: its local socket, or from far
// away.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <grpc/support/log.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "common/caller/become.hpp"
#include "common/product/product.hpp"
#include "tools/phonectl/ask.hpp"
#include "tools/phonectl/commands.hpp"
#include "tools/phonectl/text.hpp"
#include "tools/phonectl/usage.hpp"

namespace {

using phone::phonectl::GatewayClient;
using phone::phonectl::Request;
using phone::phonectl::View;

using Command = absl::Status (*)(GatewayClient&, const Request&, const View&);

constexpr int kRefused = 1;
constexpr int kUsage = 2;

struct Options {
  std::string socket = "/run/phone/gateway/grpc.sock";
  std::string roles = "/etc/phone/roles";
  double seconds = 0;
  Request request;
  phone::phonectl::Remote remote;
  Command command = nullptr;
};

CLI::App* add(CLI::App& app, Options& options, const char* name, const char* help, Command command) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->callback([&options, command] { options.command = command; });
  return sub;
}

void add_trust(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  CLI::App* trust = app.add_subcommand("trust", "the trust lists (CTL, ITL) in force");
  trust->require_subcommand(0, 1);
  // A subcommand's callback runs before its parent's, which then has nothing left to say.
  trust->callback([&options] {
    if (options.command == nullptr) options.command = &show_trust;
  });
  CLI::App* decisions =
      add(*trust, options, "decisions", "accepted and refused lists, files and servers, newest first", &show_decisions);
  decisions->add_option("about", options.request.about, "part of a file name, host or subject");
  decisions->add_option("--maximum", options.request.maximum, "at most this many")->check(CLI::Range(1, 500));
  CLI::App* preview =
      add(*trust, options, "preview",
          "check whether this phone would accept a list or signed file, and why not; changes nothing", &preview_list);
  preview->add_option("list", options.request.file, "the CTL or ITL (.tlv), or another signed file (.sgn)")
      ->required()
      ->check(CLI::ExistingFile);
  CLI::App* older =
      add(*trust, options, "allow-older",
          "accept an older list or file once, for example after a cluster was restored from a backup", &allow_older);
  older->add_option("name", options.request.about, "ITL, CTL, configuration or a file name")->required();
  older->add_option("--reason", options.request.reason, "reason, recorded in the audit log")->required();
  older->add_option("--minutes", options.request.minutes, "how long this is allowed; default 15")
      ->check(CLI::Range(1, 1440));
  CLI::App* why =
      add(*trust, options, "why", "explain the last decision about a file or server in one sentence", &show_why);
  why->add_option("about", options.request.about, "file name, host or subject")->required();
}

void add_network(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  CLI::App* network = app.add_subcommand("network", "link, addresses, provisioning server, 802.1X, WLAN");
  network->require_subcommand(0, 1);
  network->callback([&options] {
    if (options.command == nullptr) options.command = &show_network;
  });
  CLI::App* wired = add(*network, options, "802.1x",
                        "switch 802.1X on or off; the password is prompted for or read from stdin", &apply_wired);
  wired->add_option("method", options.request.method, "tls, fast, on (as the configuration has it) or off")
      ->required()
      ->check(CLI::IsMember({"tls", "fast", "on", "off"}));
  wired->add_option("--authority", options.request.authority_files,
                    "PEM file: the CA that issued the RADIUS server's certificate");
  wired->add_option("--server", options.request.servers, "the name in the RADIUS server's certificate");
  wired->add_option("--identity", options.request.identity, "user name; default: the phone's own identity");
  wired->add_option("--certificate", options.request.kind, "mic or lsc; default: the LSC if one is installed")
      ->check(CLI::IsMember({"mic", "lsc"}));
  CLI::App* wlan = add(*network, options, "wlan",
                       "join or leave a WLAN; the key or password is prompted for or read from stdin", &apply_wlan);
  wlan->add_option("security", options.request.security,
                   "open, psk, sae, wpa2 or wpa3 (both enterprise), on (as the configuration has it) or off")
      ->required()
      ->check(CLI::IsMember({"open", "psk", "sae", "wpa2", "wpa3", "on", "off"}));
  wlan->add_option("ssid", options.request.ssid, "SSID of the network");
  wlan->add_option("--method", options.request.method,
                   "EAP method for enterprise: tls, fast, peap-mschapv2, peap-gtc or auto")
      ->check(CLI::IsMember({"tls", "fast", "peap-mschapv2", "peap-gtc", "auto"}));
  wlan->add_option("--authority", options.request.authority_files,
                   "PEM file: the CA that issued the RADIUS server's certificate");
  wlan->add_option("--server", options.request.servers, "the name in the RADIUS server's certificate");
  wlan->add_option("--user", options.request.identity, "user name, or domain\\username");
  wlan->add_option("--certificate", options.request.kind,
                   "user, mic or lsc; default: the first of them that is installed and allowed")
      ->check(CLI::IsMember({"user", "mic", "lsc"}));
  wlan->add_flag("--compatible", options.request.compatible, "also allow TKIP, for old access points");
  wlan->add_flag("--ckip", options.request.ckip, "CKIP, as old configurations ask for; not supported, always refused");
  wlan->add_flag("--over-the-ds", options.request.over_the_ds,
                 "802.11r roaming over the DS, through the current access point, not over the air");
  wlan->add_flag("--no-fast-roaming", options.request.no_fast_roaming,
                 "no 802.11r: each roam is a full authentication");
  wlan->add_option("--band", options.request.band, "any, 2.4 or 5 (GHz)")->check(CLI::IsMember({"any", "2.4", "5"}));
  wlan->add_flag("--gcmp256", options.request.gcmp, "also allow GCMP-256, AES with a key of 256 bits");
}

void add_sound(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  CLI::App* audio =
      add(app, options, "audio", "speak and listen with the handset, the headset or the speaker", &select_transducer);
  audio->add_option("device", options.request.transducer, "handset, headset or speaker")
      ->required()
      ->check(CLI::IsMember({"handset", "headset", "speaker"}));
  audio->add_flag("--ringer", options.request.ringer, "choose what the phone rings on instead");
  add(app, options, "mute", "turn the microphone off or on again", &set_mute)
      ->add_option("state", options.request.on_off, "on: the microphone is off")
      ->required()
      ->check(CLI::IsMember({"on", "off"}));
  CLI::App* volume = add(app, options, "volume", "set how loud a device plays; kept over restarts", &set_volume);
  volume->add_option("device", options.request.transducer, "handset, headset, speaker or ringer")
      ->required()
      ->check(CLI::IsMember({"handset", "headset", "speaker", "ringer"}));
  volume->add_option("level", options.request.level, "0 to 10")->required()->check(CLI::Range(0, 10));
}

void add_features(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  Request& request = options.request;
  CLI::App* made =
      add(app, options, "conference", "make a conference of two calls, or call somebody to add next", &conference);
  made->add_option("number", request.number, "whom to call; without it: the call on hold and the current one");
  made->add_option("--call", request.call, "the call that becomes the conference");
  made->add_option("--to", request.to_call, "the call that is added to it");
  CLI::App* joined = add(app, options, "join", "join all calls that are established", &join);
  joined->add_option("--call", request.call, "the call that the others are joined with");
  joined->add_option("--to", request.to_call, "the only other one");
  CLI::App* list = app.add_subcommand("participants", "ask who is in the conference; phonectl status shows them");
  list->require_subcommand(0, 1);
  list->callback([&options] {
    if (options.command == nullptr) options.command = &participants;
  });
  add(*list, options, "drop", "remove a participant; without one: the last that was added", &drop_participant)
      ->add_option("participant", request.about, "as phonectl status names them");
  add(*list, options, "mute", "mute a participant, or let it be heard again", &mute_participant)
      ->add_option("participant", request.about, "as phonectl status names them")
      ->required();
  const auto of_a_call = [&](const char* name, const char* help, Command command) {
    CLI::App* made = add(app, options, name, help, command);
    made->add_option("call", request.call, "which call, if there are several");
    return made;
  };
  of_a_call("park", "park the call at the call manager", &park)
      ->add_option("--at", request.number, "the park number; without it the call manager chooses");
  add(app, options, "fetch", "take up the call that is parked at a number of a button", &fetch_parked)
      ->add_option("number", request.number, "the park number, without its prefix")
      ->required();
  of_a_call("divert", "send the caller to the voice mailbox", &divert);
  of_a_call("callback", "be told when the number that rings is idle", &call_back);
  of_a_call("malicious", "tell the call manager that the call is malicious", &malicious_call);
  add(app, options, "qualityreport", "tell the call manager that the quality is bad", &quality_report);
  add(app, options, "huntgroup", "log in to the hunt group, or out of it", &hunt_group);
  add(app, options, "privacy", "make calls of shared lines private, or no longer", &privacy);
  add(app, options, "mobility", "log in with Extension Mobility; says why not", &mobility);
  CLI::App* pickup = add(app, options, "pickup", "answer a call that rings elsewhere", &pick_up);
  pickup->add_option("kind", request.kind, "own (group, the default), other, group or at")
      ->check(CLI::IsMember({"own", "other", "group", "at"}));
  pickup->add_option("number", request.number, "of the group, or where it rings");
  CLI::App* meet = add(app, options, "meetme", "begin a Meet-Me conference", &meet_me);
  meet->add_option("number", request.number, "of the conference")->required();
  CLI::App* forward = add(app, options, "forward", "have all calls of a line forwarded", &forward_all);
  forward->add_option("number", request.number, "where to, or off")->required();
  forward->add_option("--line", request.line, "which line; default: the first");
  CLI::App* into = add(app, options, "barge", "join a call of another device on a shared line", &barge);
  into->add_option("call", request.call, "which one, if there are several");
  into->add_option("--as", request.kind, "conference: by a conference bridge (cBarge); takeover: take a held one over")
      ->check(CLI::IsMember({"conference", "barge", "takeover"}));
}

void add_commands(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  add(app, options, "status", "network, provisioning, security, certificates, registration and calls on one screen",
      &show_status);
  const auto limited = [&](CLI::App* sub) {
    sub->add_option("--for", options.seconds, "stop after this many seconds")->check(CLI::PositiveNumber);
  };
  limited(add(app, options, "watch", "status changes and events as they happen", &watch));
  limited(add(app, options, "events", "the event log of all services, then new events as they happen", &show_events));
  CLI::App* call = add(app, options, "call", "call a number", &dial);
  call->add_option("number", options.request.number, "digits, *, # and +, or a name")->required();
  call->add_option("--line", options.request.line, "line to call from");
  call->add_option("--precedence", options.request.precedence,
                   "1 or routine, 2 priority, 3 immediate, 4 flash, 5 flash-override")
      ->check(CLI::IsMember({"1", "2", "3", "4", "5", "routine", "priority", "immediate", "flash", "flash-override"}));
  call->alias("dial");
  add(app, options, "redial", "call the number that was dialled last", &redial)
      ->add_option("--line", options.request.line, "line to call from; default: the line of that call");
  CLI::App* button = add(app, options, "speeddial", "call a speed dial; without a number: list them", &speed_dial);
  button->add_option("index", options.request.speed_dial, "which of them, from 1")->check(CLI::Range(1, 200));
  button->add_option("--line", options.request.line, "line to call from");
  CLI::App* history = app.add_subcommand("history", "missed, received and placed calls, newest first");
  history->require_subcommand(0, 1);
  history->callback([&options] {
    if (options.command == nullptr) options.command = &show_history;
  });
  add(*history, options, "clear", "remove calls from the history; without numbers: all", &forget_calls)
      ->add_option("entry", options.request.entries, "numbers in the first column of the history");
  CLI::App* contacts = add(app, options, "contacts",
                           "search the call manager's directory for a part of a name or number", &search_contacts);
  contacts->add_option("query", options.request.about, "a part of a name or of a number");
  contacts->add_option(
      "--user", options.request.identity,
      "user of the call manager, where it asks for one; the password is prompted for or read from stdin");
  contacts->add_flag("--forget", options.request.forget,
                     "forget the user name and the password that the phone remembers");
  add(app, options, "lines", "the phone's lines, with their numbers and names", &show_lines);
  add(app, options, "dnd", "ask the call manager for do not disturb (on), or to end it (off)", &set_do_not_disturb)
      ->add_option("state", options.request.hook, "on, off")
      ->required()
      ->check(CLI::IsMember({"off", "on"}));
  add(app, options, "hook", "the handset is lifted (off) or put down (on)", &set_hook)
      ->add_option("position", options.request.hook, "off: answer or hear the dial tone; on: hang up")
      ->required()
      ->check(CLI::IsMember({"off", "on"}));
  add(app, options, "decline", "refuse the ringing call as busy", &decline)
      ->add_option("call", options.request.call, "which call, if several are ringing");
  add(app, options, "ignore", "silence the ringer for the ringing call", &ignore)
      ->add_option("call", options.request.call, "which call, if several are ringing");
  add(app, options, "answer", "answer the ringing call", &answer)
      ->add_option("call", options.request.call, "which call, if several are ringing");
  add(app, options, "hangup", "end the call", &hang_up)
      ->add_option("call", options.request.call, "which call, if there are several");
  add(app, options, "hold", "put the call on hold", &hold)
      ->add_option("call", options.request.call, "which call, if there are several");
  add(app, options, "resume", "take a call off hold; the current call is put on hold", &resume)
      ->add_option("call", options.request.call, "which call, if several are on hold");
  CLI::App* hand_over =
      add(app, options, "transfer", "transfer a call to a number or to the far end of another call", &transfer);
  hand_over->add_option("number", options.request.number, "the target, for a blind transfer");
  hand_over->add_option("--call", options.request.call, "which call is transferred, if there are several");
  hand_over->add_option("--to", options.request.to_call, "the call with the target, for an attended transfer");
  add(app, options, "digits",
      "press keys in the call, < takes the last one back while dialling; they are prompted for or read from stdin",
      &send_digits)
      ->add_option("call", options.request.call, "which call, if there are several");
  add_features(app, options);
  add_sound(app, options);
  add_trust(app, options);
  add(app, options, "certificates", "the phone's own certificates", &show_certificates);
  add(app, options, "metrics",
      "registration, calls, sound, certificates, restarts and refusals in the Prometheus text format", &show_metrics);
  add_network(app, options);
  add(app, options, "security", "the security settings in force", &show_security);
  add(app, options, "settings", "what the configuration says, element by element, and how it is in force",
      &show_settings)
      ->add_flag("--all", options.request.all, "also the elements that are not configured");
  add(app, options, "unlock", "open the settings with the phone's password, prompted for or read from stdin", &unlock);
  add(app, options, "lock", "lock the settings again", &lock);
  CLI::App* back =
      add(app, options, "reset", "forget the configuration and all that it has set, and fetch it again", &reset);
  back->add_option("--reason", options.request.reason, "reason, recorded in the audit log");
  back->add_flag("--factory", options.request.all,
                 "erase everything that this phone has learned, but its MIC and its image, and start anew");
  add(app, options, "enrol", "get an LSC from CAPF; the authentication string is prompted for or read from stdin",
      &enrol)
      ->add_option("--by", options.request.authentication, "authentication to CAPF: string, null, lsc or mic")
      ->check(CLI::IsMember({"string", "null", "lsc", "mic"}));
  add(app, options, "authorize",
      "get the token of SIP OAuth; the activation code of 16 digits is prompted for or read from stdin", &authorize);
  add(app, options, "report",
      "send a problem report to the receiver that the configuration names; secrets and calls are left out",
      &send_report)
      ->add_option("--reason", options.request.reason, "what the problem is, for the reader of the report");
  add(app, options, "reprovision", "download the trust lists and the configuration again", &reprovision)
      ->add_option("--reason", options.request.reason, "reason, recorded in the audit log");
}

// The connection itself failed: gRPC has nothing better to say.
bool not_connected(const absl::Status& status) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return false;
  for (const char* text :
       {"Deadline Exceeded", "failed to connect to all addresses", "Socket closed", "Connection reset by peer"}) {
    if (absl::StrContains(status.message(), text)) return true;
  }
  return false;
}

std::string one_line(const absl::Status& status, const Options& options) {
  if (!options.remote.target.empty()) {
    const bool transport = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
    if (transport && !phone::phonectl::said_by_phone(status))
      return phone::phonectl::connection_failure(status, options.remote);
    return phone::phonectl::plain(std::string(status.message()));
  }
  if (not_connected(status) && !phone::caller::has_role(geteuid(), options.roles)) {
    return absl::StrCat("you are uid ", geteuid(),
                        ", which has no role on this phone; run phonectl as root or as a user in ", options.roles);
  }
  std::string text = not_connected(status) ? absl::StrCat("the gateway does not respond at ", options.socket)
                                           : phone::phonectl::plain(std::string(status.message()));
  return text.empty() ? absl::StatusCodeToString(status.code()) : text;
}

// One byte more than a list may have is enough for the answer that it is too big.
constexpr std::size_t kLargestFile = (std::size_t{2} << 20) + 1;

absl::Status read_file(Request& request) {
  if (request.file.empty()) return absl::OkStatus();
  std::ifstream in(request.file, std::ios::binary);
  request.content.resize(kLargestFile);
  in.read(request.content.data(), static_cast<std::streamsize>(kLargestFile));
  request.content.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || request.content.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", request.file));
  }
  return absl::OkStatus();
}

absl::Status ask(GatewayClient& client, const Options& options) {
  const bool terminal = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return options.command(client, options.request, View{.colour = terminal, .zone = absl::LocalTimeZone()});
}

absl::Status ask_here(const Options& options) {
  if (absl::Status role = phone::caller::become("ui", options.socket, options.roles); !role.ok()) return role;
  GatewayClient client(options.socket);
  return ask(client, options);
}

absl::Status ask_far_away(const Options& options) {
  const auto own = phone::phonectl::credentials(options.remote);
  if (!own.ok()) return own.status();
  GatewayClient client(options.remote, *own);
  if (absl::Status there = client.reachable(); !there.ok()) return there;
  return ask(client, options);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.request.reason = "requested by the user";
  CLI::App app{"phonectl: show the phone's state and place calls", "phonectl"};
  app.set_version_flag("--version", phone::product::version_line("phonectl"), "print the version and exit");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--socket", options.socket, "the gateway's local socket")->capture_default_str();
  app.add_option("--roles", options.roles, "table of roles; root takes the uid of its role `ui`")
      ->capture_default_str();
  app.add_option("--remote", options.remote.target, "HOST:PORT of a phone's remote diagnostics; needs the next three")
      ->option_text("HOST:PORT");
  app.add_option("--authority", options.remote.authority, "PEM file: the CA that issued the phone's certificate");
  app.add_option("--certificate", options.remote.certificate,
                 "PEM file: your certificate, of the phone's diagnostics CA");
  app.add_option("--key", options.remote.key, "PEM file: its private key");
  app.add_option("--server-name", options.remote.server_name, "the name in the phone's certificate, if it is not HOST")
      ->needs("--remote");
  app.add_flag("--json", options.request.json, "protobuf JSON instead of text");
  std::string shell;
  app.add_option("--completion", shell, "print the completion for this shell and exit: bash")
      ->check(CLI::IsMember({"bash"}));
  add_commands(app, options);
  if (argc == 3 && std::string(argv[1]) == "--completion" && std::string(argv[2]) == "bash") {
    phone::phonectl::out(phone::phonectl::bash_completion(app));
    return 0;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::string wrong = phone::phonectl::usage_failure(app, error, {argv + 1, argv + argc});
    if (!wrong.empty()) {
      std::fprintf(stderr, "phonectl: %s\n", phone::phonectl::plain(wrong).c_str());
      return kUsage;
    }
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (options.seconds > 0) options.request.time_limit = absl::Seconds(options.seconds);
  std::signal(SIGPIPE, SIG_IGN);
  gpr_set_log_function([](gpr_log_func_args*) {});  // what it has to say comes with the status
  if (absl::Status read = read_file(options.request); !read.ok()) {
    std::fprintf(stderr, "phonectl: %s\n", std::string(read.message()).c_str());
    return kUsage;
  }

  if (absl::Status good = check(options.remote); !good.ok()) {
    std::fprintf(stderr, "phonectl: %s\n", std::string(good.message()).c_str());
    return kUsage;
  }
  const absl::Status status = options.remote.target.empty() ? ask_here(options) : ask_far_away(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "phonectl: %s\n", one_line(status, options).c_str());
  return kRefused;
}

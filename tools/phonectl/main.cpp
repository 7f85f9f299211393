// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phonectl -- looks into the phone and makes it call, through the gateway's local socket and nothing else.
#include <absl/strings/str_cat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "common/caller/become.hpp"
#include "tools/phonectl/commands.hpp"

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
  Command command = nullptr;
};

CLI::App* add(CLI::App& app, Options& options, const char* name, const char* help, Command command) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->callback([&options, command] { options.command = command; });
  return sub;
}

void add_trust(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  CLI::App* trust = app.add_subcommand("trust", "whom this phone trusts: the lists in force");
  trust->require_subcommand(0, 1);
  // A subcommand's callback runs before its parent's, which then has nothing left to say.
  trust->callback([&options] {
    if (options.command == nullptr) options.command = &show_trust;
  });
  CLI::App* decisions =
      add(*trust, options, "decisions", "what was accepted and refused, newest first", &show_decisions);
  decisions->add_option("about", options.request.about, "part of a file name, host or subject");
  decisions->add_option("--maximum", options.request.maximum, "how many")->check(CLI::Range(1, 500));
  CLI::App* preview =
      add(*trust, options, "preview",
          "whether this phone would accept a list or signed file, and why not; changes nothing", &preview_list);
  preview->add_option("list", options.request.file, "the CTL or ITL (.tlv), or another signed file (.sgn)")
      ->required()
      ->check(CLI::ExistingFile);
  CLI::App* older = add(*trust, options, "allow-older",
                        "once take a list or file older than the last, as after a backup was restored", &allow_older);
  older->add_option("name", options.request.about, "ITL, CTL, configuration or a file's name")->required();
  older->add_option("--reason", options.request.reason, "for the record")->required();
  older->add_option("--minutes", options.request.minutes, "how long, if not 15")->check(CLI::Range(1, 1440));
  CLI::App* why = add(*trust, options, "why", "the last decision about a file or peer, in one sentence", &show_why);
  why->add_option("about", options.request.about, "file name, host or subject")->required();
}

void add_network(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  CLI::App* network = app.add_subcommand("network", "link, addresses, provisioning server, 802.1X, WLAN");
  network->require_subcommand(0, 1);
  network->callback([&options] {
    if (options.command == nullptr) options.command = &show_network;
  });
  CLI::App* wired =
      add(*network, options, "802.1x", "switch 802.1X on or off; a password is read, never given here", &apply_wired);
  wired->add_option("method", options.request.method, "tls, fast or off")
      ->required()
      ->check(CLI::IsMember({"tls", "fast", "off"}));
  wired->add_option("--authority", options.request.authority_files,
                    "PEM file: who may have signed the server's certificate");
  wired->add_option("--server", options.request.servers, "the server's name in its certificate");
  wired->add_option("--identity", options.request.identity, "user name, if not the phone's own");
  wired->add_option("--certificate", options.request.kind, "mic or lsc, if not the better one there is")
      ->check(CLI::IsMember({"mic", "lsc"}));
  CLI::App* wlan = add(*network, options, "wlan",
                       "join a WLAN, or leave it; key or password are read, never given here", &apply_wlan);
  wlan->add_option("security", options.request.security, "open, psk, sae, wpa2, wpa3 (the last two: enterprise) or off")
      ->required()
      ->check(CLI::IsMember({"open", "psk", "sae", "wpa2", "wpa3", "off"}));
  wlan->add_option("ssid", options.request.ssid, "the network's name");
  wlan->add_option("--method", options.request.method, "of enterprise: tls, fast, peap-mschapv2, peap-gtc or auto")
      ->check(CLI::IsMember({"tls", "fast", "peap-mschapv2", "peap-gtc", "auto"}));
  wlan->add_option("--authority", options.request.authority_files,
                   "PEM file: who may have signed the server's certificate");
  wlan->add_option("--server", options.request.servers, "the server's name in its certificate");
  wlan->add_option("--user", options.request.identity, "user name, or domain\\username");
  wlan->add_option("--certificate", options.request.kind, "user, mic or lsc, if not the better one there is")
      ->check(CLI::IsMember({"user", "mic", "lsc"}));
  wlan->add_flag("--compatible", options.request.compatible, "TKIP besides AES, for the oldest access points");
  wlan->add_flag("--ckip", options.request.ckip, "what old configurations ask for; refused");
  wlan->add_flag("--over-the-ds", options.request.over_the_ds, "roam through the old access point, not over the air");
}

void add_commands(CLI::App& app, Options& options) {
  using namespace phone::phonectl;
  add(app, options, "status", "all there is to say about this phone", &show_status);
  const auto limited = [&](CLI::App* sub) {
    sub->add_option("--for", options.seconds, "end after this many seconds")->check(CLI::PositiveNumber);
  };
  limited(add(app, options, "watch", "changes and events as they come", &watch));
  limited(add(app, options, "events", "the journal of all services, and what comes", &show_events));
  CLI::App* call = add(app, options, "call", "call a number", &dial);
  call->add_option("number", options.request.number, "digits, *, # and +, or a name")->required();
  call->add_option("--line", options.request.line, "line to call from");
  add(app, options, "answer", "answer the call that rings", &answer)
      ->add_option("call", options.request.call, "which, if several ring");
  add(app, options, "hangup", "end the call", &hang_up)
      ->add_option("call", options.request.call, "which, if there are several");
  add_trust(app, options);
  add(app, options, "certificates", "the phone's own certificates", &show_certificates);
  add(app, options, "metrics", "restarts, refusals and losses of all services, as Prometheus reads them",
      &show_metrics);
  add_network(app, options);
  add(app, options, "security", "the security settings in force", &show_security);
  add(app, options, "enrol", "get a certificate (LSC) from CAPF; the authentication string is read, never given here",
      &enrol)
      ->add_option("--by", options.request.authentication, "how to authenticate: string, null, lsc, mic")
      ->check(CLI::IsMember({"string", "null", "lsc", "mic"}));
  add(app, options, "reprovision", "download everything again", &reprovision)
      ->add_option("--reason", options.request.reason, "for the record");
}

std::string one_line(const absl::Status& status, const Options& options) {
  // gRPC's own words when nobody was there to answer.
  const bool nobody =
      status.message() == "Deadline Exceeded" || status.message() == "failed to connect to all addresses";
  std::string text = nobody ? absl::StrCat("the gateway does not answer at ", options.socket)
                            : phone::phonectl::plain(std::string(status.message()));
  return text.empty() ? absl::StatusCodeToString(status.code()) : text;
}

// A byte more than a list may have is enough to be told that it is too big.
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

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.request.reason = "asked for by the user";
  CLI::App app{"phonectl: look into the phone and make it call", "phonectl"};
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--socket", options.socket, "the gateway's local socket")->capture_default_str();
  app.add_option("--roles", options.roles, "table of users; root becomes its `ui`")->capture_default_str();
  app.add_flag("--json", options.request.json, "protobuf JSON instead of text");
  add_commands(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (options.seconds > 0) options.request.time_limit = absl::Seconds(options.seconds);
  std::signal(SIGPIPE, SIG_IGN);
  if (absl::Status read = read_file(options.request); !read.ok()) {
    std::fprintf(stderr, "phonectl: %s\n", std::string(read.message()).c_str());
    return kUsage;
  }

  absl::Status status = phone::caller::become("ui", options.socket, options.roles);
  if (status.ok()) {
    const bool terminal = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    GatewayClient client(options.socket);
    status = options.command(client, options.request, View{.colour = terminal, .zone = absl::LocalTimeZone()});
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "phonectl: %s\n", one_line(status, options).c_str());
  return kRefused;
}

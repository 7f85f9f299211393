// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/lab/commands.hpp"
#include "tools/lab/enrolment/capf_server.hpp"
#include "tools/lab/enrolment/scep_server.hpp"
#include "tools/lab/events.hpp"
#include "tools/lab/file_server.hpp"
#include "tools/lab/live/live_cluster.hpp"
#include "tools/lab/oauth/token_server.hpp"
#include "tools/lab/sip/sip_server.hpp"
#include "tools/lab/tvs_server.hpp"
#include "tools/lab/url/url_server.hpp"

namespace phone::lab {
namespace {

struct ServeOptions {
  ClusterOptions cluster;
  std::string bind = "127.0.0.1", events = "-", fault_file, files;
  std::vector<std::string> faults, far_ends;
  std::vector<unsigned> alarms;
  uint32_t tvs_ttl_seconds = 86400;
  bool renew_lsc = false;
  bool scep = false, scep_ca_alone = false;
  uint16_t scep_port = 8080;
  int scep_pending = 0;
  std::string scep_challenge_file;
  std::string nonces = "none", digest_password_file;
  std::string activation_code_file;
  unsigned token_seconds = 3600;
  bool refuse_refresh = false;
  bool uds = false;
  uint16_t url_port = 8444;
  std::string uds_credentials_file;
  UrlServerSettings url;
  SipSettings calls;  // what happens to calls; the rest is of the cluster
};

struct NoncesWord {
  const char* text;
  Nonces nonces;
};
constexpr NoncesWord kNonces[] = {{"none", Nonces::kNone},
                                  {"lasting", Nonces::kLasting},
                                  {"one-time", Nonces::kOneTime},
                                  {"renewed", Nonces::kRenewed},
                                  {"endless", Nonces::kEndless}};

Nonces nonces_of(const std::string& text) {
  for (const NoncesWord& one : kNonces) {
    if (text == one.text) return one.nonces;
  }
  return Nonces::kNone;
}

// The elements of ours that make a phone enrol with this lab's registration authority.
absl::StatusOr<ScepSettings> plan_scep(const ServeOptions& options, Cluster& cluster) {
  ScepSettings settings{.pending = options.scep_pending, .ra = !options.scep_ca_alone};
  if (!options.scep_challenge_file.empty()) {
    auto challenge = read_file(options.scep_challenge_file);
    if (!challenge.ok()) return challenge.status();
    settings.challenge = challenge->substr(0, challenge->find_first_of("\r\n"));
    cluster.plan.extra["vendorConfig/scepChallenge"] = settings.challenge;
  }
  cluster.plan.extra["vendorConfig/scepServer"] =
      absl::StrCat("http://", uri_host(cluster.plan.host), ":", options.scep_port, "/cgi-bin/pkiclient.exe");
  cluster.plan.extra["vendorConfig/scepRootFingerprint"] = hex(digest(EVP_sha256(), cluster.pki.scep_ca->der()));
  return settings;
}

// The elements of Cisco's that name what is served behind URLs; what --set has is kept.
absl::StatusOr<UrlServerSettings> plan_urls(const ServeOptions& options, Cluster& cluster) {
  UrlServerSettings settings = options.url;
  if (!options.uds_credentials_file.empty()) {
    auto credentials = read_file(options.uds_credentials_file);
    if (!credentials.ok()) return credentials.status();
    settings.credentials = credentials->substr(0, credentials->find_first_of("\r\n"));
  }
  const std::string server = absl::StrCat("https://", uri_host(cluster.plan.host), ":", options.url_port);
  auto& elements = cluster.plan.extra;
  if (options.uds) elements.try_emplace("secureUDSUsersAccessURL", absl::StrCat(server, "/cucm-uds/users"));
  if (!settings.reports.empty())
    elements.try_emplace("vendorConfig/problemReportUploadURL", absl::StrCat(server, "/prt"));
  return settings;
}

// Every port that was free to choose is known before a configuration with it is made: files come last.
absl::Status serve(const ServeOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto opened = open_cluster(options.cluster);
  if (!opened.ok()) return opened.status();
  Cluster& cluster = **opened;
  if (cluster.plan.host.empty()) cluster.plan.host = options.bind;
  for (const std::string& number : options.far_ends) {
    if (absl::Status made = make_far_end(cluster.pki, number); !made.ok()) return made;
  }
  for (const std::string& number : far_ends(cluster.pki)) {
    cluster.devices->add({.name = far_end_device(number), .number = number, .far_end = true});
  }
  ScepSettings scep_settings;
  if (options.scep) {
    auto planned = plan_scep(options, cluster);
    if (!planned.ok()) return planned.status();
    scep_settings = *std::move(planned);
  }
  auto url_settings = plan_urls(options, cluster);
  if (!url_settings.ok()) return url_settings.status();
  if (!options.digest_password_file.empty()) {
    auto password = read_file(options.digest_password_file);
    if (!password.ok()) return password.status();
    cluster.plan.digest_password = password->substr(0, password->find_first_of("\r\n"));
  }
  Events events;
  if (absl::Status opening = events.open(options.events); !opening.ok()) return opening;
  Faults faults;
  faults.follow(options.fault_file);
  for (const std::string& one : options.faults) {
    if (absl::Status added = faults.add(one); !added.ok()) return added;
  }
  Provisioning files(cluster.pki, *cluster.devices, cluster.plan, cluster.lists, faults);
  files.override_from(options.files);
  LiveCluster live(options.cluster.dir, *cluster.devices);
  files.change_by([&live](const Plan& plan) { return live.changed(plan); });

  Ports ports = cluster.plan.ports;
  TvsServer tvs(cluster.pki, faults, events);
  tvs.set_ttl(options.tvs_ttl_seconds);
  CapfServer capf(cluster.pki, *cluster.devices, faults, events);
  if (options.renew_lsc) capf.allow_renewals();
  ScepServer scep(cluster.pki, scep_settings, faults, events);
  if (options.scep) {
    if (absl::Status started = scep.start(options.bind, options.scep_port); !started.ok()) return started;
  }
  SipSettings calls = options.calls;
  calls.host = uri_host(cluster.plan.host);
  calls.configuration_stamp = cluster.plan.version_stamp;
  calls.null_suites = cluster.plan.security_mode == SecurityMode::kAuthenticated;
  calls.regenerated = cluster.lists.regenerated;
  calls.keepalive_seconds = cluster.plan.keepalive_seconds;
  calls.expected_alarms = options.alarms;
  calls.ctl = cluster.lists.ctl ? files.trust_list(true).value_or("") : "";
  calls.itl = files.trust_list(false).value_or("");
  calls.nonces = nonces_of(options.nonces);
  calls.digest_password = cluster.plan.digest_password;
  TokenSettings token_settings{.lifetime = std::chrono::seconds(options.token_seconds),
                               .activation_code = {},
                               .refuse_refresh = options.refuse_refresh};
  if (!options.activation_code_file.empty()) {
    auto code = read_file(options.activation_code_file);
    if (!code.ok()) return code.status();
    token_settings.activation_code = code->substr(0, code->find_first_of("\r\n"));
  }
  TokenService tokens(token_settings);
  TokenServer token_server(cluster.pki, tokens, faults, events);
  UrlServer urls(cluster.pki, *url_settings, faults, events);
  if (options.uds || !options.url.reports.empty()) {
    if (absl::Status started = urls.start(options.bind, options.url_port); !started.ok()) return started;
  }
  calls.oauth = cluster.plan.sip_oauth;
  calls.park_slots = cluster.plan.park_slots;
  const auto mode = [&live, &cluster] { return live.changed(cluster.plan).security_mode; };
  calls.null_suites_now = [mode] { return mode() == SecurityMode::kAuthenticated; };
  SipServer* running = nullptr;
  // The plain port is opened when the first configuration leads to it.
  calls.more_orders = [&] {
    auto due = live.orders(cluster.plan);
    if (!due.empty() && mode() == SecurityMode::kNonsecure && running->tcp_port() == 0) {
      if (const absl::Status opened = running->start_tcp(options.bind, cluster.plan.ports.sip_tcp); !opened.ok())
        events.emit("control-failed", {{"order", "nonsecure"}, {"reason", std::string(opened.message())}});
    }
    return due;
  };
  SipServer sip(cluster.pki, *cluster.devices, faults, events, std::move(calls));
  running = &sip;
  FileServer http(cluster.pki, files, faults, events);
  for (absl::Status started :
       {tvs.start(options.bind, ports.tvs), capf.start(options.bind, ports.capf), sip.start(options.bind, ports.sip)}) {
    if (!started.ok()) return started;
  }
  if (cluster.plan.security_mode == SecurityMode::kNonsecure) {
    if (absl::Status started = sip.start_tcp(options.bind, ports.sip_tcp); !started.ok()) return started;
    ports.sip_tcp = sip.tcp_port();
    if (absl::Status started = sip.start_udp(options.bind, ports.sip_tcp); !started.ok()) return started;
  }
  if (cluster.plan.sip_oauth) {
    for (absl::Status started :
         {sip.start_oauth(options.bind, ports.sip_oauth, tokens), token_server.start(options.bind, ports.oauth)}) {
      if (!started.ok()) return started;
    }
    ports.sip_oauth = sip.oauth_port();
    ports.oauth = token_server.port();
  }
  ports.tvs = tvs.port();
  ports.capf = capf.port();
  ports.sip = sip.port();
  files.set_ports(ports);
  if (absl::Status started = http.start(options.bind, ports.http, ports.https); !started.ok()) return started;
  events.emit("ready", {{"http_port", http.http_port()},
                        {"https_port", http.https_port()},
                        {"tvs_port", ports.tvs},
                        {"capf_port", ports.capf},
                        {"sip_port", ports.sip},
                        {"sip_tcp_port", sip.tcp_port()},
                        {"bind", options.bind}});
  int received = 0;
  sigwait(&signals, &received);
  events.emit("stopping", {{"signal", received}});
  return absl::OkStatus();
}

}  // namespace

void add_serve_command(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("serve", "be the call manager until SIGTERM");
  auto options = std::make_shared<ServeOptions>();
  add_cluster_options(*command, options->cluster);
  command->add_option("--bind", options->bind, "IPv4 address")->capture_default_str();
  command->add_option("--events", options->events, "file for JSON lines, - for standard output")->capture_default_str();
  command->add_option("--far-end", options->far_ends,
                      "directory number of a far-end phone to make; those of `pki` are known anyway");
  command->add_option("--fault", options->faults, "target=kind, see the README");
  command->add_option("--fault-file", options->fault_file, "file of such lines, read again each time");
  command->add_option("--files", options->files, "folder whose files are served before all others");
  command->add_option("--expect-alarm", options->alarms, "trust list alarm code that is right; more than one may be");
  command->add_option("--tvs-ttl", options->tvs_ttl_seconds, "seconds")->capture_default_str();
  command->add_flag("--renew-lsc", options->renew_lsc,
                    "an LSC in the last fifth of its life is renewed when asked for");
  command->add_flag("--scep", options->scep, "be a SCEP registration authority, and say so in the configuration");
  command->add_option("--scep-port", options->scep_port)->capture_default_str();
  command->add_option("--scep-pending", options->scep_pending, "polls that are answered with PENDING")
      ->capture_default_str();
  command->add_option("--scep-challenge-file", options->scep_challenge_file,
                      "file with the challenge, else none is asked");
  std::vector<std::string> nonces;
  for (const NoncesWord& one : kNonces) nonces.emplace_back(one.text);
  command
      ->add_option("--digest-nonces", options->nonces,
                   "asks the lines of devices for a digest; how long a nonce is good")
      ->check(CLI::IsMember(nonces))
      ->capture_default_str();
  command->add_option("--digest-password-file", options->digest_password_file, "file with the password of every line");
  command->add_option("--activation-code-file", options->activation_code_file,
                      "file with the activation code that is good once");
  command->add_option("--token-seconds", options->token_seconds, "how long an access token is good")
      ->capture_default_str();
  command->add_flag("--refuse-refresh", options->refuse_refresh, "no refresh token is good any more");
  command->add_flag("--uds", options->uds, "serve the search for contacts (UDS), and name it in the configuration");
  command->add_option("--url-port", options->url_port, "of UDS and of the receiver of problem reports")
      ->capture_default_str();
  command->add_option("--uds-credentials-file", options->uds_credentials_file,
                      "file with user:password that a search needs");
  command->add_option("--uds-extra", options->url.extra_users, "further users, all called Extra");
  command->add_flag("--uds-all", options->url.all_at_once, "results are not limited to the number asked for");
  command->add_option("--reports", options->url.reports, "directory for problem reports, which are then taken");
  add_call_options(*command, options->calls);
  command->add_flag("--scep-ca-alone", options->scep_ca_alone, "no registration authority before the CA");
  command->callback([&run, options] { run = [options] { return serve(*options); }; });
}

}  // namespace phone::lab

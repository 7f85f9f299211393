// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/radius_server.hpp"

#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::rig {
namespace fs = std::filesystem;
namespace {

constexpr char kSecret[] = "of-the-lab";

}  // namespace

std::vector<std::string> RadiusServer::for_switch() {
  return {"eap_server=0",          "own_ip_addr=127.0.0.1",
          "nas_identifier=switch", "auth_server_addr=127.0.0.1",
          "auth_server_port=1812", absl::StrCat("auth_server_shared_secret=", kSecret)};
}

absl::Status RadiusServer::start(const SwitchPort& certificates, const Settings& settings) {
  radiusd_ = Process();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  fs::create_directories(directory_ / "log");
  const std::string directory = directory_.string();
  const auto file = [&](const std::string& name) { return certificates.file(name).string(); };
  std::ofstream to(directory_ / "radiusd.conf");
  // FreeRADIUS needs each setting on a line of its own.
  to << "name = freeradius\nprefix = /usr\nlocalstatedir = " << directory << "\nlogdir = " << directory
     << "/log\nraddbdir = " << directory << "\nradacctdir = " << directory << "/log\nrun_dir = " << directory
     << "\ndb_dir = " << directory << "\nlibdir = /usr/lib/freeradius\npidfile = " << directory
     << "/pid\nmax_request_time = 30\ncleanup_delay = 5\nmax_requests = 1024\nhostname_lookups = no\n"
     << "security {\nallow_core_dumps = no\nmax_attributes = 200\nreject_delay = 0\nstatus_server = yes\n"
     << "allow_vulnerable_openssl = yes\n}\nthread pool {\nstart_servers = 2\nmax_servers = 4\n}\n"
     << "client switch {\nipaddr = 127.0.0.1\nsecret = " << kSecret << "\nrequire_message_authenticator = yes\n}\n"
     << "modules {\neap {\ndefault_eap_type = tls\ntimer_expire = 60\nignore_unknown_eap_types = no\n"
     << "max_sessions = 1024\ntls-config lab {\nprivate_key_file = " << file(settings.server + ".key")
     << "\ncertificate_file = " << file(settings.server + ".pem") << "\nca_file = " << file(settings.clients + ".pem")
     << "\ndh_file = " << file("dh.pem") << "\ntls_min_version = \"1.2\"\ntls_max_version = \"" << settings.tls_maximum
     << "\"\necdh_curve = \"\"\ncache {\nenable = no\n}\n}\ntls {\ntls = lab\n}\n}\n}\n"
     << "server default {\nlisten {\ntype = auth\nipaddr = 127.0.0.1\nport = 1812\n}\n"
     << "authorize {\neap {\nok = return\n}\n}\nauthenticate {\neap\n}\n}\n";
  to.close();
  auto started = Process::start(
      {.argv = phone_.beside() + std::vector<std::string>{"freeradius", "-f", "-xx", "-l", "stdout", "-d", directory},
       .output = (directory_ / "log" / "radius.log").string()});
  if (!started.ok()) return started.status();
  radiusd_ = *std::move(started);
  if (!poll_until(absl::Seconds(10), [&] { return absl::StrContains(log(), "Ready to process requests"); })) {
    return absl::UnavailableError(absl::StrCat("FreeRADIUS did not start: ", log()));
  }
  return absl::OkStatus();
}

std::string RadiusServer::log() const {
  std::ifstream in(directory_ / "log" / "radius.log");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace phone::rig

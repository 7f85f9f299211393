// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F84 and F24 from outside, with the shipped units, uids and processes: what each unit leaves exposed, that each
// process has closed its own sandbox, that nothing listens but what deploy/ports names, and what every uid reaches of
// every service.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/system/scene/listening.hpp"
#include "tests/system/scene/scene.hpp"
#include "tests/unit/mesh/contract.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

class F84_LeastPrivilege_Lab : public Scene {};
class F24_WebServerDisabling_Lab : public Scene {};

using rig::operator+;

const char* const kServices[] = {"trust_store",    "certificate_manager", "enrolment", "policy", "download",
                                 "network_access", "signaling",           "media",     "gateway"};

// The screen's process, which serves no RPC, and those that are not ours; their units are held to the same.
std::vector<std::string> with_those_of_others() {
  std::vector<std::string> all(std::begin(kServices), std::end(kServices));
  all.emplace_back("web");
  all.emplace_back("web_admin");
  all.emplace_back("supplicant");
  all.emplace_back("lldp");
  return all;
}
bool at_the_wire(const std::string& service) {
  return service == "network_access" || service == "supplicant" || service == "lldp";
}
// Raw packets and the settings of ports; besides, the DHCP client renews from port 68, and lldpd's monitor, which reads
// nothing of the wire, stays uid 0 with what its unit leaves it (no CAP_DAC_OVERRIDE) and sees nothing of the phone.
const char* capabilities_of(const std::string& service) {
  if (service == "network_access") return "0000000000003400";
  if (service == "lldp") return "00000000000430c1";
  if (service == "web_admin") return "0000000000000400";  // CAP_NET_BIND_SERVICE: port 443
  return service == "supplicant" ? "0000000000003000" : "0000000000000000";
}

using rig::program_of;
using rig::unit_of;

// A line of /proc/<main process>/status.
std::string status_line(rig::Phone& phone, const std::string& service, const std::string& name) {
  const auto pid = std::string(absl::StripAsciiWhitespace(phone.property(service, "MainPID")));
  auto line = rig::run({.argv = phone.inside() + std::vector<std::string>{"grep", "-w", absl::StrCat("^", name, ":"),
                                                                          absl::StrCat("/proc/", pid, "/status")}});
  if (!line.ok()) return "";
  const std::vector<std::string> words = absl::StrSplit(line->output, absl::ByAnyChar(":\t\n"), absl::SkipEmpty());
  return words.size() < 2 ? "" : words[1];
}

TEST_F(F84_LeastPrivilege_Lab, UnitsLeaveAsLittleExposedAsPromised) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  for (const std::string& service : with_those_of_others()) {
    SCOPED_TRACE(service);
    auto outcome = rig::run({.argv = phone_->inside() + std::vector<std::string>{"systemd-analyze", "security",
                                                                                 "--no-pager", unit_of(service)}});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    const auto at = outcome->output.find("Overall exposure level");
    ASSERT_NE(at, std::string::npos) << outcome->output;
    const std::string rest = outcome->output.substr(outcome->output.find(": ", at) + 2, 4);
    double exposure = 10;
    ASSERT_TRUE(absl::SimpleAtod(absl::StripAsciiWhitespace(rest), &exposure)) << rest;
    EXPECT_LE(exposure, at_the_wire(service) ? 4.0 : 2.0);
    std::cout << "  " << service << " " << exposure << "\n";
    RecordProperty(absl::StrCat("exposure_", service), absl::StrCat(exposure));
  }
}

// What phone-.service.d/10-sandbox.conf gives every unit, as systemd understood it, and that no unit takes it back.
TEST_F(F84_LeastPrivilege_Lab, EveryUnitHasTheSandboxThatAllShare) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  const std::map<std::string, std::string> shared = {{"DefaultDependencies", "no"},
                                                     {"LimitCORE", "0"},
                                                     {"LockPersonality", "yes"},
                                                     {"MemoryDenyWriteExecute", "yes"},
                                                     {"NoNewPrivileges", "yes"},
                                                     {"PrivateTmp", "yes"},
                                                     {"ProcSubset", "pid"},
                                                     {"ProtectClock", "yes"},
                                                     {"ProtectControlGroups", "yes"},
                                                     {"ProtectHome", "yes"},
                                                     {"ProtectHostname", "yes"},
                                                     {"ProtectKernelLogs", "yes"},
                                                     {"ProtectKernelModules", "yes"},
                                                     {"ProtectKernelTunables", "yes"},
                                                     {"ProtectProc", "invisible"},
                                                     {"ProtectSystem", "strict"},
                                                     {"RemoveIPC", "yes"},
                                                     {"RestrictNamespaces", "yes"},
                                                     {"RestrictSUIDSGID", "yes"},
                                                     {"SystemCallArchitectures", "native"},
                                                     {"SystemCallErrorNumber", "1"}};  // EPERM
  std::vector<std::string> units{"phone-degraded@phone-media.service", "phone-time-servers.service"};
  for (const std::string& service : with_those_of_others()) units.push_back(unit_of(service));
  for (const std::string& unit : units) {
    std::map<std::string, std::string> shown;
    const std::string output = phone_->systemctl({"show", unit}).output;
    for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty()))
      shown.insert(absl::StrSplit(line, absl::MaxSplits('=', 1)));
    for (const auto& [name, value] : shared) EXPECT_EQ(shown[name], value) << name << " of " << unit;
  }
}

TEST_F(F84_LeastPrivilege_Lab, EachProcessHasItsOwnUidAndHasClosedItsSandbox) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  std::set<std::string> uids;
  for (const std::string& service : with_those_of_others()) {
    SCOPED_TRACE(service);
    // A service on demand is started as its first caller would start it.
    ASSERT_EQ(phone_->systemctl({"start", unit_of(service)}).exit_code, 0);
    EXPECT_TRUE(uids.insert(status_line(*phone_, service, "Uid")).second) << "a uid of two services";
    EXPECT_EQ(status_line(*phone_, service, "NoNewPrivs"), "1");
    EXPECT_EQ(status_line(*phone_, service, "Seccomp"), "2");
    EXPECT_EQ(status_line(*phone_, service, "CapEff"), capabilities_of(service));
  }
  auto metrics = phone_->phonectl_text({"metrics"});
  for (const char* service : kServices) {
    if (std::string(service) == "enrolment" || std::string(service) == "download") continue;  // serves no RPC
    EXPECT_NE(metrics.output.find(absl::StrCat("phone_sandbox_info{service=\"", service, "\",in_force=\"Landlock")),
              std::string::npos)
        << metrics.output;
  }
}

TEST_F(F84_LeastPrivilege_Lab, NothingListensButWhatTheTableNamesWithACallUp) {
  serve({"--remote-diagnostics", "--set", "vendorConfig/remoteDiagnosticsPort=8443"});
  auto far_end = ring_up();
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  const auto table = read_ports(PHONE_SOURCE_DIR "/deploy/ports");
  ASSERT_TRUE(table.ok()) << table.status();
  const auto found = listening(*phone_);
  ASSERT_TRUE(found.ok()) << found.status();
  size_t media = 0;
  for (const Bound& bound : *found) {
    EXPECT_TRUE(is_named(*table, bound, 8443)) << bound.protocol << " " << bound.port << " of uid " << bound.uid;
    media += bound.protocol == "udp" && bound.uid == 7407 ? 1 : 0;
    std::cout << "  " << bound.protocol << " " << bound.port << " uid " << bound.uid << "\n";
  }
  EXPECT_GE(media, 1u) << "RTCP of one call: the scan itself works; RTP hears its peer alone once that has spoken";
}

TEST_F(F24_WebServerDisabling_Lab, WithWebAccessOffNothingListensOnTheWebPorts) {
  serve({"--set", "vendorConfig/webAccess=1"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  EXPECT_FALSE(status()["security"].value("webAccess", false));
  const auto found = listening(*phone_);
  ASSERT_TRUE(found.ok()) << found.status();
  for (const Bound& bound : *found) {
    EXPECT_FALSE(bound.protocol == "tcp" && (bound.port == 80 || bound.port == 443)) << bound.uid;
    EXPECT_NE(bound.protocol, "tcp") << "no policy has opened a door: " << bound.port;
  }
}

// The whole matrix against what ships: every uid of deploy/roles calls every method of every service over its real
// socket, with that socket's group, so that nothing but the callers option stands between. Those who may call a service
// at all are its group's members.
TEST_F(F84_LeastPrivilege_Lab, EveryUidOnEveryMethodOfEveryShippedProcess) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  std::error_code error;
  std::filesystem::copy_file(PHONE_MESH_PROBE, stage_->bin() / "mesh-probe", error);
  ASSERT_FALSE(error) << error.message();
  const std::map<std::string, std::string> group_of = {// of a service's socket
                                                       {"trust_store", "7501"}, {"certificate_manager", "7502"},
                                                       {"policy", "7504"},      {"network_access", "7505"},
                                                       {"signaling", "7506"},   {"media", "7507"},
                                                       {"gateway", "7508"}};
  size_t tried = 0;
  for (int role = mesh::v1::Role_MIN + 1; role <= mesh::v1::Role_MAX; ++role) {
    if (!mesh::v1::Role_IsValid(role)) continue;
    const std::string uid = std::to_string(7400 + role);
    for (const auto& [service, group] : group_of) {
      std::vector<std::string> words =
          phone_->inside() + std::vector<std::string>{"setpriv",
                                                      "--reuid",
                                                      uid,
                                                      "--regid",
                                                      uid,
                                                      "--groups",
                                                      group,
                                                      "/usr/lib/phone/mesh-probe",
                                                      absl::StrCat("/run/phone/", service, "/grpc.sock")};
      size_t forbidden = 0;
      for (const auto* method : mesh::all_methods()) {
        const bool here = mesh::of_every_process(*method) || mesh::role_of_process(service) == mesh::owner_of(*method);
        if (!here) continue;
        // What a caller may do is proven by the phone working; here it would start calls and downloads.
        if (mesh::may_call(*method, static_cast<mesh::v1::Role>(role))) continue;
        ++forbidden;
        words.push_back(mesh::path_of(*method));
      }
      if (forbidden == 0) continue;
      auto outcome = rig::run({.argv = words}, absl::Seconds(30));
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      for (const absl::string_view line : absl::StrSplit(outcome->output, '\n', absl::SkipEmpty())) {
        const std::vector<std::string> answer = absl::StrSplit(line, ' ');
        ASSERT_EQ(answer.size(), 2u) << line;
        EXPECT_EQ(answer[1], "7") << answer[0] << " as " << uid;  // PERMISSION_DENIED
        ++tried;
        --forbidden;
      }
      EXPECT_EQ(forbidden, 0u) << "not all were answered: " << service << " as " << uid;
    }
  }
  EXPECT_GT(tried, 300u);
  std::cout << "  " << tried << " forbidden calls refused\n";
}

TEST_F(F84_LeastPrivilege_Lab, AUidWithoutTheGroupDoesNotEvenReachTheSocket) {
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(status_becomes([](const auto& now) { return now.contains("version"); }, absl::Seconds(20)));
  for (const char* socket : {"trust_store/grpc", "certificate_manager/grpc", "policy/grpc", "signaling/grpc",
                             "media/grpc", "gateway/grpc", "download/fetch", "enrolment/wake"}) {
    auto outcome =
        rig::run({.argv = phone_->inside() + std::vector<std::string>{"setpriv", "--reuid", "7410", "--regid", "7410",
                                                                      "--clear-groups", "test", "-w",
                                                                      absl::StrCat("/run/phone/", socket, ".sock")}});
    ASSERT_TRUE(outcome.ok());
    EXPECT_NE(outcome->exit_code, 0) << socket;
  }
}

// What libcurl brings along (a second TLS library, LDAP, Kerberos) is in the one process that exists for it.
TEST_F(F84_LeastPrivilege_Lab, OnlyDownloadIsLinkedWithLibcurl) {
  for (const char* service : kServices) {
    SCOPED_TRACE(service);
    auto outcome =
        rig::run({.argv = phone_->inside() +
                          std::vector<std::string>{"ldd", absl::StrCat("/usr/lib/phone/", program_of(service))}});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(outcome->exit_code, 0) << outcome->output;
    EXPECT_NE(outcome->output.find("libphone-log"), std::string::npos) << "ldd tells the whole closure";
    for (const char* library : {"libcurl", "libgnutls", "libldap", "libkrb5"}) {
      EXPECT_EQ(outcome->output.find(library) != std::string::npos, std::string(service) == "download") << library;
    }
  }
}

}  // namespace
}  // namespace phone::system

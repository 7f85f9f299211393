// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F24 and the administrator's end of F98 from outside: nothing listens until the configuration opens web access;
// then HTTPS with the phone's own certificate, to clients of the named authorities and to those who know the phone's
// password, with the waits of F4; it shows and never acts, names nobody, and closes within a second.
#include <gmock/gmock.h>

#include <filesystem>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/browser.hpp"
#include "tools/rig/relaxed.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kPassword[] = "48151623";
constexpr double kMostMegabytes = 8;

class F24_AdministratorsDoor_Peer : public Scene {
 protected:
  static std::vector<std::string> opened(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"--capf-mode",
                                 "none",
                                 "--plain-configuration",
                                 "--set",
                                 "vendorConfig/webAccess=0",
                                 "--set",
                                 absl::StrCat("commonProfile/phonePassword=", kPassword)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  // Registered, with the administrator's authorities in place and the door open.
  void begin(const std::vector<std::string>& lab) {
    const fs::path state = stage_->state("web_admin");
    fs::create_directories(state);
    fs::copy_file(stage_->lab() / "diagnostics-ca.crt", state / "clients-ca.crt");
    serve(lab);
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
    const auto now = status();
    for (const auto& one : now["network"]["address"]) {
      if (one.get<std::string>().starts_with("10.77.0.")) address_ = one.get<std::string>();
    }
    ASSERT_FALSE(address_.empty()) << now.dump(1);
  }
  std::string far(const std::string& line) {
    const auto outcome =
        rig::run({.argv = phone_->beside() + std::vector<std::string>{"sh", "-c", line + " 2>&1"}}, absl::Seconds(30));
    return outcome.ok() ? outcome->output : outcome.status().ToString();
  }
  // As an administrator's machine asks; the device's name stands in its certificate.
  std::string curl(const std::string& words, const std::string& path = "/") {
    return far(absl::StrCat("curl -sSi --max-time 10 --cacert ", (stage_->lab() / "manufacturing.crt").string(),
                            " --resolve ", kDevice, ":443:", address_, " ", words, " https://", kDevice, path));
  }
  std::string certified() {
    const std::string pem = (stage_->lab() / "diagnostics-client.pem").string();
    return absl::StrCat("--cert ", pem, " --key ", pem);
  }
  static std::string signed_in(const std::string& password) { return absl::StrCat("-u admin:", password); }
  static std::string post(const std::string& body) {
    return absl::StrCat("-H 'Origin: https://", kDevice, "' -H 'Connect-Protocol-Version: 1' ",
                        "-H 'Content-Type: application/json' --data '", body, "'");
  }
  std::string handshake(const std::string& what) {
    return far(absl::StrCat("openssl s_client -connect ", address_, ":443 ", what, " </dev/null"));
  }
  bool listens() {
    return absl::StrContains(rig::run({.argv = phone_->inside() + std::vector<std::string>{"ss", "-Hltn"}})->output,
                             ":443 ");
  }
  bool knocks() { return far(absl::StrCat("bash -c '</dev/tcp/", address_, "/443' && echo in")) == "in\n"; }
  std::string web_access() {
    for (const auto& one : status()["security"].value("setting", nlohmann::json::array())) {
      if (one.value("element", "") == "vendorConfig/webAccess") return one.value("state", "");
    }
    return "no row";
  }
  bool becomes(const std::string& state) {
    return rig::poll_until(absl::Seconds(15), [&] { return web_access() == state; });
  }
  // An administrator's certificate that has ended, and one of nobody's authority.
  std::string expired() {
    const std::string lab = stage_->lab().string();
    EXPECT_EQ(
        far(absl::StrCat("cd ", lab, " && openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ",
                         "-keyout expired.key -out expired.csr -subj /CN=gone >/dev/null 2>&1 && openssl x509 -req ",
                         "-in expired.csr -CA diagnostics-ca.pem -CAkey diagnostics-ca.pem -CAcreateserial ",
                         "-days 0 -out expired.crt >/dev/null 2>&1")),
        "");
    return absl::StrCat("--cert ", lab, "/expired.crt --key ", lab, "/expired.key");
  }
  double told_at(const std::string& kind) {
    double at = 0;
    for (const auto line : absl::StrSplit(phone_->phonectl_text({"events", "--for", "1", "--json"}).output, '\n')) {
      const auto one = nlohmann::json::parse(line, nullptr, false);
      if (!one.is_object() || one.value("kind", "") != kind) continue;
      absl::Time time;
      std::string error;
      if (absl::ParseTime(absl::RFC3339_full, one.value("time", ""), &time, &error))
        at = absl::ToDoubleSeconds(time - absl::UnixEpoch());
    }
    return at;
  }

  std::string address_;
};

TEST_F(F24_AdministratorsDoor_Peer, IsShutUntilThePolicyOpensItAndShutAgainWithinASecond) {
  begin({"--capf-mode", "none", "--plain-configuration"});
  if (HasFatalFailure()) return;
  EXPECT_FALSE(listens());
  EXPECT_FALSE(knocks());
  EXPECT_TRUE(becomes("SETTING_STATE_OFF")) << status()["security"].dump(1);
  EXPECT_EQ(status()["security"].value("webAccess", true), false);

  serve(opened());
  reprovision();
  ASSERT_TRUE(becomes("SETTING_STATE_ON")) << status()["security"].dump(1);
  EXPECT_EQ(status()["security"].value("webAccess", false), true);
  EXPECT_TRUE(listens());
  EXPECT_THAT(curl(certified()), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(handshake("-tls1_1 -cipher 'DEFAULT@SECLEVEL=0'"), Not(HasSubstr("Cipher    : ECDHE")));
  EXPECT_THAT(handshake("-tls1_2"), HasSubstr("Cipher    : ECDHE"));
  const auto process = rig::process_of(*phone_, "web_admin");
  ASSERT_TRUE(process.has_value());

  // What dies comes back open, by what policy still says; until then nobody claims that it is.
  ASSERT_TRUE(phone_->kill("web_admin", "KILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    const auto next = rig::process_of(*phone_, "web_admin");
    return next && *next != *process && listens();
  }));
  EXPECT_TRUE(becomes("SETTING_STATE_ON"));

  // The server's minimum of the policy holds here.
  serve(opened({"--set", "vendorConfig/tlsServerMinimumVersion=1.3"}));
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(15),
                              [&] { return !absl::StrContains(handshake("-tls1_2"), "Cipher    : ECDHE"); }));
  EXPECT_THAT(curl(certified()), StartsWith("HTTP/1.1 200 OK"));
  if (const auto next = rig::process_of(*phone_, "web_admin"); next && !rig::kRelaxed) {
    // What the handshakes needed for a moment goes back within a minute.
    double megabytes = 0;
    EXPECT_TRUE(rig::poll_until(absl::Seconds(90), [&] {
      const auto footprint = rig::footprint(*next);
      megabytes = footprint ? footprint->proportional_megabytes : kMostMegabytes + 1;
      return megabytes <= kMostMegabytes;
    })) << megabytes;
    std::cout << "  " << megabytes << " MB (PSS)\n";
  }

  serve({"--capf-mode", "none", "--plain-configuration"});
  const size_t before = lab_->events().size();
  reprovision();
  ASSERT_TRUE(becomes("SETTING_STATE_OFF")) << status()["security"].dump(1);
  EXPECT_FALSE(listens());
  EXPECT_FALSE(knocks());
  EXPECT_GT(lab_->events().size(), before);
  EXPECT_LT(told_at("web.closed") - told_at("provisioning.complete"), 1.0);
}

TEST_F(F24_AdministratorsDoor_Peer, LetsInACertificateOfItsAuthoritiesOrThePasswordAndNobodyElse) {
  begin(opened());
  if (HasFatalFailure()) return;
  ASSERT_TRUE(becomes("SETTING_STATE_ON")) << status()["security"].dump(1);

  const std::string anonymous = curl("");
  EXPECT_THAT(anonymous, StartsWith("HTTP/1.1 401 ")) << anonymous;
  EXPECT_THAT(anonymous, HasSubstr("WWW-Authenticate: Basic realm=\"phone\""));
  EXPECT_THAT(curl("", "/metrics"), StartsWith("HTTP/1.1 401 "));
  const fs::path stranger = stage_->lab() / "far-end" / rig::Lab::kFarEnd;
  EXPECT_THAT(curl(absl::StrCat("--cert ", stranger.string(), ".cert.pem --key ", stranger.string(), ".key.pem")),
              Not(HasSubstr("HTTP/1.1")));
  const std::string gone = expired();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return !absl::StrContains(curl(gone), "HTTP/1.1"); }));

  const std::string page = curl(certified());
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(page, HasSubstr("data-door=\"administrator\""));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_THAT(curl(absl::StrCat(certified(), " -H 'Host: evil.example'")), StartsWith("HTTP/1.1 421 "));

  // It looks and does not act, and nobody is named.
  const std::string dial =
      curl(absl::StrCat(certified(), " ", post(R"({"number":"1002"})")), "/phone.gateway.v1.Gateway/Dial");
  EXPECT_THAT(dial, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(dial, HasSubstr("permission_denied"));
  const std::string memory = curl(absl::StrCat(certified(), " ", post("{}")), "/phone.gateway.v1.Gateway/GetMemory");
  EXPECT_THAT(memory, HasSubstr("permission_denied"));
  const std::string name = status()["signaling"]["line"][0].value("displayName", "");
  ASSERT_FALSE(name.empty()) << status().dump(1);
  const std::string seen = curl(absl::StrCat(certified(), " ", post("{}")), "/phone.gateway.v1.Gateway/GetStatus");
  EXPECT_THAT(seen, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(seen, HasSubstr("\"registered\":true"));
  EXPECT_THAT(seen, HasSubstr("\"displayName\":\"(hidden)\""));
  EXPECT_THAT(seen, Not(HasSubstr(absl::StrCat("\"", name, "\""))));

  // The password, and what wrong ones cost.
  EXPECT_THAT(curl(signed_in(kPassword)), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(curl(signed_in("00000000")), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(curl(signed_in("00000001")), HasSubstr("wrong password"));
  const std::string third = curl(signed_in("00000002"));
  EXPECT_THAT(third, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(third, HasSubstr("Retry-After: 30"));
  EXPECT_THAT(curl("-u other:48151623"), HasSubstr("after 3 wrong passwords")) << "even the right one waits";
  EXPECT_THAT(curl(certified()), StartsWith("HTTP/1.1 200 OK")) << "a certificate does not wait";
  const auto unlocked = rig::run(
      {.argv = phone_->inside() + std::vector<std::string>{"sh", "-c",
                                                           absl::StrCat("printf '%s\\n' '", kPassword,
                                                                        "' | /usr/lib/phone/phonectl unlock 2>&1")}});
  ASSERT_TRUE(unlocked.ok());
  EXPECT_EQ(unlocked->exit_code, 0) << "the person at the phone does not wait: " << unlocked->output;
  EXPECT_GT(told_at("web.sign_in_refused"), 0);
}

TEST_F(F24_AdministratorsDoor_Peer, AnotherPasswordEndsWhatTheOneBeforeHasOpened) {
  begin(opened());
  if (HasFatalFailure()) return;
  ASSERT_TRUE(becomes("SETTING_STATE_ON")) << status()["security"].dump(1);
  // A stream, which asks for nothing again: an empty message in its frame.
  const auto seen = stage_->root() / "stream";
  auto stream = rig::Process::start(
      {.argv = phone_->beside() +
               std::vector<std::string>{
                   "sh", "-c",
                   absl::StrCat("printf '\\0\\0\\0\\0\\2{}' | curl -sSN --max-time 100 --cacert ",
                                (stage_->lab() / "manufacturing.crt").string(), " --resolve ", kDevice,
                                ":443:", address_, " ", signed_in(kPassword), " -H 'Origin: https://", kDevice,
                                "' -H 'Connect-Protocol-Version: 1' -H 'Content-Type: application/connect+json' "
                                "--data-binary @- https://",
                                kDevice, "/phone.gateway.v1.Gateway/WatchStatus >", seen.string(), " 2>&1")}});
  ASSERT_TRUE(stream.ok()) << stream.status();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
    std::error_code none;
    return fs::file_size(seen, none) > 500 && !none;
  })) << "the status was not streamed";
  serve(opened({"--set", "commonProfile/phonePassword=31415926"}));
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return !stream->running(); })) << "it is let stay";
  EXPECT_THAT(curl(signed_in(kPassword)), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(curl(signed_in("31415926")), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(F24_AdministratorsDoor_Peer, AnUnmodifiedPrometheusScrapesItByCertificate) {
  begin(opened());
  if (HasFatalFailure()) return;
  ASSERT_TRUE(becomes("SETTING_STATE_ON")) << status()["security"].dump(1);
  const std::string metrics = curl(certified(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(metrics, HasSubstr("phone_registered 1\n"));
  ASSERT_TRUE(stage_->put("metrics", metrics.substr(metrics.find("\r\n\r\n") + 4)).ok());
  EXPECT_EQ(far("promtool check metrics <" + (stage_->root() / "metrics").string()), "");

  const std::string pem = (stage_->lab() / "diagnostics-client.pem").string();
  ASSERT_TRUE(stage_
                  ->put("prometheus.yml",
                        absl::StrCat(
                            "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: phone\n",
                            "  scheme: https\n  tls_config: {ca_file: ", (stage_->lab() / "manufacturing.crt").string(),
                            ", cert_file: ", pem, ", key_file: ", pem, ", server_name: ", kDevice,
                            "}\n  static_configs: [{targets: ['", address_, ":443']}]\n"))
                  .ok());
  const std::string root = stage_->root().string();
  auto prometheus = rig::Process::start(
      {.argv = phone_->beside() + std::vector<std::string>{"prometheus", "--config.file", root + "/prometheus.yml",
                                                           "--storage.tsdb.path", root + "/prometheus",
                                                           "--web.listen-address", "127.0.0.1:9090"},
       .output = stage_->log("prometheus.log")});
  ASSERT_TRUE(prometheus.ok()) << prometheus.status();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    const auto answer = nlohmann::json::parse(
        far("curl -s 'http://127.0.0.1:9090/api/v1/query?query=phone_registered'"), nullptr, false);
    const auto at = "/data/result/0/value/1"_json_pointer;
    return answer.is_object() && answer.contains(at) && answer[at] == "1";
  })) << far("curl -s http://127.0.0.1:9090/api/v1/targets");
}

TEST_F(F24_AdministratorsDoor_Peer, ShowsItsPagesInAChromiumAndOffersNothingThatActs) {
  if (const std::string why = rig::no_browser(); !why.empty()) GTEST_SKIP() << why;
  begin(opened());
  if (HasFatalFailure()) return;
  ASSERT_TRUE(becomes("SETTING_STATE_ON")) << status()["security"].dump(1);
  auto browser = rig::Browser::open(phone_->beside(), absl::StrCat("https://", address_, "/"),
                                    stage_->log("browser.log"), "en", absl::StrCat("admin:", kPassword));
  ASSERT_TRUE(browser.ok()) << browser.status();
  EXPECT_TRUE((*browser)->shows(absl::StrCat("Registered")).ok());
  for (const auto& [screen, words] : std::vector<std::pair<std::string, std::string>>{{"home", "Line 1"},
                                                                                      {"security", "Web access"},
                                                                                      {"trust", "CAPF"},
                                                                                      {"decisions", "accepted"},
                                                                                      {"certificates", "RSA"},
                                                                                      {"network", "10.77.0."},
                                                                                      {"firmware", "signaling"},
                                                                                      {"incidents", "Incidents"},
                                                                                      {"settings", "Firmware"}}) {
    ASSERT_TRUE((*browser)->go(screen).ok());
    const auto shown = (*browser)->shows(words);
    EXPECT_TRUE(shown.ok()) << screen << ": " << shown;
    EXPECT_EQ(absl::StrJoin((*browser)->faults(), "\n"), "") << screen;
    (void)(*browser)->picture(rig::picture_file("administrator-" + screen));
    EXPECT_EQ((*browser)->count("main button:not([data-order=language])"), 0) << screen;
    EXPECT_EQ((*browser)->count("input"), 0) << screen;
  }
  EXPECT_EQ((*browser)->count("nav a"), 2);
}

}  // namespace
}  // namespace phone::system

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves the port for remote diagnostics (F85's remote end) from outside: closed until the configuration opens it, then
// mutual TLS only for certificates of the named authorities, reflection there and nowhere else, looking but not
// acting.
#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;

class F85_RemoteDiagnostics_Lab : public Scene {
 protected:
  static constexpr const char* kPort = "8443";

  // The administrator's three files, as the gateway's README names them.
  void place_certificates() {
    const fs::path state = stage_->state("gateway");
    fs::create_directories(state);
    fs::copy_file(stage_->lab() / "diagnostics-ca.crt", state / "diagnostics-ca.crt");
    for (const char* file : {"diagnostics.crt", "diagnostics.key"}) {
      fs::copy_file(stage_->lab() / "diagnostics-door.pem", state / file);
    }
  }
  std::vector<std::string> listening() {
    auto outcome = rig::run({.argv = phone_->inside() + std::vector<std::string>{"ss", "-Hltn"}});
    std::vector<std::string> lines;
    std::istringstream in(outcome.ok() ? outcome->output : outcome.status().ToString());
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  // From the far end of the cable.
  std::string client(const std::vector<std::string>& arguments) {
    return output(phone_->beside() +
                  std::vector<std::string>{PHONE_BINARY_DIR "/bin/phone-diagnostics-client", address_ + ":" + kPort} +
                  arguments);
  }
  static std::string output(const std::vector<std::string>& command) {
    auto outcome = rig::run({.argv = command});
    return outcome.ok() ? outcome->output : outcome.status().ToString();
  }
  // Whether a TLS client with the operator's certificate that speaks nothing else is let in.
  bool comes_up(const std::string& what) {
    const std::string pem = (stage_->lab() / "diagnostics-client.pem").string();
    const std::string said =
        output(phone_->beside() +
               std::vector<std::string>{"sh", "-c",
                                        absl::StrCat("openssl s_client ", what, " -alpn h2 -cert ", pem, " -key ", pem,
                                                     " -connect ", address_, ":", kPort, " </dev/null 2>&1")});
    return absl::StrContains(said, "ALPN protocol: h2");
  }
  std::vector<std::string> with(const fs::path& certificate, const fs::path& key) {
    return {"--authorities", (stage_->lab() / "diagnostics-ca.crt").string(),
            "--certificate", certificate.string(),
            "--key",         key.string()};
  }
  bool happened(const std::string& kind) {
    return rig::poll_until(absl::Seconds(10), [&] {
      return absl::StrContains(phone_->phonectl_text({"events", "--for", "1", "--json"}).output, kind);
    });
  }

  // In the audit log, of that service.
  bool audited(const std::string& service, const std::string& kind, const std::string& words) const {
    for (const auto& [name, content] : flash("policy")) {
      if (!absl::StrContains(name, "audit.log")) continue;
      for (const absl::string_view line : absl::StrSplit(content, '\n', absl::SkipEmpty())) {
        if (absl::StrContains(line, absl::StrCat("\"service\":\"", service, "\",\"kind\":\"", kind, "\"")) &&
            absl::StrContains(line, words))
          return true;
      }
    }
    return false;
  }

  std::string address_;
};

TEST_F(F85_RemoteDiagnostics_Lab, ThePortIsClosedUntilPolicyOpensItAndThenOpenOnlyToItsOwnAuthorities) {
  place_certificates();
  serve({"--capf-mode", "none", "--plain-configuration"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  const auto now = status();
  for (const auto& one : now["network"]["address"]) {
    if (one.get<std::string>().starts_with("10.77.0.")) address_ = one.get<std::string>();
  }
  ASSERT_FALSE(address_.empty()) << now.dump(1);
  EXPECT_THAT(listening(), testing::IsEmpty()) << "a phone that nobody opened listens";

  serve({"--capf-mode", "none", "--plain-configuration", "--remote-diagnostics", "--set",
         absl::StrCat("vendorConfig/remoteDiagnosticsPort=", kPort)});
  reprovision();
  ASSERT_TRUE(happened("diagnostics.opened")) << phone_->phonectl_text({"events", "--for", "1"}).output;
  const auto lab = stage_->lab();
  const std::string operator_sees = client(with(lab / "diagnostics-client.pem", lab / "diagnostics-client.pem"));
  EXPECT_TRUE(absl::StrContains(operator_sees, "status 0 ")) << operator_sees;
  EXPECT_TRUE(absl::StrContains(operator_sees, "dial 7 ")) << "PERMISSION_DENIED expected: " << operator_sees;
  EXPECT_TRUE(absl::StrContains(operator_sees, "phone.gateway.v1.Gateway")) << operator_sees;

  const fs::path far = lab / "far-end" / rig::Lab::kFarEnd;
  const std::string stranger = client(with(far.string() + ".cert.pem", far.string() + ".key.pem"));
  const std::string nobody = client({"--authorities", (lab / "diagnostics-ca.crt").string()});
  for (const std::string& refused : {stranger, nobody}) {
    EXPECT_TRUE(absl::StrContains(refused, "status 14 ")) << "UNAVAILABLE expected: " << refused;
    EXPECT_FALSE(absl::StrContains(refused, "phone.gateway.v1")) << refused;
  }
  // Reported by their causes: in the metrics, and from there as events and lines of the status.
  const auto metrics = phone_->phonectl_text({"metrics"}).output;
  for (const char* cause : {"tls_untrusted", "tls_no_certificate"}) {
    EXPECT_TRUE(
        absl::StrContains(metrics, absl::StrCat("phone_refusals_total{service=\"gateway\",what=\"", cause, "\"} ")))
        << metrics;
  }
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    return absl::StrContains(phone_->phonectl_text({"status"}).output,
                             "the diagnostics port with an untrusted certificate");
  })) << phone_->phonectl_text({"status"}).output;

  // TLS 1.2 ends inside the handshake where 1.3 ends after it; gRPC closes without an alert.
  const std::string handshake =
      output(phone_->beside() + std::vector<std::string>{"sh", "-c",
                                                         absl::StrCat("openssl s_client -tls1_2 -connect ", address_,
                                                                      ":", kPort, " </dev/null 2>&1; echo exit $?")});
  EXPECT_TRUE(absl::StrContains(handshake, ":error:")) << handshake;
  EXPECT_FALSE(absl::StrContains(handshake, "exit 0")) << handshake;

  const std::string ui =
      output(phone_->inside() + std::vector<std::string>{"setpriv", "--reuid=7409", "--regid=7409", "--groups=7508",
                                                         PHONE_BINARY_DIR "/bin/phone-diagnostics-client",
                                                         "unix:/run/phone/gateway/grpc.sock"});
  EXPECT_TRUE(absl::StrContains(ui, "status 0 ")) << ui;
  EXPECT_TRUE(absl::StrContains(ui, "reflection 7\n")) << "PERMISSION_DENIED expected: " << ui;

  // FIPS mode and the server's minimum hold at this port too, as a client that offers one thing at a time sees it.
  EXPECT_EQ(comes_up("-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256"), true);
  EXPECT_EQ(comes_up("-tls1_3 -groups X25519"), true);
  serve({"--capf-mode", "none", "--plain-configuration", "--remote-diagnostics", "--set",
         absl::StrCat("vendorConfig/remoteDiagnosticsPort=", kPort), "--set", "vendorConfig/fipsMode=1", "--set",
         "vendorConfig/tlsServerMinimumVersion=1.3"});
  reprovision();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
    return status().value("/security/tlsServerMinimum"_json_pointer, "") == "TLS 1.3" && !listening().empty();
  })) << status().dump(1);
  EXPECT_TRUE(comes_up("-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -groups P-256"));
  EXPECT_FALSE(comes_up("-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256"));
  EXPECT_FALSE(comes_up("-tls1_3 -groups X25519"));
  EXPECT_FALSE(comes_up("-tls1_2"));

  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return listening().empty(); }));
  // All of it is in the audit log (F2).
  for (const auto& [kind, words] :
       {std::pair("diagnostics.opened", kPort), std::pair("caller.refused", "the role diagnostics may not call"),
        std::pair("caller.refused", "A client of the diagnostics port from 10.77.0."),
        std::pair("diagnostics.closed", "remote diagnostics is closed")}) {
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return audited("gateway", kind, words); }))
        << kind << " " << words;
  }
  EXPECT_TRUE(
      absl::StrContains(client(with(lab / "diagnostics-client.pem", lab / "diagnostics-client.pem")), "status 14 "));
}

// F98: with what an administrator has, against the phone as it ships.
class F98_OrdinaryClients_Peer : public F85_RemoteDiagnostics_Lab {};

TEST_F(F98_OrdinaryClients_Peer, PhonectlGrpcioPrometheusAndABrowserFromFarAway) {
  place_certificates();
  serve({"--capf-mode", "none", "--plain-configuration", "--remote-diagnostics", "--set",
         absl::StrCat("vendorConfig/remoteDiagnosticsPort=", kPort)});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  ASSERT_TRUE(happened("diagnostics.opened"));
  const auto now = status();
  for (const auto& one : now["network"]["address"]) {
    if (one.get<std::string>().starts_with("10.77.0.")) address_ = one.get<std::string>();
  }
  const std::string pem = (stage_->lab() / "diagnostics-client.pem").string();
  const std::string ca = (stage_->lab() / "diagnostics-ca.crt").string();
  const auto far = [&](const std::string& line) {
    return output(phone_->beside() + std::vector<std::string>{"sh", "-c", line + " 2>&1"});
  };
  const std::string phonectl =
      absl::StrCat(PHONE_BINARY_DIR "/bin/phonectl --remote ", address_, ":", kPort, " --authority ", ca,
                   " --certificate ", pem, " --key ", pem, " --server-name phone ");
  const auto seen = nlohmann::json::parse(far(phonectl + "status --json"), nullptr, false);
  ASSERT_TRUE(seen.is_object());
  EXPECT_EQ(seen["signaling"]["registered"], true) << seen.dump(1);
  EXPECT_EQ(seen["security"]["fips"], false) << "off is not unknown: " << seen["security"].dump();
  for (const char* command : {"network", "security", "certificates", "trust", "trust decisions", "events --for 0.5"})
    EXPECT_FALSE(absl::StrContains(far(phonectl + command), "phonectl: ")) << command << far(phonectl + command);
  EXPECT_TRUE(absl::StrContains(far(phonectl + "call 1002"), "which has the role diagnostics"))
      << far(phonectl + "call 1002");
  EXPECT_TRUE(absl::StrContains(far(phonectl + "history"), "only ui may")) << far(phonectl + "history");

  const auto told =
      nlohmann::json::parse(far(absl::StrCat("/usr/bin/python3 " PHONE_SOURCE_DIR "/tests/peers/grpcio_client.py ",
                                             address_, ":", kPort, " ", ca, " ", pem, " ", pem, " phone")),
                            nullptr, false);
  ASSERT_TRUE(told.is_object());
  EXPECT_EQ(told["status"]["signaling"]["registered"], true);
  EXPECT_EQ(told["Dial"]["reason"], "ROLE_NOT_PERMITTED");
  EXPECT_EQ(told["ListCertificates"]["code"], "OK");

  const std::string metrics = told["metrics"].get<std::string>();
  for (const char* line : {"phone_registered 1\n", "phone_certificate_expiry_timestamp_seconds{kind=\"mic\"} ",
                           "phone_up{service=\"download\"} 1\n", "phone_up{service=\"enrolment\"} 1\n",
                           "phone_up{service=\"supplicant\"} 1\n", "phone_up{service=\"media\"} 1\n",
                           "phone_calls{state=\"established\"} 0\n", "phone_build_info{service=\"policy\",version=\""})
    EXPECT_TRUE(absl::StrContains(metrics, line)) << line << metrics;
  ASSERT_TRUE(stage_->put("metrics", metrics).ok());
  EXPECT_EQ(far("promtool check metrics <" + (stage_->root() / "metrics").string()), "");

  EXPECT_TRUE(absl::StartsWith(far(absl::StrCat("curl -si http://", address_, ":", kPort)), "HTTP/1.1 400 "));
  const std::string curl = absl::StrCat("curl -si --cacert ", ca, " --cert ", pem, " --resolve phone:", kPort, ":",
                                        address_, " https://phone:", kPort);
  EXPECT_TRUE(absl::StartsWith(far(curl), "HTTP/2 405")) << far(curl);
  EXPECT_TRUE(absl::StartsWith(far(curl + " --http1.1"), "HTTP/1.1 400 ")) << far(curl + " --http1.1");

  // Whoever has no role on the phone is told so by the phone, whatever client it is.
  const std::string nobody =
      output(phone_->inside() + std::vector<std::string>{"setpriv", "--reuid=65534", "--regid=65534", "--groups=7508",
                                                         PHONE_BINARY_DIR "/bin/phone-diagnostics-client",
                                                         "unix:/run/phone/gateway/grpc.sock"});
  EXPECT_TRUE(absl::StrContains(nobody, "status 7 you are uid 65534, which has no role on this phone")) << nobody;
}

}  // namespace
}  // namespace phone::system

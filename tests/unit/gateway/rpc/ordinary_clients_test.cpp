// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F98: the port for remote diagnostics with clients as an administrator has them: phonectl from far away, Debian's
// python3-grpcio, what grpcurl sends, and a browser that is wrong here.
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/unit/gateway/rpc/diagnostics_fixture.hpp"

namespace phone::gateway {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr char kPython[] = "/usr/bin/python3 " PHONE_SOURCE_DIR "/tests/peers/";

struct Finished {
  int exit_code = -1;
  std::string output;
};

Finished run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  Finished finished;
  char buffer[4096];
  for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) finished.output.append(buffer, size);
  const int status = pclose(pipe);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

class F98_RemoteDiagnostics : public GatewayDiagnostics {
 protected:
  F98_RemoteDiagnostics() {
    const Credentials operator_ = authority_.issue("operator");
    write("operator.crt", operator_.certificate);
    write("operator.key", operator_.key);
    start();
    port_ = open_door();
  }
  std::string file(const char* name) const { return (directory_.path() / name).string(); }
  Finished phonectl(const std::string& arguments, const std::string& name = "--server-name phone") const {
    return run(absl::StrCat(PHONE_BINARY_DIR "/bin/phonectl --remote 127.0.0.1:", port_, " --authority ",
                            file("ca.crt"), " --certificate ", file("operator.crt"), " --key ", file("operator.key"),
                            " ", name, " ", arguments, " 2>&1 </dev/null"));
  }
  json python(const std::string& script, const std::string& target, const std::string& more = "") const {
    const Finished finished =
        run(absl::StrCat(kPython, script, " ", target, " ", file("ca.crt"), " ", file("operator.crt"), " ",
                         file("operator.key"), " phone ", more, " 2>&1"));
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    return json::parse(finished.output, nullptr, false);
  }
  static bool have(const char* module) {
    return std::system(absl::StrCat("/usr/bin/python3 -c 'import ", module, "' 2>/dev/null").c_str()) == 0;
  }

  std::string port_;
};
class F98_RemoteDiagnostics_Peer : public F98_RemoteDiagnostics {};

TEST_F(F98_RemoteDiagnostics, PhonectlLooksFromFarAway) {
  const Finished status = phonectl("status --json");
  EXPECT_EQ(status.exit_code, 0) << status.output;
  EXPECT_TRUE(json::parse(status.output, nullptr, false).contains("unreachable")) << status.output;
  EXPECT_EQ(phonectl("watch --for 0.3").exit_code, 0);
  const Finished metrics = phonectl("metrics");
  EXPECT_THAT(metrics.output, HasSubstr("phone_up{service=\"gateway\"} 1\n"));
  // A service that is away is not the phone that is away.
  const Finished certificates = phonectl("certificates");
  EXPECT_EQ(certificates.exit_code, 1);
  EXPECT_EQ(certificates.output, "phonectl: certificate_manager does not respond\n");
}

TEST_F(F98_RemoteDiagnostics, WhatActsIsRefusedWithTheRoleAndNoSecretIsAskedFor) {
  const Finished dial = phonectl("call 1002");
  EXPECT_EQ(dial.exit_code, 1);
  EXPECT_EQ(dial.output,
            "phonectl: you are a client of the diagnostics port, which has the role diagnostics: the role diagnostics "
            "may not call phone.gateway.v1.Gateway/Dial, only ui may\n");
  for (const char* command : {"enrol", "digits 17", "network 802.1x fast", "network wlan psk Lab"}) {
    const Finished acted = phonectl(command);
    EXPECT_EQ(acted.exit_code, 1) << command;
    EXPECT_THAT(acted.output, HasSubstr("may look, not act")) << command;
  }
}

TEST_F(F98_RemoteDiagnostics, WhyAPhoneCannotBeReachedIsSaid) {
  EXPECT_THAT(phonectl("status", "").output, HasSubstr("is not for 127.0.0.1; --server-name"));
  EXPECT_THAT(phonectl("status", "--server-name another").output, HasSubstr("is not for another"));
  const Credentials stranger = stranger_.issue("operator");
  write("operator.crt", stranger.certificate);
  write("operator.key", stranger.key);
  EXPECT_THAT(phonectl("status").output, HasSubstr("does not accept the certificate in "));
  write("ca.crt", stranger_.pem());
  EXPECT_THAT(phonectl("status").output, HasSubstr("was not issued by the authority in "));
  set_door(false);
  ASSERT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.closed"; }));
  EXPECT_THAT(phonectl("status").output, HasSubstr("refuses the connection"));
  const auto wrong = [](const std::string& options) {
    return run(PHONE_BINARY_DIR "/bin/phonectl " + options + " status 2>&1");
  };
  for (const char* options :
       {"--remote 127.0.0.1:1", "--remote 127.0.0.1 --authority a --certificate c --key k", "--key k"}) {
    EXPECT_EQ(wrong(options).exit_code, 2) << options;
  }
}

TEST_F(F98_RemoteDiagnostics, CallWithoutADeadlineIsAnswered) {
  const auto stub = Gateway::NewStub(channel(port_, authority_.issue("admin")));
  grpc::ClientContext context;
  phone::gateway::v1::PhoneStatus status;
  const grpc::Status told = stub->GetStatus(&context, {}, &status);
  EXPECT_TRUE(told.ok()) << told.error_message();
}

TEST_F(F98_RemoteDiagnostics_Peer, AnOrdinaryClientNeedsNothingOfOurs) {
  if (!have("grpc, google.protobuf")) GTEST_SKIP() << "there is no python3-grpcio";
  const json told = python("grpcio_client.py", "127.0.0.1:" + port_);
  ASSERT_TRUE(told.is_object());
  for (const char* version : {"v1", "v1alpha"}) {
    EXPECT_THAT(told[version], Contains("phone.gateway.v1.Gateway")) << version;
    EXPECT_THAT(told[version], Contains("grpc.reflection.v1.ServerReflection")) << version;
  }
  EXPECT_THAT(told["status"]["unreachable"], Contains("signaling"));
  EXPECT_THAT(told["metrics"].get<std::string>(), HasSubstr("phone_build_info{service=\"gateway\",version=\""));
  EXPECT_EQ(told["watched"], true);
  const json dial = told["Dial"];
  EXPECT_EQ(dial["code"], "PERMISSION_DENIED");
  EXPECT_EQ(dial["same"], true) << "code and sentence of the details are the call's";
  EXPECT_EQ(dial["type"], "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(dial["reason"], "ROLE_NOT_PERMITTED");
  EXPECT_EQ(dial["domain"], "phonemesh");
  EXPECT_EQ(dial["metadata"], (json{{"role", "diagnostics"}, {"permitted", "ui"}}));
  const json silent = told["ListCertificates"];
  EXPECT_EQ(silent["code"], "UNAVAILABLE");
  EXPECT_EQ(silent["reason"], "SERVICE_NOT_RESPONDING");
  EXPECT_EQ(silent["metadata"], (json{{"service", "certificate_manager"}}));
}

TEST_F(F98_RemoteDiagnostics_Peer, WhatGrpcurlSendsIsServed) {
  if (!have("h2")) GTEST_SKIP() << "there is no python3-h2";
  const json told = python("grpcurl_replay.py", "127.0.0.1 " + port_);
  ASSERT_TRUE(told.is_object());
  for (const char* asked : {"v1 list", "v1 describe", "v1alpha list", "v1alpha describe", "GetStatus"}) {
    EXPECT_EQ(told[asked]["headers"][":status"], "200") << asked;
    EXPECT_EQ(told[asked]["headers"]["content-type"], "application/grpc") << asked;
    EXPECT_EQ(told[asked]["trailers"]["grpc-status"], "0") << asked << told.dump(1);
    EXPECT_GT(told[asked]["bytes"], 5) << asked;
  }
  json denied = told["Dial"]["trailers"];
  denied.update(told["Dial"]["headers"]);  // an answer without a message is one block of headers
  EXPECT_EQ(denied["grpc-status"], "7");
  EXPECT_TRUE(denied.contains("grpc-status-details-bin"));
}

TEST_F(F98_RemoteDiagnostics_Peer, ABrowserIsToldThatItIsWrongHere) {
  if (!have("h2")) GTEST_SKIP() << "there is no python3-h2";
  const json told = python("grpcurl_replay.py", "127.0.0.1 " + port_, "--browser");
  ASSERT_TRUE(told.is_object());
  EXPECT_EQ(told["h2"]["headers"][":status"], "405") << told.dump(1);
  EXPECT_EQ(told["h2"]["headers"]["content-type"], "text/plain; charset=utf-8");
  EXPECT_THAT(told["h2"]["body"].get<std::string>(), HasSubstr("phonectl --remote"));
  for (const char* how : {"http/1.1", "plain"}) {
    EXPECT_THAT(told[how]["body"].get<std::string>(), testing::StartsWith("HTTP/1.1 400 ")) << how;
    EXPECT_THAT(told[how]["body"].get<std::string>(), HasSubstr("phonectl --remote")) << how;
  }
  EXPECT_TRUE(status_through(channel(port_, authority_.issue("admin"))).ok()) << "others are served as before";
}

}  // namespace
}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The program phonectl itself, as users and scripts run it, with a running gateway.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/unit/gateway/fake_phone.hpp"

namespace phone::gateway {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Ran {
  int exit_code = -1;
  std::string output;  // both streams
};

class PhonectlProcess : public testing::Test {
 protected:
  PhonectlProcess() {
    signaling_.router.state<phone::signaling::v1::WatchStateRequest>("phone.signaling.v1.Signaling/WatchState", state_);
    signaling_.router.unary<phone::signaling::v1::WatchStateRequest, phone::signaling::v1::SignalingState>(
        "phone.signaling.v1.Signaling/GetState", [this](const auto&, const auto& reply) { reply.ok(state_.get()); });
    signaling_.router.unary<phone::signaling::v1::DialRequest, phone::signaling::v1::CallReply>(
        "phone.signaling.v1.Signaling/Dial",
        [](const auto&, const auto& reply) { reply.fail(absl::FailedPreconditionError("not registered")); });
    signaling_.router.unary<phone::signaling::v1::CallRequest, phone::signaling::v1::CallReply>(
        "phone.signaling.v1.Signaling/Answer", [](const auto& request, const auto& reply) {
          phone::signaling::v1::CallReply answer;
          answer.mutable_call()->set_call(request.call());
          answer.mutable_call()->set_state(phone::signaling::v1::CALL_STATE_ESTABLISHED);
          reply.ok(answer);
        });
    for (const char* method : {"Hold", "Resume"}) {
      signaling_.router.unary<phone::signaling::v1::CallRequest, phone::signaling::v1::CallReply>(
          std::string("phone.signaling.v1.Signaling/") + method, [method](const auto& request, const auto& reply) {
            phone::signaling::v1::CallReply answer;
            answer.mutable_call()->set_call(method + std::string(" ") + request.call());
            reply.ok(answer);
          });
    }
    signaling_.router.unary<phone::signaling::v1::TransferRequest, phone::signaling::v1::CallReply>(
        "phone.signaling.v1.Signaling/Transfer", [](const auto& request, const auto& reply) {
          phone::signaling::v1::CallReply answer;
          answer.mutable_call()->set_call(request.call() + " to " + request.number() + "/" + request.to_call());
          reply.ok(answer);
        });
    signaling_.router.unary<phone::signaling::v1::SendDigitsRequest, phone::signaling::v1::SendDigitsReply>(
        "phone.signaling.v1.Signaling/SendDigits", [](const auto& request, const auto& reply) {
          if (request.call() != "17" || request.digits() != "12#")
            return reply.fail(absl::InvalidArgumentError("other keys"));
          reply.ok(phone::signaling::v1::SendDigitsReply());
        });
    media_.router.unary<phone::media::v1::SelectTransducerRequest, phone::media::v1::SelectTransducerReply>(
        "phone.media.v1.Media/SelectTransducer", [](const auto& request, const auto& reply) {
          if (request.transducer() == phone::media::v1::TRANSDUCER_SPEAKER)
            return reply.fail(absl::FailedPreconditionError("the speaker is off by policy"));
          if (request.transducer() != phone::media::v1::TRANSDUCER_HEADSET)
            return reply.fail(absl::InvalidArgumentError("another device"));
          reply.ok(phone::media::v1::SelectTransducerReply());
        });
    media_.router.unary<phone::media::v1::SetMuteRequest, phone::media::v1::SetMuteReply>(
        "phone.media.v1.Media/SetMute", [](const auto& request, const auto& reply) {
          if (!request.muted()) return reply.fail(absl::FailedPreconditionError("there is no call to mute"));
          reply.ok(phone::media::v1::SetMuteReply());
        });
    media_.router.unary<phone::media::v1::SetVolumeRequest, phone::media::v1::SetVolumeReply>(
        "phone.media.v1.Media/SetVolume", [](const auto& request, const auto& reply) {
          const auto& volume = request.volume();
          if (volume.device() != phone::media::v1::SOUND_DEVICE_RINGER || volume.level() != 9)
            return reply.fail(absl::InvalidArgumentError("another volume"));
          reply.ok(phone::media::v1::SetVolumeReply());
        });
    certificates_.router.unary<phone::certificates::v1::EnrolRequest, phone::certificates::v1::EnrolReply>(
        "phone.certificates.v1.CertificateManager/Enrol", [](const auto& request, const auto& reply) {
          if (request.authentication_string() != "4711") return reply.fail(absl::InvalidArgumentError("wrong"));
          reply.ok(phone::certificates::v1::EnrolReply());
        });
    trust_.router.unary<phone::trust::v1::ListDecisionsRequest, phone::trust::v1::ListDecisionsReply>(
        "phone.trust.v1.TrustStore/ListDecisions", [](const auto& request, const auto& reply) {
          phone::trust::v1::ListDecisionsReply answer;
          auto* decision = answer.add_decision();
          decision->set_kind("file");
          decision->set_what(request.about());
          decision->set_reason("signed by a stranger");
          reply.ok(answer);
        });
    trust_.router.unary<phone::trust::v1::PreviewTrustListRequest, phone::trust::v1::PreviewTrustListReply>(
        "phone.trust.v1.TrustStore/PreviewTrustList", [](const auto& request, const auto& reply) {
          if (request.content().size() > (2 << 20))
            return reply.fail(absl::InvalidArgumentError("the list is larger than 2 MiB"));
          phone::trust::v1::PreviewTrustListReply answer;
          answer.set_kind(phone::trust::v1::LIST_KIND_ITL);
          answer.set_would_accept(request.content() == "good");
          answer.set_reason(answer.would_accept() ? "signed by CN=x"
                                                  : "is not a list signer (SAST) of the ITL in force");
          reply.ok(answer);
        });
    trust_.router.unary<phone::trust::v1::AllowOlderRequest, phone::trust::v1::AllowOlderReply>(
        "phone.trust.v1.TrustStore/AllowOlder", [](const auto& request, const auto& reply) {
          phone::trust::v1::AllowOlderReply answer;
          answer.set_allowed(request.name() == "ITL");
          answer.set_name("ITLFile.tlv");
          answer.set_reason(absl::StrCat(request.seconds(), " s, ", request.reason()));
          reply.ok(answer);
        });
    signaling_.open();
    certificates_.open();
    trust_.open();
  }
  // A test that needs media opens it: without it media does not respond.
  void call(const std::string& name, phone::signaling::v1::HoldState hold) {
    phone::signaling::v1::SignalingState state = state_.get();
    auto* one = state.add_call();
    one->set_call(name);
    one->set_state(phone::signaling::v1::CALL_STATE_ESTABLISHED);
    one->set_hold(hold);
    state_.set(state);
  }

  Ran phonectl(const std::string& arguments, const std::string& input = "") {
    const std::string command = "printf '" + input +
                                "' | " PHONE_BINARY_DIR "/bin/phonectl --roles " PHONE_SOURCE_DIR
                                "/deploy/roles --socket " +
                                socket_of(paths_, "gateway").string() + " " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    Ran ran;
    char buffer[4096];
    for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, size);
    const int status = pclose(pipe);
    ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
  }

  TemporaryDirectory directory_;
  phone::mesh::Paths paths_{.socket_dir = directory_.path()};
  phone::mesh::Latest<phone::signaling::v1::SignalingState> state_{phone::signaling::v1::SignalingState()};
  FakeService signaling_{paths_, "signaling"}, certificates_{paths_, "certificate_manager"},
      trust_{paths_, "trust_store"}, media_{paths_, "media"};
  RunningGateway gateway_{paths_, phone::mesh::v1::ROLE_UI};
};

TEST_F(PhonectlProcess, StatusIsTextForPeopleAndJsonForPrograms) {
  const Ran text = phonectl("status");
  EXPECT_EQ(text.exit_code, 0) << text.output;
  EXPECT_THAT(text.output, StartsWith("not responding: policy, network_access, media\n"));
  const Ran json = phonectl("status --json");
  EXPECT_EQ(json.exit_code, 0);
  const auto status = nlohmann::json::parse(json.output, nullptr, false);
  ASSERT_TRUE(status.is_object()) << json.output;
  EXPECT_EQ(status["unreachable"].size(), 3U);
}

using F99_AllowOlder = PhonectlProcess;

TEST_F(F99_AllowOlder, IsAnActWithAReasonAndSaysNoByItsExitCodeToo) {
  const Ran allowed = phonectl("trust allow-older ITL --minutes 7 --reason 'backup of Friday'");
  EXPECT_EQ(allowed.exit_code, 0);
  EXPECT_EQ(allowed.output, "ITLFile.tlv: 420 s, backup of Friday.\n");
  const Ran refused = phonectl("trust allow-older nonsense --reason x");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("0 s, x"));
  EXPECT_EQ(phonectl("trust allow-older ITL").exit_code, 2) << "without a reason";
}

using F87_Preview = PhonectlProcess;

TEST_F(F87_Preview, SaysWhatThePhoneWouldDoWithAListAndExitsAccordingly) {
  const auto file = [&](const std::string& content) {
    std::ofstream(directory_.path() / "new.tlv", std::ios::binary) << content;
    return "trust preview " + (directory_.path() / "new.tlv").string();
  };
  const Ran good = phonectl(file("good"));
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(good.output, "This phone would accept this ITL: signed by CN=x.\n");
  const Ran bad = phonectl(file("bad"));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output,
              StartsWith("This phone would refuse this ITL: is not a list signer (SAST) of the ITL in force.\n"));
  EXPECT_THAT(phonectl(file(std::string((2 << 20) + 5, 'x'))).output, HasSubstr("larger than 2 MiB"));
  EXPECT_EQ(phonectl("trust preview /nowhere.tlv").exit_code, 2);
  EXPECT_EQ(phonectl(file("")).exit_code, 2);
}

TEST_F(PhonectlProcess, RefusalIsOneLineAndExitCodeOne) {
  const Ran ran = phonectl("call 2001");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.output, "phonectl: not registered\n");
  EXPECT_EQ(phonectl("answer").output, "phonectl: no call is ringing\n");
  EXPECT_EQ(phonectl("network").output, "phonectl: network_access does not respond\n");
}

TEST_F(PhonectlProcess, WrongUsageIsExitCodeTwo) {
  EXPECT_EQ(phonectl("").exit_code, 2);
  EXPECT_EQ(phonectl("call").exit_code, 2);
  EXPECT_EQ(phonectl("enrol --by magic").exit_code, 2);
  EXPECT_EQ(phonectl("--help").exit_code, 0);
}

TEST_F(PhonectlProcess, TheCallThatRingsIsMeantWithoutItsName) {
  phone::signaling::v1::SignalingState state;
  auto* call = state.add_call();
  call->set_call("17");
  call->set_state(phone::signaling::v1::CALL_STATE_RINGING_IN);
  state_.set(state);
  EXPECT_THAT(phonectl("answer").output, StartsWith("call 17 "));
}

using F93_Sound = PhonectlProcess;

TEST_F(F93_Sound, MuteAndVolumeGoToMediaAndItsRefusalsComeBack) {
  media_.open();
  EXPECT_EQ(phonectl("mute on").output, "the microphone is off\n");
  EXPECT_EQ(phonectl("mute off").output, "phonectl: there is no call to mute\n");
  EXPECT_EQ(phonectl("volume ringer 9").output, "the volume of the ringer is 9 of 10\n");
  EXPECT_EQ(phonectl("volume headset 9").output, "phonectl: another volume\n");
  EXPECT_EQ(phonectl("volume ringer 11").exit_code, 2);
  EXPECT_EQ(phonectl("mute perhaps").exit_code, 2);
  EXPECT_EQ(phonectl("audio headset --ringer").output, "the phone rings on the headset\n");
}

using F89_OneActiveCall = PhonectlProcess;

TEST_F(F89_OneActiveCall, HoldMeansTheCallWithTheUserAndResumeTheHeldOne) {
  EXPECT_EQ(phonectl("hold").output, "phonectl: there is no call to talk in\n");
  EXPECT_EQ(phonectl("resume").output, "phonectl: no call is on hold\n");
  call("17", phone::signaling::v1::HOLD_STATE_NONE);
  call("18", phone::signaling::v1::HOLD_STATE_HELD_HERE);
  EXPECT_THAT(phonectl("hold").output, StartsWith("call Hold 17 "));
  EXPECT_THAT(phonectl("resume").output, StartsWith("call Resume 18 "));
  EXPECT_THAT(phonectl("status").output, HasSubstr("on hold here only, the far end refused"));
}

TEST_F(PhonectlProcess, ATransferHasOneTarget) {
  call("17", phone::signaling::v1::HOLD_STATE_NONE);
  EXPECT_THAT(phonectl("transfer 1003").output, StartsWith("call 17 to 1003/ "));
  EXPECT_THAT(phonectl("transfer --call 17 --to 18").output, StartsWith("call 17 to /18 "));
  EXPECT_EQ(phonectl("transfer").output, "phonectl: name one target: a number, or --to another call\n");
  EXPECT_EQ(phonectl("transfer 1003 --to 18").exit_code, 1);
}

TEST_F(PhonectlProcess, DigitsAreReadAndNeverAnArgument) {
  call("17", phone::signaling::v1::HOLD_STATE_NONE);
  const Ran sent = phonectl("digits", "12#\\n");
  EXPECT_EQ(sent.exit_code, 0) << sent.output;
  EXPECT_EQ(sent.output, "digits sent\n");
  EXPECT_EQ(phonectl("digits", "3\\n").output, "phonectl: other keys\n");
  EXPECT_EQ(phonectl("digits").output, "phonectl: no digits given\n");
}

TEST_F(PhonectlProcess, TheAudioDeviceIsChosenAndARefusalTold) {
  media_.open();
  EXPECT_EQ(phonectl("audio headset").output, "the headset is in use\n");
  EXPECT_EQ(phonectl("audio speaker").output, "phonectl: the speaker is off by policy\n");
  EXPECT_EQ(phonectl("audio handset").output, "phonectl: another device\n");
  EXPECT_EQ(phonectl("audio ear").exit_code, 2);
}

TEST_F(PhonectlProcess, AuthenticationStringIsReadAndNeverAnArgument) {
  EXPECT_EQ(phonectl("enrol", "4711\\n").exit_code, 0);
  EXPECT_EQ(phonectl("enrol").output, "phonectl: no authentication string given\n");
  EXPECT_EQ(phonectl("enrol 4711").exit_code, 2);
}

TEST_F(PhonectlProcess, WhyIsOneSentence) {
  EXPECT_EQ(phonectl("trust why a.sgn").output, "The file a.sgn was refused: signed by a stranger.\n");
  EXPECT_THAT(phonectl("trust decisions").output, HasSubstr("refused"));
}

class F98_CommandLine : public PhonectlProcess {};

TEST_F(F98_CommandLine, VersionAndNearestWords) {
  EXPECT_THAT(phonectl("--version").output, testing::MatchesRegex("phonectl \\(Phonemesh\\) [0-9.]+\n"));
  EXPECT_EQ(phonectl("status --jsno").output, "phonectl: there is no option '--jsno' here; did you mean '--json'?\n");
  EXPECT_EQ(phonectl("audio speker").output,
            "phonectl: device is 'speker', which is none of: handset, headset, speaker; did you mean 'speaker'?\n");
  EXPECT_EQ(phonectl("audio speker").exit_code, 2);
  EXPECT_EQ(phonectl("trust wyh x").output, "phonectl: there is no command 'trust wyh'; did you mean 'trust why'?\n");
}

TEST_F(F98_CommandLine, BashCompletesCommandsOptionsAndValues) {
  const auto completed = [&](const std::string& line) {
    const std::string command = "bash -c 'source <(" PHONE_BINARY_DIR "/bin/phonectl --completion bash); COMP_WORDS=(" +
                                line +
                                "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _phonectl; echo \"${COMPREPLY[*]}\"' 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    const std::size_t size = fread(buffer, 1, sizeof buffer, pipe);
    EXPECT_EQ(pclose(pipe), 0);
    return std::string(buffer, size);
  };
  EXPECT_EQ(completed("phonectl stat"), "status\n");
  EXPECT_EQ(completed("phonectl trust w"), "why\n");
  EXPECT_EQ(completed("phonectl --json trust w"), "why\n");
  EXPECT_EQ(completed("phonectl network 802.1x --certificate m"), "mic\n");
  EXPECT_EQ(completed("phonectl audio h"), "handset headset\n");
  EXPECT_EQ(completed("phonectl --key s"), "\n") << "a file: bash does that itself";
  EXPECT_THAT(completed("phonectl status --j"), HasSubstr("--json"));
}

TEST_F(PhonectlProcess, WatchTellsStatusAndEventsAndEndsInTime) {
  const Ran ran = phonectl("watch --for 1.5 --json");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, StartsWith("{\"status\":{"));
  EXPECT_THAT(ran.output, EndsWith("}\n"));
}

}  // namespace
}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves from outside what a call looks like on the wire and at the sound device: the configured DSCP on RTP and SIP
// (F74), read from a capture of the cable; sound through ALSA's own library; and an absent sound device, which is
// reported while the call goes on.
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

constexpr int kOurHertz = 440;
constexpr int kFarHertz = 1000;
constexpr unsigned kMediaDscp = 34;      // AF41: not what the phone does by itself
constexpr unsigned kSignalingDscp = 26;  // AF31

// No card is needed: the microphone is a file of samples, the loudspeaker another.
constexpr char kAsound[] = R"(
pcm.bench {
  type asym
  capture.pcm {
    type file
    slave.pcm { type null }
    infile /var/lib/phone/media/microphone.raw
    file /dev/null
  }
  playback.pcm {
    type file
    slave.pcm { type null }
    file /var/lib/phone/media/loudspeaker.wav
    format wav
  }
}
)";

// Every IPv4 packet on the cable for so many seconds: "udp|tcp <source> <port> <port> <dscp> <packets>" a line.
constexpr char kCapture[] = R"(
import collections, socket, struct, sys, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
link.bind(("lab0", 0))
link.settimeout(0.2)
print("ready", flush=True)
seen, until = collections.Counter(), time.monotonic() + float(sys.argv[1])
while time.monotonic() < until:
    try:
        frame = link.recv(2048)
    except socket.timeout:
        continue
    ip = frame[14:]
    if ip[9] not in (6, 17):
        continue
    at = (ip[0] & 15) * 4
    ports = struct.unpack("!HH", ip[at:at + 4])
    seen[("udp" if ip[9] == 17 else "tcp", socket.inet_ntoa(ip[12:16]), *ports, ip[1] >> 2)] += 1
for key, count in seen.items():
    print(*key, count)
)";

// Takes packets of the far end's from the cable and puts spoiled ones beside them: its own address and port, flipped,
// cut, padded and repeated; and a stranger's. The call's keys are in neither.
constexpr char kInject[] = R"(
import socket, struct
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
link.bind(("lab0", 0))
link.settimeout(3)

def checksum(header):
    total = sum(struct.unpack("!%dH" % (len(header) // 2), header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff

def send(frame, payload, source=None, port=None):
    ip = bytearray(frame[14:34])
    udp = bytearray(frame[34:42])
    struct.pack_into("!H", ip, 2, 28 + len(payload))
    struct.pack_into("!H", ip, 10, 0)
    if source:
        ip[12:16] = socket.inet_aton(source)
    struct.pack_into("!H", ip, 10, checksum(bytes(ip)))
    if port:
        struct.pack_into("!H", udp, 0, port)
    struct.pack_into("!HH", udp, 4, 8 + len(payload), 0)
    link.send(frame[:14] + bytes(ip) + bytes(udp) + payload)

taken = []
while len(taken) < 20:
    frame, where = link.recvfrom(2048)
    outgoing = where[2] == 4
    if not outgoing or frame[12:14] != b"\x08\x00" or frame[14] != 0x45 or frame[23] != 17 or len(frame) < 60:
        continue
    to = struct.unpack("!H", frame[36:38])[0]
    if 16384 <= to <= 32766 and to % 2 == 0 and frame[42] >> 6 == 2:
        taken.append(frame)
for n, frame in enumerate(taken):
    rtp = frame[42:]
    ahead = rtp[:2] + struct.pack("!H", (struct.unpack("!H", rtp[2:4])[0] + 100 + n) & 0xffff) + rtp[4:]
    send(frame, ahead[:-1] + bytes([ahead[-1] ^ 1]))
    send(frame, ahead[:20])
    send(frame, ahead[:7])
    send(frame, ahead + bytes(1100))
    send(frame, rtp)
    send(frame, ahead, "10.77.0.99", 40000)
    send(frame, b"\xff" * 172)
    send(frame, b"")
print("sent")
)";

struct Flow {
  std::string protocol, source;
  unsigned from = 0, to = 0, dscp = 0, packets = 0;
};

class F74_CallOnTheWire_Lab : public Scene {
 protected:
  nlohmann::json media() { return status().value("media", nlohmann::json::object()); }
  bool hears_and_speaks(absl::Duration patience) {
    return rig::poll_until(patience, [&] {
      const auto facts = media();
      if (!facts.contains("stream") || facts["stream"].empty()) return false;
      const auto& stream = facts["stream"][0];
      return stream.value("sendingEncrypted", false) && stream.value("receivingEncrypted", false) &&
             std::stoll(stream.value("packetsReceived", "0")) > 100;
    });
  }
  rig::Outcome heard(const std::string& recording, int hertz) {
    auto outcome = rig::run(
        {.argv = {(stage_->bin() / "phone-lab").string(), "audio-check", recording, "--hz", absl::StrCat(hertz),
                  "--minimum-purity", "0.2"}});  // a busy machine leaves gaps in what has no clock of its own
    return outcome.ok() ? *outcome : rig::Outcome{.output = std::string(outcome.status().message())};
  }
  bool is_heard(const std::string& recording, int hertz) {
    rig::Outcome last;
    const bool found = rig::poll_until(
        absl::Seconds(10), [&] { return (last = heard(recording, hertz)).exit_code == 0; }, absl::Milliseconds(200));
    EXPECT_TRUE(found) << recording << ": " << last.output;
    return found;
  }
  nlohmann::json stream() {
    const auto facts = media();
    return facts.contains("stream") && !facts["stream"].empty() ? facts["stream"][0] : nlohmann::json::object();
  }
  static long long count(const nlohmann::json& from, const char* name) { return std::stoll(from.value(name, "0")); }
  std::vector<Flow> capture(int seconds) {
    auto outcome = rig::run(
        {.argv = phone_->beside() + std::vector<std::string>{"python3", "-c", kCapture, absl::StrCat(seconds)}});
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    std::vector<Flow> flows;
    std::istringstream lines(outcome.ok() ? outcome->output : "");
    std::string ready;
    std::getline(lines, ready);
    for (Flow flow; lines >> flow.protocol >> flow.source >> flow.from >> flow.to >> flow.dscp >> flow.packets;) {
      flows.push_back(flow);
    }
    return flows;
  }
  void microphone(const std::string& device) {
    ASSERT_TRUE(stage_
                    ->put("etc/media.options", absl::StrCat("PHONE_OPTIONS=\"--device ", device,
                                                            "\"\nALSA_CONFIG_PATH=/etc/phone/asound.conf\n"))
                    .ok());
  }
};

TEST_F(F74_CallOnTheWire_Lab, PacketsCarryTheConfiguredDscpAndAlsaIsHeardAtBothEnds) {
  ASSERT_TRUE(stage_->put("etc/asound.conf", kAsound).ok());
  std::string samples;
  for (int i = 0; i < 16000 * 60; ++i) {
    const auto sample = static_cast<int16_t>(10000 * std::sin(2 * std::numbers::pi * kOurHertz * i / 16000));
    samples.append(reinterpret_cast<const char*>(&sample), sizeof sample);
  }
  std::filesystem::create_directories(stage_->state("media"));
  ASSERT_TRUE(stage_->put("state/media/microphone.raw", samples).ok());
  microphone("alsa:bench");
  const auto tones = rig::Lab::make_tones(*stage_, kOurHertz, kFarHertz);
  ASSERT_TRUE(tones.ok()) << tones.status();
  serve({"--set", absl::StrCat("sipProfile/dscpForAudio=", kMediaDscp << 2), "--set",
         absl::StrCat("dscpForCm2Dvce=", kSignalingDscp << 2), "--keepalive", "5"});
  auto far_end = rig::FarEnd::start(*stage_, *phone_, lab_->far_end(*stage_, rig::Lab::kFarEnd, tones->far));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
    return phone_->phonectl_text({"call", rig::Lab::kFarEnd}).exit_code == 0;
  }));
  ASSERT_TRUE(hears_and_speaks(absl::Seconds(20))) << status().dump(1);
  EXPECT_EQ(media().value("device", ""), "alsa:bench");

  unsigned rtp = 0, sip = 0;
  for (const Flow& flow : capture(8)) {  // longer than one keepalive
    if (flow.source == rig::Lab::kAddress || flow.source == "10.77.0.2") continue;
    SCOPED_TRACE(absl::StrCat(flow.protocol, " ", flow.source, " ", flow.from, " -> ", flow.to));
    if (flow.protocol == "udp" && flow.from >= 16384 && flow.from <= 32766) {
      rtp += flow.packets;
      EXPECT_EQ(flow.dscp, kMediaDscp);
    }
    if (flow.protocol == "tcp" && flow.to == 5061) {
      sip += flow.packets;
      EXPECT_EQ(flow.dscp, kSignalingDscp);
    }
  }
  EXPECT_GT(rtp, 200U);
  EXPECT_GT(sip, 0U);

  // Spoiled packets beside the good ones: counted by what is wrong with them, and the call is as it was.
  const auto before = stream();
  auto injected = rig::run({.argv = phone_->beside() + std::vector<std::string>{"python3", "-c", kInject}});
  ASSERT_TRUE(injected.ok() && injected->exit_code == 0)
      << injected.status() << (injected.ok() ? injected->output : "");
  EXPECT_TRUE(status_becomes(
      [&](const auto&) { return count(stream(), "packetsRefused") > count(before, "packetsRefused") + 40; },
      absl::Seconds(5)))
      << stream().dump(1);
  const auto after = stream();
  EXPECT_GE(count(after, "authenticationFailures"), count(before, "authenticationFailures") + 20) << after.dump(1);
  EXPECT_GE(count(after, "replays"), count(before, "replays") + 15) << after.dump(1);
  EXPECT_TRUE(after.value("receivingEncrypted", false)) << after.dump(1);
  std::cout << "  spoiled RTP: " << count(after, "authenticationFailures") << " not authentic, "
            << count(after, "replays") << " repeated, " << count(after, "packetsRefused") << " refused\n";

  const auto recording = far_end->recording();
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_TRUE(is_heard(*recording, kOurHertz));
  EXPECT_TRUE(is_heard((stage_->state("media") / "loudspeaker.wav").string(), kFarHertz));
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);

  // The same phone with a card that is not there.
  ASSERT_TRUE(phone_->power_off().ok());
  microphone("alsa:nowhere");
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(10))) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
    return phone_->phonectl_text({"call", rig::Lab::kFarEnd}).exit_code == 0;
  }));
  EXPECT_TRUE(hears_and_speaks(absl::Seconds(20))) << status().dump(1);
  EXPECT_TRUE(absl::StrContains(media().value("device", ""), "alsa:nowhere (absent: ")) << media().dump(1);
  const rig::Outcome events = phone_->phonectl_text({"events", "--for", "1", "--json"});
  EXPECT_TRUE(absl::StrContains(events.output, "media.device_absent")) << events.output;
  EXPECT_EQ(phone_->property("media", "NRestarts"), "0");
  // A far end that falls silent for good: it is reported, and nothing else happens.
  { const rig::FarEnd gone = *std::move(far_end); }
  EXPECT_TRUE(status_becomes([&](const auto&) { return !stream().value("receiving", false); }, absl::Seconds(10)))
      << stream().dump(1);
  EXPECT_EQ(phone_->property("media", "NRestarts"), "0");
}

}  // namespace
}  // namespace phone::system

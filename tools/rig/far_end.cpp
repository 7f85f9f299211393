// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/far_end.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace phone::rig {
namespace fs = std::filesystem;
namespace {

// baresip 1.0.0: the TLS port is sip_listen's plus one; aufile is a source only; sndfile dumps what was decoded.
constexpr char kConfig[] = R"(poll_method epoll
sip_listen $0:6060
sip_certificate $1
sip_cafile $2
sip_trans_def tls
sip_verify_server yes
call_local_timeout 30
call_max_calls 4
audio_path /usr/share/baresip
audio_source aufile,$3
audio_player aubridge,null
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_txmode thread
audio_level no
rtp_tos 184
rtp_ports 20000-20999
rtcp_mux no
jitter_buffer_delay 1-5
rtp_stats yes
net_interface $5
module_path /usr/lib/baresip/modules
module g711.so
module opus.so
module aufile.so
module srtp.so
module aubridge.so
$6
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
module_app debug_cmd.so
ctrl_tcp_listen $0:4444
ring_aufile none
callwaiting_aufile none
ringback_aufile none
notfound_aufile none
busy_aufile none
error_aufile none
sip_autoanswer_beep no
)";

// One command and its answer in baresip's ctrl_tcp protocol (JSON in netstrings), spoken from beside the phone.
constexpr char kControl[] = R"(
import json, socket, sys
link = socket.create_connection((sys.argv[1], 4444), 3)
link.settimeout(3)
order = json.dumps({"command": sys.argv[2], "params": sys.argv[3], "token": "rig"}).encode()
link.sendall(str(len(order)).encode() + b":" + order + b",")
buffer = b""
while True:
    buffer += link.recv(65536)
    while b":" in buffer:
        size, rest = buffer.split(b":", 1)
        if len(rest) < int(size) + 1:
            break
        message, buffer = json.loads(rest[:int(size)]), rest[int(size) + 1:]
        if message.get("response"):
            print(message.get("data", ""))
            sys.exit(0 if message.get("ok") else 1)
)";

}  // namespace

absl::StatusOr<FarEnd> FarEnd::start(const Stage& stage, const Phone& phone, const FarEndOptions& options) {
  FarEnd far_end;
  const fs::path relative = absl::StrCat("far-end-", options.number);
  far_end.directory_ = (stage.root() / relative).string();
  far_end.beside_ = phone.beside();
  far_end.address_ = options.address;
  std::error_code error;
  fs::create_directories(far_end.directory_, error);
  const bool six = options.address.find(':') != std::string::npos;
  (void)run(
      {.argv = phone.beside() +
               std::vector<std::string>{"ip", "addr", "add", options.address + (six ? "/64" : "/24"), "dev", "lab0"} +
               (six ? std::vector<std::string>{"nodad"} : std::vector<std::string>{})});
  auto done = stage.put(
      relative / "config",
      absl::Substitute(kConfig, six ? absl::StrCat("[", options.address, "]") : options.address, options.certificate,
                       options.authorities, options.tone, far_end.directory_, options.address,
                       options.records ? absl::StrCat("module sndfile.so\nsnd_path ", far_end.directory_) : ""));
  if (!done.ok()) return done;
  done = stage.put(relative / "accounts",
                   absl::Substitute("<sip:$0@$1;transport=tls>;outbound=\"sip:$1;transport=tls\";mediaenc=srtp-mand;"
                                    "audio_codecs=PCMU/8000/1;regint=60;answermode=$2;ptime=20\n",
                                    options.number, options.registrar, options.answers ? "auto" : "manual"));
  if (!done.ok()) return done;
  if (done = stage.put(relative / "contacts", ""); !done.ok()) return done;
  if (done = stage.put(relative / "control.py", kControl); !done.ok()) return done;
  auto process = Process::start(
      {.argv = phone.beside() + std::vector<std::string>{"baresip", six ? "-6" : "-4", "-f", far_end.directory_},
       .output = stage.log(absl::StrCat(relative.string(), ".log")).string()});
  if (!process.ok()) return process.status();
  far_end.process_ = *std::move(process);
  return far_end;
}

absl::StatusOr<std::string> FarEnd::command(const std::string& command, const std::string& parameters) {
  auto outcome = run({.argv = beside_ + std::vector<std::string>{"python3", directory_ + "/control.py", address_,
                                                                 std::string(command), std::string(parameters)}});
  if (!outcome.ok()) return outcome.status();
  if (outcome->exit_code != 0)
    return absl::UnavailableError(absl::StrCat("baresip refused ", command, ": ", outcome->output));
  return outcome->output;
}

absl::StatusOr<std::string> FarEnd::recording() const {
  std::error_code error;
  std::string newest;
  fs::file_time_type at{};
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    if (!entry.path().filename().string().ends_with("-dec.wav")) continue;
    const auto written = fs::last_write_time(entry.path(), error);
    if (newest.empty() || written > at) {
      newest = entry.path().string();
      at = written;
    }
  }
  if (newest.empty()) return absl::NotFoundError("the far end has recorded nothing yet");
  return newest;
}

}  // namespace phone::rig

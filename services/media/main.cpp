// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <sys/prctl.h>
#include <unistd.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/flash/state_file.hpp"
#include "common/flash/state_writer.hpp"
#include "common/log/log.hpp"
#include "common/mesh/process/service.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "common/metrics/metrics.hpp"
#include "services/media/convert_rpc.hpp"
#include "services/media/device/device_patient.hpp"
#include "services/media/media_rpc.hpp"
#include "services/media/policy_rpc.hpp"
#include "services/media/rtp/srtp.hpp"
#include "services/media/rtp/udp_strays.hpp"
#include "services/media/sandbox.hpp"
#include "services/media/stream_driver.hpp"

namespace phone::media {
namespace {

class SupervisorDescriptorStore final : public DescriptorStore {
 public:
  void keep(const std::string& name, int fd) override { mesh::sd_store_fd(name, fd).IgnoreError(); }
  void forget(const std::string& name) override { mesh::sd_remove_fd(name).IgnoreError(); }
};

// All three parts of a stream or none: what is incomplete is closed and forgotten.
std::vector<InheritedStream> take_inherited(DescriptorStore& descriptor_store) {
  std::vector<InheritedStream> all;
  for (size_t slot = 0; slot < kMaxStreams; ++slot) {
    auto rtp = mesh::inherited_fds(absl::StrCat("rtp.", slot));
    auto rtcp = mesh::inherited_fds(absl::StrCat("rtcp.", slot));
    auto record = mesh::inherited_fds(absl::StrCat("record.", slot));
    if (rtp.size() == 1 && rtcp.size() == 1 && record.size() == 1) {
      all.push_back({.slot = slot, .rtp = rtp[0].release(), .rtcp = rtcp[0].release(), .record = record[0].release()});
    } else if (!rtp.empty() || !rtcp.empty() || !record.empty()) {
      for (const char* what : {"rtp", "rtcp", "record"}) descriptor_store.forget(absl::StrCat(what, ".", slot));
    }
  }
  return all;
}

constexpr absl::Duration kDevicePause = absl::Seconds(2);
constexpr size_t kMostSoundOctets = 256;
constexpr char kSoundFile[] = "sound";

std::string new_incarnation() {
  std::random_device random;
  return absl::StrFormat("%08x%08x", random(), random());
}

class MediaService final : public mesh::Service {
 public:
  std::string_view name() const override { return "media"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--device", device_options_.device, "null, file or alsa:NAME");
    app.add_option("--capture", device_options_.capture,
                   "WAV file played in a loop as the microphone of --device file");
    app.add_option("--playback", device_options_.playback, "WAV file that records what --device file plays");
  }

  // NSS behind libsrtp2 loads modules and tests its ciphers, some 50 ms.
  absl::Status load() override { return start_srtp(); }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    prctl(PR_SET_DUMPABLE, 0);  // no core file and no ptrace may show a key
    inherited_ = take_inherited(descriptor_store_);
    return absl::OkStatus();
  }

  absl::Status sandbox() override {
    if (auto confined = confine_files(paths_, device_options_); !confined.ok()) return confined;
    auto device = open_device(device_options_);
    if (device.ok()) {
      device_ = *std::move(device);
      return confine_calls(paths_, device_options_);
    }
    if (!absl::IsUnavailable(device.status()) || !is_sound_card(device_options_)) return device.status();
    auto patient = std::make_unique<PatientDevice>(device_options_.device, device.status(),
                                                   [options = device_options_] { return open_device(options); });
    absent_ = patient.get();
    device_ = std::move(patient);
    return confine_calls(paths_, device_options_);
  }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop& loop) override {
    publisher_.incarnation = new_incarnation();
    udp_strays();
    metrics::sample(metrics::Sort::kRefusal, "udp_stray", "UDP packets to a port without a stream", udp_strays);
    engine_ = std::make_unique<Engine>(*device_, [this] { caf::anon_send(actor_, StreamsChanged{}); });
    driver_ = std::make_unique<StreamDriver>(*engine_, descriptor_store_);
    manager_ = std::make_shared<StreamManager>(*driver_);
    restore_sound();
    for (const InheritedStream& inherited : inherited_) adopt(inherited);
    actor_ = spawn_media(
        system, manager_,
        {.publish = [this](const Report& report) { publisher_.facts.set(to_proto(report, publisher_.incarnation)); },
         .event =
             [this](const MediaEvent& event) {
               if (const auto* sound = std::get_if<SoundSettingsChanged>(&event)) keep(sound->settings);
               add(event, publisher_.event_log);
             }});
    engine_->start(loop);
    if (absent_ != nullptr) wait_for_device();
    serve_media(system, router, actor_, publisher_);
    policy_ = watch_policy(paths_, [actor = actor_](const MediaPolicy& policy) { caf::anon_send(actor, policy); });
    log::info("media is ready", {{"device", device_->name()}, {"streams_taken_back", inherited_.size()}});
    return absl::OkStatus();
  }

  bool hands_over() const override { return true; }
  mesh::EventLog* event_log() override { return &publisher_.event_log; }

  void stop() override {
    policy_.reset();
    if (absent_ != nullptr) absent_->give_up();
    engine_->stop();
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
  }

 private:
  void wait_for_device() {
    publisher_.event_log.add("media.device_absent", mesh::Severity::kError,
                             absl::StrCat("calls continue without audio: ", absent_->name()));
    absent_->look_for_it(kDevicePause, [this] {
      publisher_.event_log.add("media.device_back", mesh::Severity::kInfo,
                               absl::StrCat("sound device ", device_->name()));
      caf::anon_send(actor_, StreamsChanged{});
    });
  }

  std::filesystem::path sound_file() const { return paths_.state_dir / kSoundFile; }

  void restore_sound() {
    if (paths_.state_dir.empty()) return;
    const auto text = flash::read_state(sound_file(), kMostSoundOctets);
    const auto settings = text ? read_settings(*text) : std::nullopt;
    if (settings) manager_->restore(*settings);
  }

  void keep(const SoundSettings& settings) {
    if (paths_.state_dir.empty()) return;
    if (!state_writer_) {
      state_writer_ = std::make_unique<flash::StateWriter>(
          paths_.state_dir,
          flash::StateWriter::Settings{.told = [this](const std::string&, const absl::Status& status) {
            publisher_.event_log.add(
                "flash.room", status.ok() ? mesh::Severity::kInfo : mesh::Severity::kWarning,
                status.ok() ? "The volumes are saved now"
                            : absl::StrCat("The volumes could not be saved, and are tried again: ", status.message()));
          }});
    }
    state_writer_->put(kSoundFile, write_settings(settings));
  }

  void adopt(const InheritedStream& inherited) {
    if (const absl::Status status = manager_->adopt(inherited); !status.ok()) {
      publisher_.event_log.add("media.stream_lost", mesh::Severity::kWarning,
                               absl::StrCat("a stream from before the restart was lost: ", status.message()));
    } else {
      publisher_.event_log.add("media.stream_taken_back", mesh::Severity::kInfo,
                               "a stream from before the restart waits for its keys");
    }
  }

  mesh::Paths paths_;
  DeviceOptions device_options_;
  SupervisorDescriptorStore descriptor_store_;
  std::vector<InheritedStream> inherited_;
  std::unique_ptr<Device> device_;
  PatientDevice* absent_ = nullptr;  // device_, if the sound card was absent at the start
  MediaPublisher publisher_;
  std::unique_ptr<flash::StateWriter> state_writer_;  // from the first change on
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<StreamDriver> driver_;
  std::shared_ptr<StreamManager> manager_;
  MediaActor actor_;
  std::unique_ptr<PolicyWatch> policy_;
};

}  // namespace
}  // namespace phone::media

int main(int argc, char** argv) {
  phone::media::MediaService service;
  return phone::mesh::run(service, argc, argv);
}

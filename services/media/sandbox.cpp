// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/sandbox.hpp"

#include <cstdlib>

#include "common/sandbox/sandbox.hpp"

namespace phone::media {

namespace {

std::filesystem::path own_alsa_settings() {
  const char* path = getenv("ALSA_CONFIG_PATH");
  return path == nullptr || *path == '\0' ? "/etc/asound.conf" : path;
}

sandbox::Sandbox rules(const mesh::Paths& paths, const DeviceOptions& device) {
  return sandbox::service("media", paths.roles)
      .keeps_state(paths.state_dir, "the volumes and the ringer; benches let the file device record there")
      .writes(device.playback.parent_path(), "what the file device plays")
      .reads(device.capture, "what the file device captures")
      .drives("/dev/snd", "the sound card")
      .drives("/dev/full", "ALSA's null device")
      .reads("/proc/asound", "ALSA's list of cards")
      .reads("/etc/alsa", "ALSA's settings")
      .reads("/etc/asound.conf", "ALSA's settings")
      .reads(own_alsa_settings(), "ALSA's settings if the unit names another file")
      .reads("/usr/share/alsa", "ALSA's settings")
      .reads("/usr/lib", "ALSA's plugins, loaded before the calls are confined")
      .talks_udp("RTP and RTCP")
      .sets_priority("media runs in real time, keys are locked in memory");
}

}  // namespace

absl::Status confine_files(const mesh::Paths& paths, const DeviceOptions& device) {
  return rules(paths, device).confine_files();
}
absl::Status confine_calls(const mesh::Paths& paths, const DeviceOptions& device) {
  return rules(paths, device).confine_calls();
}

}  // namespace phone::media

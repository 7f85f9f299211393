// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/rig/far_end.hpp"
#include "tools/rig/phone.hpp"

namespace phone::rig {

// The lab call manager beside a phone, and the DHCP server that points to it (option 150).
class Lab {
 public:
  static constexpr const char* kAddress = "10.77.0.1";
  static constexpr const char* kAddress6 = "fd77::1";  // in its certificates; the cable has it after join_six()
  static constexpr const char* kFarEnd = "1002";

  // Makes the lab's certificates and gives the phone its MIC, as a factory would. Once per stage.
  static absl::Status manufacture(const Stage& stage, const std::string& device);
  // Wav files for the phone's microphone (put where its unit sees it) and for the far end.
  struct Tones {
    std::string ours;
    std::string far;
  };
  static absl::StatusOr<Tones> make_tones(const Stage& stage, int our_hertz, int far_hertz,
                                          absl::Duration length = absl::Minutes(1));
  // Another far end's wav file: each has one of its own, which stays where it is for the next call.
  static absl::StatusOr<std::string> make_far_tone(const Stage& stage, int hertz, absl::Duration length,
                                                   const std::string& name);
  // Starts serving. `arguments` go to `phone-lab serve` as they are.
  static absl::StatusOr<std::unique_ptr<Lab>> serve(const Stage& stage, const Phone& phone, const std::string& device,
                                                    std::vector<std::string> arguments = {},
                                                    const std::string& bind = kAddress);

  // From now on the DHCP server knows nothing of the leases it gave and gives addresses of another range, "10.77.0.70"
  // to "10.77.0.80" say; `options` are dnsmasq's.
  absl::Status give_addresses(const Stage& stage, const Phone& phone, const std::string& first, const std::string& last,
                              const std::vector<std::string>& options = {});
  // Gives both ends of the cable an address of IPv6: kAddress6, and fd77::50 for the phone.
  static absl::Status join_six(const Phone& phone);
  // Leaves the lab's end of the cable with IPv6 alone: kAddress6. What the phone's end has is the network's to give.
  static absl::Status give_six(const Phone& phone);
  // What the lab does wrong from now on, one "target=kind" a line (phone-lab's table of faults); "" for nothing.
  static absl::Status misbehave(const Stage& stage, const std::string& faults);
  // What the lab's call manager tells the phone next, in the words of phone-lab's README ("notify service-control
  // action=reset").
  static absl::Status order(const Stage& stage, const std::string& line);
  // How a far-end phone with a certificate of this lab is started.
  FarEndOptions far_end(const Stage& stage, const std::string& number, const std::string& tone) const;
  // All events so far, oldest first, as the lab wrote them.
  std::vector<nlohmann::json> events() const;
  // The first event after `skip` earlier ones for which `wanted` holds.
  absl::StatusOr<nlohmann::json> wait_for(std::function<bool(const nlohmann::json&)> wanted, absl::Duration timeout,
                                          size_t skip = 0) const;
  Process& process() { return serving_; }

 private:
  Process dhcp_;
  Process serving_;
  std::string events_;
};

}  // namespace phone::rig

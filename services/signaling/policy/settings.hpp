// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/secret.hpp"
#include "common/settings/lock.hpp"
#include "common/tls/policy.hpp"
#include "services/signaling/sip/time.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

struct Alarm {
  uint64_t number = 0;  // grows with each alarm
  uint32_t code = 0;
  std::string ctl_signature, ctl_server, itl_signature, itl_server;
  bool operator==(const Alarm&) const = default;
};

enum class AutoAnswer : uint8_t { kOff, kSpeaker, kHeadset };

// A line of the phone; they are counted from 1, as people see them.
struct LineSettings {
  std::string directory_number, display_name, label;
  std::string contact;  // user part of its Contact; empty: the phone's own
  std::string auth_name;
  crypto::Secret auth_password;
  size_t max_calls = 0, busy_trigger = 0;  // 0: none (policy.proto)
  AutoAnswer auto_answer = AutoAnswer::kOff;
  bool keeps_missed_calls = true;
  bool shared = false;  // other devices have it too
};

struct SpeedDial {
  std::string label, number;
  bool watched = false;  // its state is shown (BLF)
  bool pickup = false;   // a call that rings there may be picked up
  bool park_slot = false;
  std::string retrieval_prefix;  // of a park slot
};

// User parts of URIs that ask for a feature (cucm-calls.md 2.7).
struct FeatureUris {
  std::string forward_all = "x-cisco-serviceuri-cfwdall";
  std::string pickup = "x-cisco-serviceuri-pickup";
  std::string other_pickup = "x-cisco-serviceuri-opickup";
  std::string group_pickup = "x-cisco-serviceuri-gpickup";
  std::string number_pickup = "x-cisco-serviceuri-blfpickup";
  std::string meet_me = "x-cisco-serviceuri-meetme";
  std::string directed_park = "x-cisco-serviceuri-dpark";
};

// Where the token of SIP OAuth comes from; without a host nowhere.
struct OAuthServer {
  std::string host;
  uint16_t port = 443;
  std::string path;
  bool operator==(const OAuthServer&) const = default;
};

// The part of the effective policy that signaling follows, with the secrets that only signaling gets.
struct Settings {
  bool complete = false;            // nothing is registered before
  uint64_t version = 0;             // of the policy
  std::string configuration_stamp;  // versionStamp of the configuration that it was made of
  std::string device_name;
  std::vector<Target> targets;
  bool sip_oauth = false;
  OAuthServer oauth_server;
  std::string directory_number;
  std::string auth_name;
  crypto::Secret auth_password;
  std::chrono::seconds expires{3600};
  std::chrono::seconds connection_monitor{120};
  std::chrono::seconds keepalive{120};           // of a standby server
  std::chrono::seconds invite_expires{180};      // how long an INVITE of ours rings
  std::chrono::seconds subscribe_expires{3600};  // what a SUBSCRIBE asks for
  Milliseconds t1{500}, t2{4000};
  uint32_t retransmissions = 10, invite_retransmissions = 6;  // over UDP, at most
  std::vector<std::string> codecs;
  std::vector<std::string> suites;
  uint32_t dscp_media = 46;
  uint32_t dscp_signaling = 24;
  std::array<uint32_t, 5> dscp_precedence{45, 44, 41, 42, 42};  // of sound, from priority upwards
  std::string mlpp_domain;                                      // empty: calls have no precedence
  bool mlpp_indication = false, mlpp_preemption = false;
  bool executive_override_preemptable = false;  // for another call of the same precedence
  tls::Policy tls;
  bool fips = false;  // as in `tls`: digests follow it too
  bool protected_device = false;
  bool secure_indication_tone = false;  // of a protected device
  bool encrypted_media = true;          // deviceSecurityMode 3
  bool fallback_allowed = false;
  bool problem_reports = false;  // the configuration names a receiver of them
  bool forks_allowed = false;    // copies of a call's sound for the call manager (cucm-calls.md 2.10)
  std::vector<Alarm> alarms;     // the latest, oldest first
  // All lines; the first is the one that registers for all.
  std::vector<LineSettings> lines;
  std::vector<SpeedDial> speed_dials;
  FeatureUris feature_uris;
  std::vector<std::string> emergency_numbers;
  std::string time_zone;
  std::string date_template;
  uint32_t kpml = 0;                // bit 0 while dialling, bit 1 in a call
  Milliseconds inter_digit{15000};  // after the last key the number is complete
  Milliseconds off_hook{15000};     // how long the dial tone waits for a number
  std::chrono::seconds auto_answer_after{1};
  std::chrono::seconds hold_reversion{0};  // 0: never
  std::chrono::seconds hold_reversion_interval{30};
  bool call_statistics = false;  // in a BYE (callStats)
  settings::Lock lock = settings::Lock::kOpen;
};

}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/rig/phone.hpp"

namespace phone::bench {

inline constexpr const char* kServices[] = {
    "trust_store", "certificate_manager", "policy", "network_access", "signaling", "media", "gateway"};
// Run on demand.
inline constexpr const char* kOnDemand[] = {"enrolment", "download", "url_services"};
// Not ours, driven by network_access.
inline constexpr const char* kDriven[] = {"lldp", "supplicant"};

// The pid, as we see it, of a service of the phone, whose own pid namespace knows it by another number; 0: none.
long pid_outside(rig::Phone& phone, const std::string& service);
// That one, and the processes it has made.
std::vector<long> pids_outside(rig::Phone& phone, const std::string& service);
// Shared pages count in parts: PSS grows when another process that shares them ends.
double pss_megabytes(long pid);
// Pages that only this process has written: these grow with a leak.
double own_megabytes(long pid);
// Voluntary context switches of all threads: each is one sleep that ended.
long wake_ups(long pid);
// Processor time of all its threads since they began.
double processor_milliseconds(long pid);
long open_descriptors(long pid);

}  // namespace phone::bench

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/report/archive.hpp"
#include "phone/gateway/v1/gateway.pb.h"
#include "phone/mesh/v1/events.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "phone/trust/v1/trust_store.pb.h"

// What a problem report says. It leaves the phone, so each part names what it takes; what is new in a status is not in
// a report until somebody has decided that it may be.
namespace phone::gateway {

inline constexpr std::size_t kMostReportFile = std::size_t{256} << 10;  // of each file, before it is packed
inline constexpr std::size_t kMostReportArchive = std::size_t{512} << 10;

struct ReportParts {
  std::string reason;  // what the user, or the call manager, says
  std::string load;    // "phonemesh-0.1.0"
  std::string system;  // the kernel
  absl::Time time;
  phone::gateway::v1::PhoneStatus status;
  phone::policy::v1::ListSettingsReply settings;
  phone::trust::v1::ListDecisionsReply decisions;
  std::vector<phone::mesh::v1::Event> events;  // oldest first
};

// about.txt, status.json, settings.json, decisions.json, events.json (one object a line, newest last). Without secrets,
// and without the numbers and names of lines, calls, speed dials and the call history.
std::vector<ReportFile> report_files(const ReportParts& parts);

}  // namespace phone::gateway

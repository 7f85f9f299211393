// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/mesh/process/paths.hpp"
#include "phone/mesh/v1/events.pb.h"

namespace phone::policy {

// Follows the events of every service that owns something worth auditing, one thread each, for as long as it lives. An
// event is attributed to the service whose socket it came over, whatever name it carries.
class AuditWatcher {
 public:
  AuditWatcher(const mesh::Paths& paths, std::function<void(const mesh::v1::Event&)> audited);
  ~AuditWatcher();
  void stop();

  struct Stream;

 private:
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace phone::policy

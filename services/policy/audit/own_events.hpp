// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>

#include "common/mesh/call/event_log.hpp"

namespace phone::policy {

// Hands on every audit event of this process as it is added, those of the mesh included, for as long as it lives.
class OwnAuditEvents {
 public:
  // `audited` is called on the thread that adds the event, and adds none itself.
  OwnAuditEvents(const mesh::EventLog& event_log, std::function<void(const mesh::v1::Event&)> audited);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace phone::policy

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/settings.hpp"
#include "common/mesh/server/router.hpp"
#include "phone/policy/v1/policy.pb.h"

namespace phone::policy {

// The administrator's web pages, which another process serves (phone-web-admin): tells it what the policy wants, and
// others what it says that it does. What it said counts only while it watches. From any thread.
class WebAccessKeeper {
 public:
  using Tell = std::function<void(std::string kind, mesh::Severity, std::string text, bool audit,
                                  std::map<std::string, std::string> detail)>;

  explicit WebAccessKeeper(Tell tell);
  // Nothing is told any more; streams may outlive this.
  ~WebAccessKeeper();
  WebAccessKeeper(const WebAccessKeeper&) = delete;
  WebAccessKeeper& operator=(const WebAccessKeeper&) = delete;

  void apply(const v1::EffectivePolicy& policy);
  // Whoever came in by the password before is not let stay.
  void password_changed();
  void serve(mesh::Router& router);
  // vendorConfig/webAccess as it is in force.
  void put_setting(mesh::SettingsInForce* to) const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace phone::policy

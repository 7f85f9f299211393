// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/policy/v1/policy.pb.h"
#include "services/policy/configuration/audit_collector.hpp"

namespace phone::policy {

void put(const AuditCollector& from, v1::AuditCollector& to);
AuditCollector take(const v1::AuditCollector& from);

}  // namespace phone::policy

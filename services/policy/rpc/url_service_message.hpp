// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/policy/v1/policy.pb.h"
#include "services/policy/configuration/configuration.hpp"

// The servers that the configuration names by a URL, to the message and back.
namespace phone::policy {

void put_url_services(const Configuration& from, v1::EffectivePolicy& to);
void take_url_services(const v1::EffectivePolicy& from, Configuration& to);

// As they are in force: a URL that is not used is off, with the reason.
void show_url_services(const UrlService& contacts, const UrlService& reports, v1::ProvisioningStatus& to);

}  // namespace phone::policy

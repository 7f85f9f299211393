// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// actor_error.hpp -- absl::Status <-> caf::error, the one conversion.
#pragma once

#include <absl/status/status.h>

#include <caf/error.hpp>

namespace phone::mesh {

// An actor answers a failure with this.
caf::error to_error(const absl::Status& status);
// Errors of CAF itself: time-out DEADLINE_EXCEEDED, dead or dying actor UNAVAILABLE, unknown message UNIMPLEMENTED,
// anything else INTERNAL.
absl::Status to_status(const caf::error& error);

}  // namespace phone::mesh

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "gateway/status/facts.hpp"

namespace phone::gateway {

struct Peers;

// Asks by RPC. `peers` outlives every question.
Ask ask_by_rpc(const Peers& peers);

}  // namespace phone::gateway

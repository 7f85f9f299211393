// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A release: the cluster in force frees one of its phones, so that it may accept the lists of another. The format is
// ours (decisions/2026-11-25-release.md).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust {

inline constexpr std::size_t kLargestRelease = 64 * 1024;

// The name it is asked for and signed under: "SEP0A1B2C3D4E5F.release.sgn".
std::string release_name(std::string_view device);

// The body that a signer signs: which phone, and which lists it holds ("" for none). Both ends write it by this.
std::string release_body(std::string_view device, std::string_view ctl, std::string_view itl);

// Trusted when it carries this phone's name, is signed by a SAST of a list in force and names exactly the lists in
// force. TVS is not asked: only a signer on a list may end trust in it.
Verdict judge_release(std::string_view device, std::string_view file, const TrustLists& lists, KeyPolicy policy);

}  // namespace phone::trust

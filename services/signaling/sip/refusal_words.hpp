// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Why the other end refused something, in its own words: the reason phrase of a response, then what Warning
// and Reason say beyond it, each once, with the call manager's phrase codes spelled out. Clean and bounded.
// "403 Forbidden (Does not meet Security Level, call rejected)".
std::string refusal_words(const Message& response);

}  // namespace phone::signaling

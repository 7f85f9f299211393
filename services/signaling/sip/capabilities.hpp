// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/sip/message.hpp"

// What this phone serves, in one place: what is announced, and what is judged by it.
namespace phone::signaling {

bool serves_method(std::string_view method);
// Known to the registry, not served by this phone: 405 rather than 501.
bool knows_method(std::string_view method);
// Whether a request may require this option-tag (RFC 3261 section 8.2.2.3).
bool serves_option(std::string_view option);

// "INVITE, ACK, ..." as sent in Allow.
std::string_view allowed_methods();
// As sent in Supported: option-tags of RFCs, and the words of CUCM's own dialect.
std::string supported_list();
// As sent in Accept: media types of bodies that are read.
std::string_view accepted_types();

// Event packages whose SUBSCRIBE or NOTIFY is served.
enum class EventPackage : uint8_t {
  kRefer,           // RFC 3515: the outcome of a REFER of ours
  kKpml,            // RFC 4730: subscribers are told the keys that are pressed
  kServiceControl,  // cucm-calls.md 5: the call manager orders, without a subscription
  kMessageSummary,  // RFC 3842: what the mailbox of a line holds, likewise
  kDialog,          // RFC 4235: calls of other devices that have a line of this one
  kPresence,        // RFC 3856: the state of watched numbers
};
// Of the Event header field; nothing for a package that is not served, and without the field.
std::optional<EventPackage> event_package(const Message& request);
// Whether a SUBSCRIBE for it may be served.
bool serves_subscription(std::optional<EventPackage> package);
// As sent in Allow-Events; keys are served only where the configuration says so (cucm-calls.md 3.2).
std::string allowed_events(bool kpml);

// 489 (RFC 6665 section 8.3.2).
Message bad_event(const Message& request, std::string_view to_tag, bool kpml);
// INFO packages that are read (RFC 6086); their names in Recv-Info, one a field (cucm-calls.md 7).
bool receives_info_package(std::string_view package);
void add_receive_info(Message& message);
// Allow, Accept, Supported and Allow-Events, as the answer to OPTIONS names them (RFC 3261 section 11.2).
void add_capabilities(Message& response, bool kpml);

}  // namespace phone::signaling

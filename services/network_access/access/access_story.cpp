// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_story.hpp"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/link/mac.hpp"

namespace phone::network {
namespace {

struct Said {
  Party by = Party::kPhone;
  std::string what;
};

// EAP types (IANA).
std::string method_text(unsigned method) {
  switch (method) {
    case 4:
      return "EAP-MD5";
    case 6:
      return "EAP-GTC";
    case 13:
      return "EAP-TLS";
    case 21:
      return "EAP-TTLS";
    case 25:
      return "PEAP";
    case 26:
      return "EAP-MSCHAPv2";
    case 43:
      return "EAP-FAST";
    case 55:
      return "TEAP";
    default:
      return absl::StrCat("EAP method ", method);
  }
}

template <class Event>
std::optional<Said> step_of(const Event&) {
  return std::nullopt;
}
std::optional<Said> step_of(const supplicant::EapStarted&) { return Said{Party::kSwitch, "asked who the phone is"}; }
std::optional<Said> step_of(const supplicant::MethodProposed& proposed) {
  return Said{Party::kServer, absl::StrCat("offered ", method_text(proposed.method),
                                           proposed.refused ? ", which the profile does not allow" : "")};
}
std::optional<Said> step_of(const supplicant::MethodSelected& selected) {
  return Said{Party::kPhone, absl::StrCat("chose ", method_text(selected.method))};
}
std::optional<Said> step_of(const supplicant::PeerCertificateShown& shown) {
  if (shown.depth != 0) return std::nullopt;
  return Said{Party::kServer, absl::StrCat("showed the certificate ", shown.subject)};
}
std::optional<Said> step_of(const supplicant::PeerCertificateRefused& refused) {
  return Said{Party::kPhone, absl::StrCat("refused the certificate ", refused.subject, ": ", refused.reason)};
}
std::optional<Said> step_of(const supplicant::PasswordRefused& refused) {
  return Said{Party::kServer, absl::StrCat("refused the password, error ", refused.error)};
}
std::optional<Said> step_of(const supplicant::MethodSetupFailed&) {
  return Said{Party::kPhone, "could not set up the method"};
}
std::optional<Said> step_of(const supplicant::TlsAlertReceived& alert) {
  return Said{Party::kServer, absl::StrCat("sent the TLS alert: ", alert.description)};
}
std::optional<Said> step_of(const supplicant::SuccessFrameSeen&) { return Said{Party::kSwitch, "sent EAP-Success"}; }
std::optional<Said> step_of(const supplicant::FailureFrameSeen&) { return Said{Party::kSwitch, "sent EAP-Failure"}; }
std::optional<Said> step_of(const supplicant::Associated& associated) {
  // On a wire the supplicant names the group address of the switch.
  if (associated.address.empty() || associated.address == text_of(kPaeGroup)) return std::nullopt;
  return Said{Party::kSwitch, absl::StrCat("associated the phone with ", associated.address)};
}
std::optional<Said> step_of(const supplicant::Disconnected& disconnected) {
  return Said{Party::kSwitch, absl::StrCat("ended the connection, reason ", disconnected.reason)};
}

}  // namespace

void AccessStory::begin(const Attempt& attempt, absl::Time now) {
  if (!attempt.eap) return add({now, Party::kPhone, "looks for the network"});
  add({now, Party::kPhone,
       absl::StrCat("asks to be let in by ", attempt.method, attempt.identity.empty() ? "" : " as ", attempt.identity,
                    attempt.own.empty() ? "" : " with the ", attempt.own)});
}

void AccessStory::take(const SupplicantEvent& event, absl::Time now) {
  auto said = std::visit([](const auto& one) { return step_of(one); }, event);
  if (!said) return;
  if (!steps_.empty() && steps_.back().by == said->by && steps_.back().what == said->what) return;
  add({now, said->by, std::move(said->what)});
}

void AccessStory::add(AccessStep step) {
  if (steps_.size() >= kMost) steps_.erase(steps_.begin());
  steps_.push_back(std::move(step));
}

}  // namespace phone::network

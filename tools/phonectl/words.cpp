// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/words.hpp"

#include <absl/strings/str_cat.h>

namespace phone::phonectl {

using namespace phone::certificates::v1;
using namespace phone::network::v1;
using namespace phone::policy::v1;
using namespace phone::signaling::v1;
using namespace phone::trust::v1;

std::string word(Stage stage) {
  switch (stage) {
    case STAGE_UNSPECIFIED:
      return "unknown";
    case STAGE_DEFAULT:
      return "not provisioned";
    case STAGE_PROVISIONING:
      return "provisioning";
    case STAGE_COMPLETE:
      return "complete";
    default:
      return absl::StrCat("stage ", static_cast<int>(stage));
  }
}

std::string word(AccessState state) {
  switch (state) {
    case ACCESS_STATE_UNSPECIFIED:
      return "unknown";
    case ACCESS_STATE_DISABLED:
      return "disabled";
    case ACCESS_STATE_DISCONNECTED:
      return "disconnected";
    case ACCESS_STATE_CONNECTING:
      return "connecting";
    case ACCESS_STATE_ACQUIRED:
      return "acquired";
    case ACCESS_STATE_AUTHENTICATING:
      return "authenticating";
    case ACCESS_STATE_AUTHENTICATED:
      return "authenticated";
    case ACCESS_STATE_HELD:
      return "held";
    case ACCESS_STATE_LOGOFF:
      return "logoff";
    case ACCESS_STATE_UNPROVEN:
      return "let in without authentication";
    default:
      return absl::StrCat("state ", static_cast<int>(state));
  }
}

std::string word(AccessParty party) {
  switch (party) {
    case ACCESS_PARTY_PHONE:
      return "phone";
    case ACCESS_PARTY_SWITCH:
      return "switch";
    case ACCESS_PARTY_SERVER:
      return "server";
    default:
      return absl::StrCat("party ", static_cast<int>(party));
  }
}

std::string word(FileState state) {
  switch (state) {
    case FILE_STATE_UNSPECIFIED:
      return "unknown";
    case FILE_STATE_ABSENT:
      return "absent";
    case FILE_STATE_ACCEPTED:
      return "accepted";
    case FILE_STATE_REFUSED:
      return "refused";
    case FILE_STATE_UNREACHABLE:
      return "unreachable";
    case FILE_STATE_UNCHANGED:
      return "unchanged";
    default:
      return absl::StrCat("state ", static_cast<int>(state));
  }
}

std::string word(RegistrationState state) {
  switch (state) {
    case REGISTRATION_STATE_UNSPECIFIED:
      return "unknown";
    case REGISTRATION_STATE_DOWN:
      return "down";
    case REGISTRATION_STATE_CONNECTING:
      return "connecting";
    case REGISTRATION_STATE_REGISTERING:
      return "registering";
    case REGISTRATION_STATE_REGISTERED:
      return "registered";
    case REGISTRATION_STATE_STANDBY:
      return "standby";
    case REGISTRATION_STATE_REFUSED:
      return "refused";
    default:
      return absl::StrCat("state ", static_cast<int>(state));
  }
}

bool is_idle_srst(const Registration& registration) {
  return registration.srst() && registration.state() == REGISTRATION_STATE_DOWN && registration.reason().empty();
}

std::string registration_word(const Registration& registration) {
  return is_idle_srst(registration) ? "standby, connected only when no call manager answers"
                                    : word(registration.state());
}

std::string word(CallState state) {
  switch (state) {
    case CALL_STATE_UNSPECIFIED:
      return "unknown";
    case CALL_STATE_DIALING:
      return "dialing";
    case CALL_STATE_RINGING_OUT:
      return "ringing at the far end";
    case CALL_STATE_RINGING_IN:
      return "ringing";
    case CALL_STATE_ESTABLISHED:
      return "established";
    case CALL_STATE_ENDED:
      return "ended";
    case CALL_STATE_PRESERVED:
      return "preserved";
    default:
      return absl::StrCat("state ", static_cast<int>(state));
  }
}

std::string word(HistoryKind kind) {
  switch (kind) {
    case HISTORY_KIND_UNSPECIFIED:
      return "unknown";
    case HISTORY_KIND_MISSED:
      return "missed";
    case HISTORY_KIND_RECEIVED:
      return "received";
    case HISTORY_KIND_PLACED:
      return "placed";
    default:
      return absl::StrCat("kind ", static_cast<int>(kind));
  }
}

std::string word(SecurityLevel level) {
  switch (level) {
    case SECURITY_LEVEL_UNKNOWN:
      return "unknown";
    case SECURITY_LEVEL_NOT_AUTHENTICATED:
      return "not secure";
    case SECURITY_LEVEL_AUTHENTICATED:
      return "authenticated";
    case SECURITY_LEVEL_ENCRYPTED:
      return "encrypted";
    default:
      return absl::StrCat("level ", static_cast<int>(level));
  }
}

std::string word(Icon icon) {
  switch (icon) {
    case ICON_NONE:
      return "no icon";
    case ICON_SHIELD:
      return "shield";
    case ICON_LOCK:
      return "lock";
    default:
      return absl::StrCat("icon ", static_cast<int>(icon));
  }
}

std::string word(CertificateKind kind) {
  switch (kind) {
    case CERTIFICATE_KIND_UNSPECIFIED:
      return "unknown";
    case CERTIFICATE_KIND_MIC:
      return "MIC";
    case CERTIFICATE_KIND_LSC:
      return "LSC";
    case CERTIFICATE_KIND_USER:
      return "user";
    default:
      return absl::StrCat("kind ", static_cast<int>(kind));
  }
}

std::string word(EnrolmentPhase phase) {
  switch (phase) {
    case ENROLMENT_PHASE_UNSPECIFIED:
      return "none";
    case ENROLMENT_PHASE_CONNECTING:
      return "connecting";
    case ENROLMENT_PHASE_AUTHENTICATING:
      return "authenticating";
    case ENROLMENT_PHASE_GENERATING_KEY:
      return "generating a key";
    case ENROLMENT_PHASE_AWAITING_CERTIFICATE:
      return "awaiting the certificate";
    case ENROLMENT_PHASE_INSTALLED:
      return "installed";
    case ENROLMENT_PHASE_NOTHING_TO_DO:
      return "nothing to do";
    case ENROLMENT_PHASE_DELETED:
      return "deleted";
    case ENROLMENT_PHASE_FAILED:
      return "failed";
    case ENROLMENT_PHASE_AWAITING_APPROVAL:
      return "waiting for approval";
    case ENROLMENT_PHASE_FETCHED:
      return "fetched";
    default:
      return absl::StrCat("phase ", static_cast<int>(phase));
  }
}

std::string enrolment_reason(const EnrolmentReport& report) {
  const std::string prefix = report.server() + ": ";
  return report.reason().starts_with(prefix) ? report.reason().substr(prefix.size()) : report.reason();
}

std::string word(phone::signaling::v1::Precedence precedence) {
  using namespace phone::signaling::v1;
  switch (precedence) {
    case PRECEDENCE_UNSPECIFIED:
      return "";
    case PRECEDENCE_ROUTINE:
      return "routine (1)";
    case PRECEDENCE_PRIORITY:
      return "priority (2)";
    case PRECEDENCE_IMMEDIATE:
      return "immediate (3)";
    case PRECEDENCE_FLASH:
      return "flash (4)";
    case PRECEDENCE_FLASH_OVERRIDE:
      return "flash override (5)";
    case PRECEDENCE_EXECUTIVE_OVERRIDE:
      return "executive override";
    default:
      return absl::StrCat("precedence ", static_cast<int>(precedence));
  }
}

phone::signaling::v1::Precedence precedence_of(std::string_view text) {
  using namespace phone::signaling::v1;
  static constexpr std::string_view kLevels[] = {"routine", "priority", "immediate", "flash", "flash-override"};
  for (int level = 1; level <= 5; ++level) {
    if (text == kLevels[level - 1] || text == std::to_string(level)) return static_cast<Precedence>(level);
  }
  return PRECEDENCE_UNSPECIFIED;
}

std::string word(TrustRole role) {
  switch (role) {
    case TRUST_ROLE_SAST:
      return "System Administrator Security Token";
    case TRUST_ROLE_CCM:
      return "call manager";
    case TRUST_ROLE_CCM_TFTP:
      return "call manager and TFTP";
    case TRUST_ROLE_TFTP:
      return "TFTP";
    case TRUST_ROLE_CAPF:
      return "CAPF";
    case TRUST_ROLE_APP_SERVER:
      return "application server";
    case TRUST_ROLE_TVS:
      return "TVS";
    case TRUST_ROLE_SRST:
      return "SRST router";
    default:
      return absl::StrCat("role ", static_cast<int>(role));
  }
}

}  // namespace phone::phonectl

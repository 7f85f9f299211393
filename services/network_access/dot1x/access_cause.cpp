// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/access_cause.hpp"

#include <algorithm>
#include <array>

namespace phone::network {
namespace {

struct Words {
  AccessCause cause;
  const char* sentence;
  const char* cure;
};

constexpr std::array<Words, 33> kWords = {{
    {AccessCause::kNone, "", ""},
    {AccessCause::kNoAnswer, "The switch does not respond to 802.1X",
     "None needed if this network has no 802.1X; otherwise enable it on the switch port"},
    {AccessCause::kProfileInvalid, "The 802.1X profile cannot be used",
     "Correct it with: phonectl network 802.1x (or wlan), or in the call manager's configuration"},
    {AccessCause::kNoCertificate, "The phone has no certificate for 802.1X",
     "Install an LSC (phonectl enrol), or select the MIC"},
    {AccessCause::kOwnExpired, "The phone's own certificate has expired",
     "Renew the LSC (phonectl enrol), or select the MIC"},
    {AccessCause::kOwnNotYetValid, "The phone's own certificate is not valid yet", "Correct the phone's clock"},
    {AccessCause::kServerUntrusted, "The RADIUS server's certificate is issued by a CA the phone does not trust",
     "Give the issuing CA with --authority: phonectl network 802.1x (or wlan)"},
    {AccessCause::kServerName, "The RADIUS server's certificate is for another name",
     "Correct --server, the name in the profile, or replace the RADIUS server's certificate"},
    {AccessCause::kServerExpired, "The RADIUS server's certificate has expired",
     "Renew the RADIUS server's certificate"},
    {AccessCause::kServerNotYetValid, "The RADIUS server's certificate is not valid yet",
     "Correct the phone's clock; if it is right, replace the RADIUS server's certificate"},
    {AccessCause::kServerOther, "The RADIUS server's certificate was refused",
     "Replace the RADIUS server's certificate"},
    {AccessCause::kTlsMismatch, "The RADIUS server and the phone have no TLS version or cipher suite in common",
     "Allow the phone's TLS version and cipher suites on the RADIUS server"},
    {AccessCause::kPassword, "The user name or password was refused", "Enter the user name and password again"},
    {AccessCause::kMethodForbidden, "The RADIUS server offers only EAP methods that the profile does not allow",
     "Allow the profile's EAP method on the RADIUS server, or choose another in the profile"},
    {AccessCause::kRefused, "The RADIUS server refused the phone",
     "Check on the RADIUS server that it knows the phone's identity and trusts the CA of its certificate"},
    {AccessCause::kServerSilent, "The switch or access point responds, but the RADIUS server behind it does not",
     "Check the RADIUS server and the connection to it"},
    {AccessCause::kSupplicantGone, "The supplicant is restarting", "None needed; it recovers by itself"},
    {AccessCause::kPacRenewed, "The server renewed the phone's access credential (PAC)",
     "None needed; the phone tries again by itself"},
    {AccessCause::kKeyUnavailable, "The private key of the phone's certificate cannot be used",
     "Restart the phone; if that does not help, renew its certificate"},
    {AccessCause::kNoAccessPoint, "No access point of this network is in range", "Check the SSID, or move the phone"},
    {AccessCause::kSecurityMismatch, "The access point's security does not match the profile",
     "Select in the profile what the access point offers, or change the access point"},
    {AccessCause::kWrongKey, "The network's key was refused", "Enter the key again"},
    {AccessCause::kNotAdmitted, "The access point refused the phone",
     "Check the access point's client limit, filters and security"},
    {AccessCause::kConnectionLost, "The connection to the access point was lost",
     "None needed; the phone looks for the network by itself"},
    {AccessCause::kPasswordCleared, "The stored Wi-Fi password has been cleared",
     "Correct the cause, then enter user name and password again"},
    {AccessCause::kOwnUntrusted, "The RADIUS server does not trust the CA of the phone's certificate",
     "Give the RADIUS server the CA that issued it, or select another certificate in the profile"},
    {AccessCause::kOwnExpiredThere, "The RADIUS server says that the phone's certificate has expired",
     "Renew the phone's certificate (phonectl enrol); if it is still valid, correct the RADIUS server's clock"},
    {AccessCause::kOwnRevoked, "The RADIUS server says that the phone's certificate is revoked",
     "Install a new certificate (phonectl enrol), or correct the CA's revocation list"},
    {AccessCause::kOwnUnusable, "The RADIUS server cannot use the phone's certificate",
     "Compare the certificate's key, signature and usages with what the RADIUS server asks of a client"},
    {AccessCause::kAuthorizationDenied,
     "The RADIUS server accepted the phone's certificate or password and then denied access",
     "Check the RADIUS server's authorization rules for the phone's identity"},
    {AccessCause::kUnproven, "The switch let the phone in without authentication",
     "Check the RADIUS server and the connection to it; a switch that cannot reach it may open a critical or "
     "restricted VLAN"},
    {AccessCause::kNotAsked, "The switch ended 802.1X without asking who the phone is",
     "None needed if the switch knows the phone by its MAC address (MAB); otherwise put 802.1X before MAB on its port"},
    {AccessCause::kAuthorityUnusable, "The CA that the phone has for the RADIUS server has expired",
     "Give the new CA: phonectl network 802.1x (or wlan) --authority FILE, or in the configuration"},
}};

const Words& words(AccessCause cause) {
  for (const Words& one : kWords) {
    if (one.cause == cause) return one;
  }
  return kWords.front();
}

}  // namespace

const char* sentence(AccessCause cause) { return words(cause).sentence; }
const char* cure(AccessCause cause) { return words(cause).cure; }

std::chrono::seconds retry_after(AccessCause cause, unsigned failures) {
  using std::chrono::seconds;
  constexpr seconds kRefusedPassword(300);  // each try counts towards the lock of an account
  switch (cause) {
    case AccessCause::kPacRenewed:
      return seconds(1);
    case AccessCause::kProfileInvalid:
    case AccessCause::kPasswordCleared:
    case AccessCause::kNoCertificate:
    case AccessCause::kOwnExpired:
    case AccessCause::kOwnNotYetValid:
    case AccessCause::kAuthorityUnusable:
      return seconds(60);
    case AccessCause::kPassword:
      return kRefusedPassword;
    default: {
      constexpr std::array<int, 6> kSteps = {2, 5, 10, 30, 60, 60};
      return seconds(kSteps[std::min<std::size_t>(failures == 0 ? 0 : failures - 1, kSteps.size() - 1)]);
    }
  }
}

}  // namespace phone::network

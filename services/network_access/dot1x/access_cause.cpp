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

constexpr std::array<Words, 25> kWords = {{
    {AccessCause::kNone, "", ""},
    {AccessCause::kNoAnswer, "The switch does not answer 802.1X",
     "Nothing, if this network has no 802.1X; else switch it on at the switch port"},
    {AccessCause::kProfileInvalid, "The 802.1X profile cannot be used", "Complete the profile"},
    {AccessCause::kNoCertificate, "The phone has no certificate to show", "Install an LSC, or use the MIC"},
    {AccessCause::kOwnExpired, "The phone's own certificate has expired",
     "Renew the LSC, or let the phone use the MIC"},
    {AccessCause::kOwnNotYetValid, "The phone's own certificate is not valid yet", "Set the phone's clock"},
    {AccessCause::kServerUntrusted, "The server's certificate comes from an authority the phone does not trust",
     "Give the profile the authority that signed the RADIUS server's certificate"},
    {AccessCause::kServerName, "The server's certificate is for another name",
     "Correct the server's name in the profile, or the RADIUS server's certificate"},
    {AccessCause::kServerExpired, "The server's certificate has expired", "Renew the RADIUS server's certificate"},
    {AccessCause::kServerNotYetValid, "The server's certificate is not valid yet",
     "Set the phone's clock; if it is right, wait or replace the RADIUS server's certificate"},
    {AccessCause::kServerOther, "The server's certificate was refused", "Replace the RADIUS server's certificate"},
    {AccessCause::kTlsMismatch, "The server and the phone have no TLS version or cipher in common",
     "Allow the phone's TLS version and ciphers at the RADIUS server"},
    {AccessCause::kPassword, "The user name or the password was refused", "Enter the user name and password again"},
    {AccessCause::kMethodForbidden, "The server offers only methods that the profile does not allow",
     "Allow the profile's method at the RADIUS server, or choose another in the profile"},
    {AccessCause::kRefused, "The server refused the phone",
     "Look for the phone's identity and certificate authority at the RADIUS server"},
    {AccessCause::kServerSilent, "The switch or access point answers, the RADIUS server behind it does not",
     "Check the RADIUS server and the way to it"},
    {AccessCause::kSupplicantGone, "The supplicant is being started again", "Nothing; it comes back by itself"},
    {AccessCause::kPacRenewed, "The server renewed the phone's access credential (PAC)",
     "Nothing; the phone tries again by itself"},
    {AccessCause::kKeyUnavailable, "The phone's own key cannot be used",
     "Restart the phone; if that does not help, renew its certificate"},
    {AccessCause::kNoAccessPoint, "No access point of this network is in reach",
     "Check the network's name, or move the phone"},
    {AccessCause::kSecurityMismatch, "The access point's security is not that of the profile",
     "Choose in the profile what the access point offers, or the other way round"},
    {AccessCause::kWrongKey, "The key of the network was refused", "Enter the key again"},
    {AccessCause::kNotAdmitted, "The access point does not admit the phone",
     "Look at the access point: its limits, filters and security"},
    {AccessCause::kConnectionLost, "The connection to the access point was lost",
     "Nothing; the phone looks for the network again by itself"},
    {AccessCause::kPasswordCleared, "The stored Wi-Fi password has been cleared",
     "Enter user name and password again, once the reason is mended"},
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

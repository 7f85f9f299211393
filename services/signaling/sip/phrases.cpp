// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/phrases.hpp"

#include <algorithm>

namespace phone::signaling {
namespace {

struct Phrase {
  uint8_t number;
  std::string_view text;
};

constexpr Phrase kPhrases[] = {
    {1, "Redial"},
    {2, "NewCall"},
    {3, "Hold"},
    {4, "Transfer"},
    {5, "CFwdAll"},
    {8, "<<"},
    {9, "EndCall"},
    {10, "Resume"},
    {11, "Answer"},
    {13, "Confrn"},
    {14, "Park"},
    {15, "Join"},
    {16, "MeetMe"},
    {17, "PickUp"},
    {18, "GPickUp"},
    {19, "Your current options"},
    {20, "Off Hook"},
    {21, "On Hook"},
    {22, "Ring out"},
    {23, "From"},
    {24, "Connected"},
    {25, "Busy"},
    {26, "Line In Use"},
    {27, "Call Waiting"},
    {28, "Call Transfer"},
    {29, "Call Park"},
    {30, "Call Proceed"},
    {31, "In Use Remote"},
    {32, "Enter number"},
    {33, "Call park At"},
    {34, "Primary Only"},
    {35, "Temp Fail"},
    {36, "You Have VoiceMail"},
    {37, "Forwarded to"},
    {38, "Can Not Complete Conference"},
    {39, "No Conference Bridge"},
    {40, "Can Not Hold Primary Control"},
    {41, "Invalid Conference Participant"},
    {42, "In Conference Already"},
    {43, "No Participant Info"},
    {44, "Exceed Maximum Parties"},
    {45, "Key Is Not Active"},
    {52, "Conference"},
    {53, "Park Number"},
    {54, "Private"},
    {55, "Not Enough Bandwidth"},
    {56, "Unknown Number"},
    {57, "RmLstC"},
    {58, "Voicemail"},
    {63, "DND"},
    {65, "CallBack"},
    {66, "Network Congestion Rerouting"},
    {67, "Barge"},
    {68, "Failed to setup Barge"},
    {69, "Another Barge exists"},
    {70, "Incompatible device type"},
    {71, "No Park Number Available"},
    {72, "CallPark Reversion"},
    {73, "Service is not Active"},
    {74, "High Traffic Try Again Later"},
    {75, "QRT"},
    {76, "MCID"},
    {77, "DirTrfr"},
    {78, "Select"},
    {79, "ConfList"},
    {80, "iDivert"},
    {81, "cBarge"},
    {82, "Can Not Complete Transfer"},
    {83, "Can Not Join Calls"},
    {84, "MCID Successful"},
    {85, "Number Not Configured"},
    {86, "Security Error"},
    {87, "Video Bandwidth Unavailable"},
    {89, "Max Call Duration Timeout"},
    {90, "Max Hold Duration Timeout"},
    {91, "OPickUp"},
    {92, "HLog"},
    {93, "Logged out of Hunt Group"},
    {94, "Park Slot Unavailable"},
    {95, "No Call Available for Pickup"},
    {97, "External Transfer Restricted"},
    {98, "No Line Available for Pickup"},
    {99, "Path Replacement In Progress"},
};

constexpr Phrase kOtherPhrases[] = {
    {2, "Acct"},
    {3, "Flash"},
    {4, "Login"},
    {7, "Enter Authorization Code"},
    {8, "Enter Client Matter Code"},
    {9, "Calls Available for Pickup"},
    {10, "CM Fallback Service Operating"},
    {11, "Max Phones Exceeded"},
    {12, "Waiting To Rehome"},
    {13, "Please End Call"},
    {14, "Paging"},
    {15, "Select line"},
    {16, "Transfer Destination is busy"},
    {34, "Call On Hold"},
    {35, "Hold Reversion"},
    {36, "Setup Failed"},
    {37, "No Resources"},
    {38, "Device Not Authorized"},
    {39, "Monitoring"},
    {43, "Mobility"},
    {44, "Whisper"},
    {45, "Forward All"},
    {46, "Malicious Call ID"},
    {47, "Group PickUp"},
    {48, "Remove Last Participant"},
    {49, "Other PickUp"},
    {50, "Video"},
    {51, "End Call"},
    {52, "Conference List"},
    {53, "QRT"},
    {54, "Hunt Group"},
    {55, "Use Line or Join to complete"},
    {56, "Do Not Disturb"},
    {57, "DND is active"},
    {58, "CFwdAll Loop detected"},
    {59, "CFwdAll hops exceeded"},
    {60, "AbbrDial"},
    {61, "PickUp unavailable"},
    {62, "Conference unavailable"},
    {63, "MeetMe unavailable"},
    {64, "cannot retrieve parked call"},
    {65, "cannot send call to mobile"},
    {67, "Record"},
    {68, "cannot move conversation"},
    {69, "CW off"},
    {70, "Coaching"},
    {79, "Recording"},
    {80, "Recording Failed"},
    {81, "Connecting"},
};

template <size_t kSize>
std::string_view find(const Phrase (&phrases)[kSize], uint8_t number) {
  const auto* found = std::find_if(phrases, phrases + kSize, [&](const Phrase& one) { return one.number == number; });
  return found == phrases + kSize ? std::string_view() : found->text;
}

// Bytes of the UTF-8 character that begins there: 0 when none does.
size_t character_at(std::string_view text, size_t at) {
  const auto first = static_cast<uint8_t>(text[at]);
  const size_t size = first < 0x80 ? 1 : first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (first >= 0xF5 || at + size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<uint8_t>(text[at + i]) & 0xC0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

std::string_view phrase(char prefix, uint8_t number) {
  return prefix == kPhrasePrefix ? find(kPhrases, number) : find(kOtherPhrases, number);
}

std::string with_phrases(std::string_view text) {
  std::string plain;
  bool coded = false;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if ((c == kPhrasePrefix || c == kOtherPhrasePrefix) && i + 1 < text.size()) {
      plain += phrase(c, static_cast<uint8_t>(text[i + 1]));
      coded = true;
      i += 2;
      continue;
    }
    const size_t size = character_at(text, i);
    if (size == 0 && coded && static_cast<uint8_t>(c) >= 0xA0) {
      plain += static_cast<char>(0xC0 | static_cast<uint8_t>(c) >> 6);
      plain += static_cast<char>(0x80 | (static_cast<uint8_t>(c) & 0x3F));
    } else {
      plain += text.substr(i, std::max<size_t>(size, 1));
    }
    i += std::max<size_t>(size, 1);
  }
  return plain;
}

}  // namespace phone::signaling

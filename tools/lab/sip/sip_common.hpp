// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What registrar, alarm sink and call router share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/lab/sip/call_security.hpp"
#include "tools/lab/sip/sdp.hpp"
#include "tools/lab/sip/sip_message.hpp"

namespace phone::lab {

// One connection of a phone, and who its certificate says it is; over TCP, which device the line it speaks for has.
struct FlowFacts {
  uint64_t id = 0;
  std::string device;
  bool tls = true;
  bool mic = false;
  bool udp = false;
  bool oauth = false;          // over the port for tokens, without a certificate
  std::string version, suite;  // "TLSv1.3", "TLS_AES_256_GCM_SHA384"
  std::string subject, issuer, key;
  std::string address;
};

// How long the nonces of digest challenges are good.
enum class Nonces {
  kNone,     // no digest is asked for
  kLasting,  // as long as the connection
  kOneTime,  // for one request; the next is challenged without stale=true
  kRenewed,  // forgotten after five seconds, without stale=true
  kEndless,  // never: always 401 with stale=true
};

// Which keys of a phone the call manager asks for (KPML).
enum class AskForKeys {
  kNone,
  kCode,  // before each call of the phone's, up to # or until the phone says that no more come
  kAll,   // all of each call
};

enum class RecordAs { kNone, kEncrypted, kClear };  // what the recorder of each call offers

struct SipSettings {
  std::string host = "127.0.0.1";  // as it stands in a URI
  uint16_t port = 5061;
  bool null_suites = false;  // TLS 1.2 without encryption (the authenticated mode)
  // Where the mode may change: whether it is that one now. Suites without encryption are then taken beside others,
  // since far ends stay as they are.
  std::function<bool()> null_suites_now;
  bool regenerated = false;  // its certificate is not on the lists, only TVS knows it
  bool srst = false;         // an SRST router: plain SIP, without the dialect
  bool oauth = false;        // devices are to come over the port for tokens
  unsigned keepalive_seconds = 120;
  std::vector<unsigned> expected_alarms;
  std::string ctl, itl;
  Nonces nonces = Nonces::kNone;
  std::string digest_password;
  std::string transfer_to;  // the number that takes over calls connected so long; none when empty
  unsigned transfer_after_seconds = 5;
  std::string transfer_suite;   // the only SRTP suite it is offered; all when empty
  int refer_refuse = 0;         // the answer to a phone's REFER; 0: 202
  bool refer_silent = false;    // nothing follows the 202
  int refer_status = 0;         // of the last NOTIFY, nothing being done; 0: as it went
  bool refer_empty = false;     // the last NOTIFY has no body
  HoldAs hold = HoldAs::kNone;  // what the far end of each call does once
  unsigned hold_after_seconds = 5, hold_for_seconds = 5;
  bool delayed_offer = false;        // the called phone is sent an INVITE without an offer
  bool remote_party_id = false;      // Remote-Party-ID in requests and responses of calls
  std::string connected_name;        // in Remote-Party-ID after the call was answered; the name before when empty
  unsigned early_media_seconds = 0;  // between 183 with the far end's description and 200; 0: no 183
  AskForKeys kpml = AskForKeys::kNone;
  RecordAs record = RecordAs::kNone;
  bool reliable_ringing = false;  // RFC 3262, towards callers that support it
  // Precedence (cucm-calls.md 9): Resource-Priority of calls from a number; whether a phone has to understand it; the
  // ring that is asked for; what calls of phones are refused with.
  std::map<std::string, std::string> priorities;
  bool require_priority = false;
  std::string alert_info;
  std::string refuse_calls;    // "417", "488 370"
  int token_refusals = 0;      // so many requests to return are answered 486, Retry-After 5
  bool oauth_rfc8898 = false;  // asks for a token as RFC 8898 has it
  int publish_refuse = 0;      // the answer to a phone's PUBLISH; 0: 200, and a dndupdate follows
  std::string control_file;    // orders to phones, a line each
  std::function<std::vector<std::string>()> more_orders;  // as lines of that file, those that are due
  std::string configuration_stamp;                        // versionStamp that check-version names by itself
  // Calls that the call manager answers itself (hosted_calls.hpp).
  std::map<std::string, bool> parties;            // numbers, and whether their media is encrypted
  std::map<std::string, SecurityLevel> meet_me;   // conferences, and their minimum
  std::map<std::string, std::string> park_slots;  // numbers of directed park, and their retrieval prefix
  std::string refusal_words = "phrase";           // where they are: phrase, warning, reason, statusline
  int feature_refuse = 0;                         // the answer to soft keys and service URIs; 0: they are served
  std::string feature_words = "the lab refuses it";
  int conference_code = 200;                           // what becomes of a conference
  std::string authorization_code, client_matter_code;  // asked for before a call to a party goes on
  bool presence_by_subscription = false;               // watched numbers are told to who subscribes
  bool shared_by_subscription = false;                 // calls of shared lines likewise
  bool hook_status = false;                            // phones are to tell the state of the hook
  bool parties_ring = false;                           // until the order "bridge answer"
  bool overlap = false;                                // the beginning of a party's number is completed by keys
  bool wire = false;                                   // an event for each message to or from a phone
  bool udp_loses_first = false;                        // of each request but ACK over UDP the first datagram
  unsigned min_se = 0;  // RFC 4028: shorter session intervals are refused; 0: no session timers
};

using SendOnFlow = std::function<void(uint64_t flow, const std::string& text)>;

// A response with the headers RFC 3261 section 8.2.6.2 copies; the To gets the tag if it has none.
SipMessage respond_to(const SipMessage& request, int status, const std::string& reason, const std::string& tag = "lab");

// The ACK of a refused INVITE (RFC 3261 section 17.1.1.3).
SipMessage ack_of_refusal(const SipMessage& invite, const SipMessage& refusal);

// The ACK of a 2xx has the number of its INVITE, whatever was sent since.
void number_as(SipMessage& ack, const SipMessage& invite);
// The CANCEL of an INVITE (section 9.1).
SipMessage cancel_of(const SipMessage& invite);

std::string random_token();

// As it stands in a URI: an IPv6 address is in brackets.
std::string uri_host(const std::string& host);

}  // namespace phone::lab

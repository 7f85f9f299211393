// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <CLI/CLI.hpp>
#include <map>

#include "tools/lab/commands.hpp"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {

namespace {

// "6001=encrypted": a number and a word.
std::string split(const std::string& text, std::string& number) {
  const size_t equals = text.find('=');
  number = text.substr(0, equals);
  return equals == std::string::npos ? "encrypted" : text.substr(equals + 1);
}

void add_hosted_options(CLI::App& command, SipSettings& calls) {
  command.add_option_function<std::vector<std::string>>(
      "--party",
      [&calls](const std::vector<std::string>& all) {
        for (const std::string& one : all) {
          std::string number;
          const std::string word = split(one, number);
          calls.parties[number] = word != "clear";
        }
      },
      "NUMBER=encrypted|clear: answered by the call manager's bridge, where a party sends a tone; more than one may "
      "be");
  command.add_option_function<std::vector<std::string>>(
      "--meet-me",
      [&calls](const std::vector<std::string>& all) {
        for (const std::string& one : all) {
          std::string number;
          const std::string word = split(one, number);
          calls.meet_me[number] = word == "encrypted" ? SecurityLevel::kEncrypted : SecurityLevel::kNotAuthenticated;
        }
      },
      "NUMBER=encrypted|nonsecure: a Meet-Me conference with this minimum");
  command.add_option("--refusal-words", calls.refusal_words, "where the words of a refusal are")
      ->check(CLI::IsMember({"phrase", "warning", "reason", "statusline"}))
      ->capture_default_str();
  command
      .add_option("--feature-refuse", calls.feature_refuse,
                  "answer to soft keys, service URIs and subscriptions of presence")
      ->check(CLI::Range(300, 699));
  command.add_option("--conference-code", calls.conference_code, "what becomes of a conference: 200, or 500")
      ->capture_default_str();
  command.add_option("--authorization-code", calls.authorization_code, "asked for before a call to a party goes on");
  command.add_option("--client-matter-code", calls.client_matter_code, "likewise, after the other one");
  command.add_flag("--shared-by-subscription", calls.shared_by_subscription,
                   "calls of shared lines are told to phones that subscribe");
  command.add_flag("--hook-status", calls.hook_status, "phones are to tell whether they are off the hook; hook-status");
  command.add_flag("--parties-ring", calls.parties_ring, "calls to parties ring until the order bridge answer");
  command.add_flag("--overlap", calls.overlap, "the beginning of a party's number is completed by keys (KPML)");
  command.add_flag("--wire", calls.wire, "event wire: each message to or from a phone under test, without keys");
  command.add_flag("--udp-loses-first", calls.udp_loses_first,
                   "of each request over UDP but ACK the first datagram is lost");
  command.add_flag("--presence-by-subscription", calls.presence_by_subscription,
                   "watched numbers are told to phones that subscribe");
}

}  // namespace

void add_call_options(CLI::App& command, SipSettings& calls) {
  command.add_option_function<std::vector<std::string>>(
      "--resource-priority",
      [&calls](const std::vector<std::string>& all) {
        for (const std::string& one : all)
          calls.priorities[one.substr(0, one.find('='))] = one.substr(one.find('=') + 1);
      },
      "number=value: Resource-Priority of calls from it");
  command.add_flag("--require-priority", calls.require_priority, "such a call requires the option resource-priority");
  command.add_option("--alert-info", calls.alert_info, "in each call to a phone");
  command.add_option("--refuse-calls", calls.refuse_calls,
                     "status, and after a blank a warning code, for each call of a phone");
  command.add_flag("--be-srst", calls.srst, "serve SIP as an SRST router: its certificate, no dialect");
  command.add_option("--token-refusals", calls.token_refusals, "so many requests to return are answered 486");
  command.add_flag("--oauth-rfc8898", calls.oauth_rfc8898, "ask for a token with 401, as RFC 8898 has it");
  command.add_option("--transfer-to", calls.transfer_to,
                     "number that takes over every call, by an INVITE without an offer to the phone");
  command.add_option("--transfer-after", calls.transfer_after_seconds, "seconds after the call was connected")
      ->capture_default_str();
  command.add_option("--transfer-suite", calls.transfer_suite, "the only SRTP suite that number is offered");

  command.add_option("--refer-refuse", calls.refer_refuse, "answer to the REFER of a phone that transfers a call")
      ->check(CLI::Range(300, 699));
  command.add_flag("--refer-silent", calls.refer_silent, "such a REFER is answered 202, and nothing follows");
  command
      .add_option("--refer-status", calls.refer_status,
                  "the last NOTIFY of such a REFER says this, and nothing is done")
      ->check(CLI::Range(200, 699));
  command.add_flag("--refer-empty", calls.refer_empty,
                   "the last NOTIFY has no body; a blind transfer is then not done, an attended one is");

  const std::map<std::string, HoldAs> holds{
      {"sendonly", HoldAs::kSendonly}, {"inactive", HoldAs::kInactive}, {"0.0.0.0", HoldAs::kZeroAddress}};
  command.add_option("--hold", calls.hold, "the far end of every call holds it once, and resumes it")
      ->transform(CLI::CheckedTransformer(holds));
  command.add_option("--hold-after", calls.hold_after_seconds, "seconds after the call was connected")
      ->capture_default_str();
  command.add_option("--hold-for", calls.hold_for_seconds, "seconds until it is resumed")->capture_default_str();
  command.add_flag("--delayed-offer", calls.delayed_offer,
                   "called phones are sent an INVITE without an offer; the answer is in the ACK");
  command.add_flag("--remote-party-id", calls.remote_party_id, "names the other party in requests and responses");
  command.add_option("--connected-name", calls.connected_name, "its name after the call was answered");
  command.add_option("--early-media", calls.early_media_seconds,
                     "seconds between a 183 with the called phone's description and the 200");
  const std::map<std::string, AskForKeys> keys{{"code", AskForKeys::kCode}, {"all", AskForKeys::kAll}};
  command
      .add_option("--kpml", calls.kpml, "keys of the phone that are asked for: a code before each call, or all in it")
      ->transform(CLI::CheckedTransformer(keys));
  const std::map<std::string, RecordAs> recorders{{"encrypted", RecordAs::kEncrypted}, {"clear", RecordAs::kClear}};
  command
      .add_option("--record", calls.record,
                  "each call is recorded for 5 s, both directions; events recording-prepared, recording, recorded, "
                  "recording-refused")
      ->transform(CLI::CheckedTransformer(recorders));
  command.add_flag("--reliable-ringing", calls.reliable_ringing,
                   "callers that support 100rel are told by reliable responses that it rings; event prack");
  command.add_option("--publish-refuse", calls.publish_refuse, "answer to a phone's PUBLISH (do not disturb)")
      ->check(CLI::Range(300, 699));
  command.add_option("--control-file", calls.control_file,
                     "file of orders to phones (NOTIFY, REFER), a line each; lines that are added are obeyed");
  add_hosted_options(command, calls);
  command.add_option("--min-se", calls.min_se, "session timers, with this shortest interval in seconds");
}

}  // namespace phone::lab

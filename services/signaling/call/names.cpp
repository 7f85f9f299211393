// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Host names in session descriptions. A message with one waits until it is resolved, then it is handled as if it had
// come then: nothing has to remember half of an offer.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostOfAMessage = 4;

bool is_six(const std::string& address) { return address.find(':') != std::string::npos; }

std::vector<std::string> names_in(const SessionDescription& session) {
  std::vector<std::string> names;
  const auto add = [&](const MediaAddress& address) {
    const bool fits = address.is_name && names.size() < kMostOfAMessage;
    if (fits && std::find(names.begin(), names.end(), address.host) == names.end()) names.push_back(address.host);
  };
  for (const MediaLine& media : session.media) {
    if (!is_audio(media)) continue;
    add(media.address);
  }
  return names;
}

// An address of the family that this phone has in the call, else any: whether it is reached is judged with the rest.
void put_address(MediaAddress& address, const AwaitedNames& known, const std::string& local_address) {
  if (!address.is_name) return;
  const std::string name = std::exchange(address.host, "");
  address.is_name = false;
  const auto addresses = known.addresses(name);
  if (!addresses.has_value() || addresses->empty()) {
    address.problem = cat("is ", name, ", which cannot be resolved");
    return;
  }
  const auto same = std::find_if(addresses->begin(), addresses->end(), [&](const std::string& one) {
    return !local_address.empty() && is_six(one) == is_six(local_address);
  });
  address.host = same == addresses->end() ? addresses->front() : *same;
}

}  // namespace

bool CallList::awaits_names(const Message& message, std::string key, TimePoint now,
                            std::function<void(TimePoint)> then) {
  if (message.body.empty()) return false;
  const auto sdp = session_description(message);
  if (!sdp.ok() || sdp->empty()) return false;
  const auto session = parse_sdp(*sdp);
  if (!session.ok()) return false;
  const std::vector<std::string> names = names_in(*session);
  if (names.empty() || !names_.wait(names, key, now, std::move(then))) return false;
  for (const std::string& name : names_.take_new()) {
    ua_port_.resolve(name, [this, name](const absl::StatusOr<std::vector<std::string>>& addresses) {
      names_.resolved(name, addresses, delegate_.now());
    });
  }
  return true;
}

bool CallList::awaits_names(const std::string& id, const TransactionLayer::Outcome& outcome, OnAnswer on_answer) {
  if (outcome.response == nullptr) return false;
  const Message& response = *outcome.response;
  return awaits_names(response, cat(id, " ", response.cseq, " ", response.status, " ", response.to_tag()), outcome.now,
                      [this, id, outcome, response, on_answer](TimePoint now) {
                        TransactionLayer::Outcome later = outcome;
                        later.response = &response;
                        later.now = now;
                        (this->*on_answer)(id, later);
                      });
}

absl::StatusOr<SessionDescription> CallList::read_sdp(std::string_view text, const std::string& local_address) const {
  auto session = parse_sdp(text);
  if (!session.ok()) return session.status();
  for (MediaLine& media : session->media) {
    put_address(media.address, names_, local_address);
  }
  return session;
}

// The signalling's family unless the offer has media in the other one only, and this phone has an address there.
std::string CallList::local_address_for(const SessionDescription& offer, const std::string& address) const {
  std::optional<bool> six;
  for (const MediaLine& media : offer.media) {
    if (!is_audio(media) || media.address.host.empty() || is_six(media.address.host) == is_six(address)) {
      if (is_audio(media) && !media.address.host.empty()) return address;
      continue;
    }
    six = is_six(media.address.host);
  }
  if (!six.has_value()) return address;
  const auto own =
      std::find_if(addresses_.begin(), addresses_.end(), [&](const std::string& one) { return is_six(one) == *six; });
  return own == addresses_.end() ? address : *own;
}

}  // namespace phone::signaling

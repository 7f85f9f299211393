// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {

// A call, perhaps a second one, and what media has been told of each.
class F89_OneActiveCall : public Calls_ {
 protected:
  // The re-INVITE that is out now, answered as the far end of the first call does.
  void agree(const Message& invite, const std::string& direction, char key = 'k') {
    const auto offer = parse_sdp(invite.body);
    ASSERT_TRUE(offer.ok()) << invite.method;
    receive(answer_to(invite, 200,
                      {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"}, {"Content-Type", "application/sdp"}},
                      far_sdp("AEAD_AES_256_GCM", 1, key, direction)));
    EXPECT_EQ(world.next().method, "ACK");
  }
  static Direction direction_of(const Message& message) {
    const auto description = parse_sdp(message.body);
    return description.ok() ? description->media.at(0).direction : Direction::kInactive;
  }
  static std::string key_of(const Message& message) {
    const auto description = parse_sdp(message.body);
    return description.ok() ? std::string(description->media.at(0).crypto.at(0).key_salt.view()) : "";
  }
  // What media has been told last of each stream.
  std::map<std::string, StreamSetting> in_force() const {
    std::map<std::string, StreamSetting> streams;
    for (const StreamSetting& setting : world.settings) streams[setting.stream] = setting;
    for (const std::string& closed : world.closed_streams) streams.erase(closed);
    return streams;
  }
  size_t users() const {
    size_t count = 0;
    for (const auto& [name, setting] : in_force()) count += setting.has_user ? 1 : 0;
    return count;
  }
  CallView view(size_t at) { return agent.view().calls.at(at); }
  // A second call rings.
  std::string second_rings() {
    receive(incoming(far_sdp("AES_CM_128_HMAC_SHA1_80", 7, 's')));
    EXPECT_EQ(world.next().status, 100);
    agent.stream_opened(world.streams.back().first, 24002, now);
    EXPECT_EQ(world.next().status, 180);
    return view(1).call;
  }
  bool reported(const std::string& text) const {
    return std::find(world.reports.begin(), world.reports.end(), text) != world.reports.end();
  }
};

}  // namespace phone::signaling

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lab's conference bridge: RTP legs, each encrypted or in clear, mixed every 20 ms by a thread of its own. A party
// is another end of such a leg, with its own socket: it sends a tone, hears the mix, and knows what somebody beside its
// wire can make of the packets without a key.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace phone::lab {

// How loud tones are in the sound of one place.
class Meter {
 public:
  void add(double sample);
  // Power of a tone, of all power: 0 to 1.
  double share_of(int hertz) const;
  void forget() { count_ = 0; }

 private:
  static constexpr size_t kKept = 8000;  // one second, the last
  std::array<double, kKept> samples_{};
  size_t count_ = 0;
};

// One end of an RTP leg, G.711 u-law.
class MediaEnd {
 public:
  using Frame = std::array<double, 160>;
  MediaEnd() = default;
  ~MediaEnd();
  MediaEnd(const MediaEnd&) = delete;
  MediaEnd& operator=(const MediaEnd&) = delete;

  uint16_t open(const std::string& host);  // 0: it could not
  void send_to(const std::string& host, uint16_t port);
  // Of what is sent and of what arrives; empty: in clear.
  void set_keys(const std::string& sent, const std::string& received);
  bool encrypted() const { return !sent_key_.empty() && !received_key_.empty(); }
  void send(const Frame& frame);
  // Silence when there is none.
  Frame next();

  unsigned packets() const { return packets_; }
  unsigned authentic() const { return authentic_; }
  Meter heard;   // by who has the key
  Meter tapped;  // by who has none
  void forget();

 private:
  void drain();
  int socket_ = -1;
  uint16_t port_ = 0;
  std::string sent_key_, received_key_, host_;
  uint16_t remote_port_ = 0, sequence_ = 0;
  uint32_t timestamp_ = 0, ssrc_ = 0;
  std::deque<Frame> frames_;
  unsigned packets_ = 0, authentic_ = 0;
};

class Bridge {
 public:
  explicit Bridge(std::string host) : host_(std::move(host)) {}
  ~Bridge();

  // The leg to the phone: its port, 0 when there is none. Keys as MediaEnd has them.
  uint16_t open_leg(unsigned leg);
  void connect_leg(unsigned leg, const std::string& host, uint16_t port, const std::string& sent,
                   const std::string& received, bool silent);
  void close_leg(unsigned leg);
  // A party of its own with this tone.
  unsigned add_party(int hertz, bool encrypted);
  void remove_party(unsigned party);
  void mute_party(unsigned party, bool muted);
  // Who hears whom: legs and parties with the same number.
  void put_leg(unsigned leg, unsigned conference);
  void put_party(unsigned party, unsigned conference);
  void forget();  // what was heard so far

  struct Report {
    bool encrypted = false;
    unsigned packets = 0, authentic = 0;
    double heard = 0, tapped = 0;  // shares of the tone that is asked for
  };
  Report leg(unsigned leg, int hertz);
  Report party(unsigned party, int hertz);

 private:
  struct Leg {
    MediaEnd end;
    unsigned conference = 0;
    bool silent = false;  // on hold: nothing is sent
    MediaEnd::Frame frame{};
  };
  struct Party {
    Leg here;
    MediaEnd there;
    int hertz = 0;
    bool muted = false;
    uint64_t at = 0;
  };
  void run();
  void mix();
  void begin();

  std::string host_;
  std::mutex mutex_;  // over all below
  std::map<unsigned, std::unique_ptr<Leg>> legs_;
  std::map<unsigned, std::unique_ptr<Party>> parties_;
  unsigned last_party_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace phone::lab

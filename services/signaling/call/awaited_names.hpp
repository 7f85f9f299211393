// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

// Host names that are being resolved, and what waits for them. Bounded in names and in what waits; a name that is not
// resolved in time has no address.
class AwaitedNames {
 public:
  using Then = std::function<void(TimePoint)>;

  // True: `then` is called once every name is known. False: all are known, or too much waits already. A second wait
  // with the same key is a repetition and forgotten.
  bool wait(const std::vector<std::string>& names, const std::string& key, TimePoint now, Then then);
  // The names that are to be asked for now, each once.
  std::vector<std::string> take_new();
  void resolved(const std::string& name, const absl::StatusOr<std::vector<std::string>>& addresses, TimePoint now);
  // What waits with this key is forgotten; false when there was none.
  bool forget(const std::string& key);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;

  // Nothing when the name is not known; empty when it has no address.
  std::optional<std::vector<std::string>> addresses(const std::string& name) const;

 private:
  struct Name {
    bool known = false;
    std::vector<std::string> addresses;
    TimePoint until;  // of what is known, or of the patience
  };
  struct Waiting {
    std::vector<std::string> names;
    std::string key;
    Then then;
  };
  bool is_known(const std::string& name) const;
  void go_on(TimePoint now);

  std::map<std::string, Name> names_;
  std::list<Waiting> waiting_;
  std::vector<std::string> new_;
};

}  // namespace phone::signaling

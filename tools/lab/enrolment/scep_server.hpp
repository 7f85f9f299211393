// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// SCEP over plain HTTP, on any path.
#pragma once

#include "tools/lab/enrolment/scep.hpp"
#include "tools/lab/events.hpp"
#include "tools/lab/faults.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/pki.hpp"
#include "tools/lab/stream.hpp"

namespace phone::lab {

class ScepServer {
 public:
  ScepServer(const Pki& pki, ScepSettings settings, const Faults& faults, Events& events);

  absl::Status start(const std::string& address, uint16_t port);
  uint16_t port() const { return listener_.port(); }

 private:
  struct Reply {
    std::string status = "200 OK";
    std::string type = "text/plain";
    std::string body;
  };
  void serve(int socket, const std::string& peer);
  Reply answer(const std::string& operation, const std::string& message, const std::string& peer, bool stranger);

  const Faults& faults_;
  Events& events_;
  ScepAuthority authority_;
  ScepAuthority stranger_;
  Listener listener_;
};

}  // namespace phone::lab

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// HTTP 6970 and HTTPS 6971: the phone's files (cisco-formats.md E).
#pragma once

#include "tools/lab/events.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/provisioning.hpp"
#include "tools/lab/stream.hpp"

namespace phone::lab {

class FileServer {
 public:
  FileServer(const Pki& pki, const Provisioning& files, const Faults& faults, Events& events)
      : pki_(pki), files_(files), faults_(faults), events_(events) {}

  absl::Status start(const std::string& address, uint16_t http_port, uint16_t https_port);
  uint16_t http_port() const { return http_.port(); }
  uint16_t https_port() const { return https_.port(); }

 private:
  void plain(int socket, const std::string& peer);
  void secure(int socket, const std::string& peer);
  void answer(Stream& stream, const std::string& peer, bool secure);

  const Pki& pki_;
  const Provisioning& files_;
  const Faults& faults_;
  Events& events_;
  ContextPtr context_;
  ContextPtr stranger_context_;
  Listener http_;
  Listener https_;
};

}  // namespace phone::lab

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// attack_socket.hpp -- what one process of the mesh can do to another through a socket it may connect to, below and
// above gRPC. Written against RFC 9113 and RFC 7541, not with gRPC: a client that behaves could do none of it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace phone::system {

struct SocketAttack {
  const char* name;
  // Attacks the Unix socket until then, or until `most` bytes are sent.
  void (*run)(const std::string& socket, std::chrono::steady_clock::time_point until,
              const std::vector<std::string>& methods);
};

const std::vector<SocketAttack>& socket_attacks();

// Whether the server there answers the preface of an HTTP/2 client instead of closing the connection.
bool is_let_in(const std::string& socket);

}  // namespace phone::system

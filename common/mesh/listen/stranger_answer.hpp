// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stranger_answer.hpp -- a local connection of a uid without a role: it never reaches gRPC, but its first call is
// answered with the reason, for whoever set it up. Limited in bytes and time.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "common/mesh/listen/first_request.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"

namespace phone::mesh {

class StrangerAnswer {
 public:
  static constexpr std::chrono::milliseconds kPatience{1000};

  // On the loop; `message` is what the caller is told.
  StrangerAnswer(os::EventLoop& loop, os::Descriptor connection, std::string message, std::string details);
  StrangerAnswer(const StrangerAnswer&) = delete;
  StrangerAnswer& operator=(const StrangerAnswer&) = delete;

  bool over() const { return !connection_; }

 private:
  void readable();
  void say(const std::string& bytes);
  void end();

  os::Descriptor connection_;
  const std::string message_, details_;
  FirstRequest request_;
  std::size_t read_ = 0;
  bool answered_ = false;
  std::optional<os::Watch> watch_;
  os::Timer deadline_;
};

}  // namespace phone::mesh

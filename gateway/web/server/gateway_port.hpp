// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace phone::gateway::web {

// The gateway as the HTTP server sees it: methods by name, messages as JSON. Callbacks run on another thread, once
// each.
class GatewayPort {
 public:
  struct Method {
    bool streams = false;          // the reply
    std::size_t largest_body = 0;  // of a request in JSON
  };
  using Timeout = std::optional<std::chrono::milliseconds>;
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  // A stream that is read one message at a time, so that a slow page slows the gateway down. Cancelled when it goes.
  class Stream {
   public:
    virtual ~Stream() = default;
    // The next message, or the stream's end: nothing and how it ended. Not before the one before has come.
    using Next = std::function<void(std::optional<std::string> message, absl::Status end)>;
    virtual void next(Next next) = 0;
  };

  virtual ~GatewayPort() = default;
  // Nothing when the gateway has no such method.
  virtual std::optional<Method> find(std::string_view service, std::string_view method) const = 0;
  // Both: INVALID_ARGUMENT, without asking the gateway, when the request is not JSON of the method's message.
  virtual void call(const std::string& service, const std::string& method, std::string_view json, Timeout timeout,
                    Done done) = 0;
  virtual absl::StatusOr<std::unique_ptr<Stream>> open(const std::string& service, const std::string& method,
                                                       std::string_view json, Timeout timeout) = 0;
};

}  // namespace phone::gateway::web

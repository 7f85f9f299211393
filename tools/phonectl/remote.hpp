// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <memory>
#include <string>

namespace grpc {
class ChannelCredentials;
}

namespace phone::phonectl {

// A phone far away, by its port for remote diagnostics.
struct Remote {
  std::string target;     // HOST:PORT; empty: the phone here
  std::string authority;  // PEM files: the authority of the phone's certificate, our certificate and its key
  std::string certificate;
  std::string key;
  std::string server_name;  // that the phone's certificate has to be for; empty: the host of `target`
};

// Why these options name no phone that can be asked; OK when they do, or name none.
absl::Status check(const Remote& remote);
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials(const Remote& remote);
// What the transport's failure means for somebody who typed these options.
std::string connection_failure(const absl::Status& status, const Remote& remote);

}  // namespace phone::phonectl

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <string>

#include "common/http/fetch.hpp"
#include "services/certificate_manager/enrolment/scep_client.hpp"

namespace phone::enrolment {

// SCEP over plain HTTP, as RFC 8894 has it: secrets are enveloped, and what must be trusted is signed.
class ScepHttp final : public ScepTransport {
 public:
  // `cancelled` is looked at about once a second.
  ScepHttp(http::Fetch by, std::string host, std::uint16_t port, std::string path, const std::atomic<bool>& cancelled)
      : fetch_(std::move(by)), host_(std::move(host)), port_(port), path_(std::move(path)), cancelled_(cancelled) {}

  absl::StatusOr<ScepReply> get(std::string_view operation, std::string_view message, size_t limit) override;
  absl::StatusOr<ScepReply> post(const std::string& message, size_t limit) override;

 private:
  absl::StatusOr<ScepReply> ask(std::string query, const std::string& content, size_t limit);

  const http::Fetch fetch_;
  const std::string host_;
  const std::uint16_t port_;
  const std::string path_;
  const std::atomic<bool>& cancelled_;
};

}  // namespace phone::enrolment

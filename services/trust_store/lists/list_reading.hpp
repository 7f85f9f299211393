// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A CTL or ITL read in the order of what it costs (cisco-formats.md A2): its structure at once, then the certificates
// that may have made its signature, and all others when the list is about to be accepted. An unknown signer's list
// costs one pass over its bytes and two certificates, however many it carries.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/trust_store/lists/list_record.hpp"
#include "services/trust_store/lists/trust_list.hpp"

namespace phone::trust {

class ListReading {
 public:
  // INVALID_ARGUMENT or RESOURCE_EXHAUSTED with the cause, from structure alone. Linear in the file's size.
  static absl::StatusOr<std::shared_ptr<const ListReading>> scan(ListKind kind, std::string file);

  ListReading(const ListReading&) = delete;
  ListReading& operator=(const ListReading&) = delete;

  ListKind kind() const { return kind_; }
  const FileHeader& header() const { return header_; }
  const std::string& bytes() const { return bytes_; }

  // The list's own signers: its first two different SAST certificates. Reads only these.
  absl::StatusOr<std::vector<crypto::Certificate>> signers() const;
  // The whole list. Each certificate is read once, however often and from whichever thread this is asked.
  absl::StatusOr<TrustList> list() const;

  // How many certificates have been read so far.
  std::size_t certificates_read() const;

 private:
  ListReading(ListKind kind, std::string file) : kind_(kind), bytes_(std::move(file)) {}
  absl::StatusOr<crypto::Certificate> certificate_of(const RawRecord& raw) const;
  absl::StatusOr<TrustList> read() const;

  const ListKind kind_;
  const std::string bytes_;
  FileHeader header_;
  std::vector<RawRecord> records_;  // views into bytes_

  mutable std::mutex mutex_;  // for what follows
  mutable absl::flat_hash_map<std::string_view, absl::StatusOr<crypto::Certificate>> certificates_;
  mutable std::optional<absl::StatusOr<TrustList>> list_;
};

}  // namespace phone::trust

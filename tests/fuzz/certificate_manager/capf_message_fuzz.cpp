// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A whole stream of a hostile CAPF server through the client: every parser, the state machine and what is written back.
#include <cstdint>
#include <string>

#include "services/certificate_manager/enrolment/capf_client.hpp"

namespace {

using namespace phone::enrolment;

class Stream final : public Transport {
 public:
  explicit Stream(std::string_view bytes) : bytes_(bytes) {}
  absl::Status write(std::string_view, absl::Time) override { return absl::OkStatus(); }
  absl::StatusOr<std::string> read_exactly(size_t size, absl::Time) override {
    if (bytes_.size() < size) return absl::UnavailableError("end");
    std::string part(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return part;
  }

 private:
  std::string_view bytes_;
};

class Holder final : public KeyStorePort {
 public:
  absl::StatusOr<Proof> prove(std::uint32_t) override { return Proof{"certificate", "one", "two", {}}; }
  absl::StatusOr<std::string> make_key(const MakeKey&) override { return std::string("key"); }
  std::string store(const std::string& certificate) override { return certificate.size() % 2 == 0 ? "" : "odd"; }
  absl::StatusOr<std::string> held_lsc() override { return std::string("lsc"); }
  absl::StatusOr<bool> remove_lsc() override { return true; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Stream stream({reinterpret_cast<const char*>(data), size});
  Holder keys;
  run_session(
      stream, keys, {"SEP0A1B2C3D4E5F", {}, true}, [](Progress) {}, [] { return absl::UnixEpoch(); });
  return 0;
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/credential_directory.hpp"

#include <grp.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/crypto/x509.hpp"
#include "common/flash/file.hpp"
#include "common/seal/seal.hpp"
#include "services/network_access/dot1x/pac_file.hpp"

namespace phone::network {
namespace {

constexpr mode_t kDirectoryMode = 0770;
constexpr mode_t kReadMode = 0640;
constexpr mode_t kPacMode = 0660;  // the supplicant writes the next one
constexpr std::size_t kSealing = 64;

absl::StatusOr<std::string> pem_of(const std::vector<std::string>& ders) {
  std::string pem;
  for (const auto& der : ders) {
    const auto certificate = crypto::Certificate::parse(der);
    if (!certificate.ok()) return certificate.status();
    pem += to_pem(*certificate);
  }
  return pem;
}

}  // namespace

absl::StatusOr<CredentialDirectory> CredentialDirectory::open(std::filesystem::path shared, std::filesystem::path state,
                                                              const std::string& group) {
  std::error_code error;
  std::filesystem::create_directories(shared.parent_path(), error);
  std::optional<gid_t> owner;
  if (!group.empty()) {
    const struct group* found = getgrnam(group.c_str());
    if (found == nullptr) {
      return absl::FailedPreconditionError(absl::StrCat("the supplicant's group ", group, " does not exist"));
    }
    owner = found->gr_gid;
  }
  auto opened = flash::SharedDirectory::open(shared, owner, kDirectoryMode);
  if (!opened.ok()) return opened.status();
  auto key = seal::read_seal_key(state / "seal.key");
  const bool fresh = absl::IsNotFound(key.status());
  if (fresh) key = seal::new_seal_key();
  if (!key.ok()) return key.status();
  CredentialDirectory made(*std::move(opened), state, *std::move(key), fresh);
  // Without room for it the phone has its network all the same; the key is needed with the first PAC.
  (void)made.keep_key();
  return made;
}

absl::Status CredentialDirectory::write_anchors(const std::vector<std::string>& ders) const {
  const auto pem = pem_of(ders);
  return pem.ok() ? shared_.write(kAnchors, *pem, kReadMode) : pem.status();
}

absl::Status CredentialDirectory::write_certificate(const std::vector<std::string>& chain) const {
  const auto pem = pem_of(chain);
  return pem.ok() ? shared_.write(kCertificate, *pem, kReadMode) : pem.status();
}

absl::StatusOr<bool> CredentialDirectory::give_pac(const std::string& owner) {
  pac_.wipe();
  pac_ = crypto::Secret();
  pac_is_kept_ = true;
  if (const auto sealed = flash::read(kept_, kMaxPacFile + kSealing); sealed.ok()) {
    if (auto pac = seal::unseal(key_, owner, *sealed); pac.ok() && read_pac(pac->view()).ok()) pac_ = *std::move(pac);
  }
  if (pac_.empty()) {
    (void)flash::remove(kept_);
    if (auto removed = shared_.remove(kPac); !removed.ok()) return removed;
    return false;
  }
  if (auto written = shared_.write(kPac, pac_.view(), kPacMode); !written.ok()) return written;
  return true;
}

absl::StatusOr<bool> CredentialDirectory::keep_pac(const std::string& owner) {
  auto bytes = shared_.read(kPac, kMaxPacFile);
  if (absl::IsNotFound(bytes.status())) return false;
  if (!bytes.ok()) return bytes.status();
  crypto::Secret pac(*std::move(bytes));
  const bool changed = pac != pac_;
  if ((!changed && pac_is_kept_) || !read_pac(pac.view()).ok()) return false;
  const auto sealed = seal::seal(key_, owner, pac.view());
  if (!sealed.ok()) return sealed.status();
  pac_ = std::move(pac);
  pac_is_kept_ = false;  // until there is room for it; it is of use meanwhile
  if (auto kept = keep_key(); !kept.ok()) return kept;
  if (auto kept = flash::write(kept_, *sealed); !kept.ok()) return kept;
  pac_is_kept_ = true;
  return changed;
}

absl::Status CredentialDirectory::keep_key() {
  if (!key_is_new_) return absl::OkStatus();
  auto written = flash::write(key_file_, key_.view());
  key_is_new_ = !written.ok();
  return written;
}

void CredentialDirectory::forget() const {
  for (const char* name : {kAnchors, kCertificate, kPac}) (void)shared_.remove(name);
}

}  // namespace phone::network

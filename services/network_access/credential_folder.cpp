#include "services/network_access/credential_folder.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/crypto/x509.hpp"
#include "common/flash/file.hpp"
#include "services/network_access/pac_file.hpp"
#include "services/network_access/seal.hpp"

namespace phone::network {
namespace {

constexpr mode_t kFolderMode = 0770;
constexpr mode_t kFileMode = 0660;
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

absl::StatusOr<CredentialFolder> CredentialFolder::open(std::filesystem::path shared, std::filesystem::path state,
                                                        const std::string& group) {
  std::error_code error;
  std::filesystem::create_directories(shared, error);
  if (error) return absl::UnavailableError(absl::StrCat(shared.native(), ": ", error.message()));
  if (!group.empty()) {
    const struct group* found = getgrnam(group.c_str());
    if (found == nullptr || chown(shared.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) {
      return absl::FailedPreconditionError(absl::StrCat("the supplicant's group ", group, " cannot be used"));
    }
  }
  if (chmod(shared.c_str(), kFolderMode) != 0) return absl::ErrnoToStatus(errno, shared.native());
  auto key = seal_key(state / "seal.key");
  if (!key.ok()) return key.status();
  return CredentialFolder(std::move(shared), std::move(state), *std::move(key));
}

absl::Status CredentialFolder::write(const std::filesystem::path& file, std::string_view content) const {
  if (auto written = flash::write(file, content, kFileMode); !written.ok()) return written;
  // No setgid folder (RestrictSUIDSGID), and the process's umask leaves the group nothing: both are set by hand.
  struct stat folder {};
  if (stat(shared_.c_str(), &folder) != 0 || chown(file.c_str(), static_cast<uid_t>(-1), folder.st_gid) != 0 ||
      chmod(file.c_str(), kFileMode) != 0)
    return absl::ErrnoToStatus(errno, file.native());
  return absl::OkStatus();
}

absl::Status CredentialFolder::write_anchors(const std::vector<std::string>& ders) const {
  const auto pem = pem_of(ders);
  return pem.ok() ? write(anchors_file(), *pem) : pem.status();
}

absl::Status CredentialFolder::write_certificate(const std::vector<std::string>& chain) const {
  const auto pem = pem_of(chain);
  return pem.ok() ? write(certificate_file(), *pem) : pem.status();
}

absl::StatusOr<bool> CredentialFolder::give_pac(const std::string& owner) {
  pac_.wipe();
  pac_ = crypto::Secret();
  if (const auto sealed = flash::read(kept_, kMaxPacFile + kSealing); sealed.ok()) {
    if (auto pac = unseal(key_, owner, *sealed); pac.ok() && read_pac(pac->view()).ok()) pac_ = *std::move(pac);
  }
  if (pac_.empty()) {
    (void)flash::remove(kept_);
    if (auto removed = flash::remove(pac_file()); !removed.ok()) return removed;
    return false;
  }
  if (auto written = write(pac_file(), pac_.view()); !written.ok()) return written;
  return true;
}

absl::StatusOr<bool> CredentialFolder::keep_pac(const std::string& owner) {
  auto bytes = flash::read(pac_file(), kMaxPacFile);
  if (absl::IsNotFound(bytes.status())) return false;
  if (!bytes.ok()) return bytes.status();
  crypto::Secret pac(*std::move(bytes));
  if (pac == pac_ || !read_pac(pac.view()).ok()) return false;
  const auto sealed = seal(key_, owner, pac.view());
  if (!sealed.ok()) return sealed.status();
  pac_ = std::move(pac);
  if (auto kept = flash::write(kept_, *sealed); !kept.ok()) return kept;
  return true;
}

void CredentialFolder::forget() const {
  for (const auto& file : {anchors_file(), certificate_file(), pac_file()}) (void)flash::remove(file);
}

}  // namespace phone::network

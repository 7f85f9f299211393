// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/release.hpp"

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"

namespace phone::trust {
namespace {

// SHA-256 of a list's file: a release for lists that were in force once, or will be, is worth nothing.
std::string list_line(std::string_view list) {
  return list.empty() ? "none" : crypto::hex(crypto::digest(crypto::Digest::kSha256, list));
}

std::string_view bytes_of(const TrustList* list) { return list == nullptr ? std::string_view() : list->bytes; }

void refuse(Verdict& verdict, std::string reason) { verdict.reason = std::move(reason); }

}  // namespace

std::string release_name(std::string_view device) { return absl::StrCat(std::string(device), ".release.sgn"); }

std::string release_body(std::string_view device, std::string_view ctl, std::string_view itl) {
  return absl::StrCat("phone-release 1\ndevice ", std::string(device), "\nctl ", list_line(ctl), "\nitl ",
                      list_line(itl), "\n");
}

Verdict judge_release(std::string_view device, std::string_view file, const TrustLists& lists, KeyPolicy policy) {
  Verdict verdict;
  if (device.empty()) {
    refuse(verdict, "this phone does not have a device name yet");
    return verdict;
  }
  if (lists.ctl == nullptr && lists.itl == nullptr) {
    refuse(verdict, "no list is in force to be released from");
    return verdict;
  }
  if (file.size() > kLargestRelease) {
    refuse(verdict, "the release is larger than 64 KiB");
    return verdict;
  }
  auto parsed = parse_signed_file(release_name(device), file);
  if (!parsed.ok()) {
    refuse(verdict, std::string(parsed.status().message()));
    return verdict;
  }
  verdict.signer = printable(parsed->header.signer_name);
  absl::Status cause = absl::OkStatus();
  for (const TrustList* list : {lists.ctl, lists.itl}) {
    if (list == nullptr) continue;
    auto signer = find_signer(file, parsed->header, list->signers(), policy);
    if (!signer.ok()) {
      // A known signer's bad signature says more than the other list not knowing him.
      if (cause.ok() || absl::IsNotFound(cause)) cause = signer.status();
      continue;
    }
    verdict.by = name_of(list->kind);
    verdict.signer = printable(signer->subject());
    verdict.reason =
        absl::StrCat("signed by ", describe(*signer), ", a list signer (SAST) of the ", verdict.by, " in force");
    break;
  }
  if (verdict.by.empty()) {
    refuse(verdict, absl::IsNotFound(cause) ? absl::StrCat("signer ", claimed_signer(parsed->header),
                                                           " is not a list signer (SAST) of a list in force")
                                            : std::string(cause.message()));
    return verdict;
  }
  if (parsed->body != release_body(device, bytes_of(lists.ctl), bytes_of(lists.itl))) {
    verdict.by.clear();
    refuse(verdict, "the signature is valid, but it does not release this phone from the lists it holds");
    return verdict;
  }
  verdict.trusted = true;
  if (parsed->header.digest == crypto::Digest::kSha1) verdict.warnings.push_back("the signature uses SHA-1");
  return verdict;
}

}  // namespace phone::trust

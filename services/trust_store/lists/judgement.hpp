// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Verdicts with their reasons: which signer, by which list, what is missing. Pure: the answer of TVS is a parameter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/time_floor.hpp"
#include "common/crypto/x509.hpp"
#include "services/trust_store/files/signature.hpp"
#include "services/trust_store/files/signed_file.hpp"
#include "services/trust_store/lists/freshness.hpp"
#include "services/trust_store/lists/list_reading.hpp"
#include "services/trust_store/lists/trust_list.hpp"
#include "services/trust_store/lists/trust_update.hpp"

namespace phone::trust {

// The lists in force; null: none.
struct TrustLists {
  const TrustList* ctl = nullptr;
  const TrustList* itl = nullptr;
  // A list is installed but can no longer be verified: it vouches for nothing and still prevents first use.
  bool ctl_damaged = false;
  bool itl_damaged = false;
  // The ITL is a rollback list and older than one taken before: it does not bring first use back.
  bool itl_outdated = false;
  HeldLists held() const;
  // Certificates of both that may act as `role`, the CTL's first.
  std::vector<crypto::Certificate> certificates(Role role) const;
  // Whether there is one.
  bool names(Role role) const;
};

// The answer of TVS about the certificate in question.
struct TvsAnswer {
  TvsVerdict says = TvsVerdict::kNotAsked;
  std::optional<crypto::Certificate> certificate;  // of the signer, when a signer was asked for
  std::string server;                              // who vouched
  std::string text;                                // why not
};

// What to ask TVS when the verdict depends on it.
struct TvsQuestion {
  Role role = Role::kSast;
  std::string subject, issuer, serial;  // of a signer: QUERY
  std::string certificate;              // DER of a peer: VERIFY
};

struct Verdict {
  bool trusted = false;
  bool unchanged = false;
  std::optional<TvsQuestion> question;  // undecided until this is answered; then judge again
  std::string by;                       // "ITL", "CTL", "TVS <server>", "first use"
  std::string reason;
  std::string signer;  // subject
  std::vector<std::string> warnings;
  // Of what has been judged by its age (age_judgement.hpp).
  std::uint32_t signed_at = 0;
  Aged aged;
  bool allowed = false;       // too old, and the administrator allows it
  std::vector<Claim> claims;  // under which names it would be remembered
};

inline constexpr std::string_view kFirstUse = "first use";  // `by` of a list that only its own signers vouch for

struct ListVerdict : Verdict {
  std::optional<TrustList> list;                   // when trusted
  std::optional<crypto::Certificate> certificate;  // of the signer, when trusted
};
// The signer is found and the signature verified before any other certificate of the list is read; a list that is
// refused or depends on TVS costs no more than that.
ListVerdict judge_list(const ListReading& reading, const TrustLists& lists, const TvsAnswer& tvs, KeyPolicy policy);
ListVerdict judge_list(ListKind kind, std::string_view file, const TrustLists& lists, const TvsAnswer& tvs,
                       KeyPolicy policy);

struct FileVerdict : Verdict {
  std::optional<SignedFile> file;  // when trusted
};
FileVerdict judge_file(std::string_view requested_name, std::string_view file, const TrustLists& lists,
                       const TvsAnswer& tvs, KeyPolicy policy);

// A certificate that a list names is trusted by byte equality with the record, in a role that fits; its dates and
// issuer are ignored. TVS decides on everything else.
Verdict judge_peer(const absl::StatusOr<crypto::Certificate>& leaf, Role role, const TrustLists& lists,
                   const TvsAnswer& tvs, KeyPolicy policy);
// Another rule for peers that no list names: what was sent (DER, leaf first) leads to the anchor at present, or is the
// anchor. While the time is not known nothing is refused for being too early.
Verdict judge_path(const std::vector<std::string>& chain_der, std::string_view anchor_der,
                   const clock::Present& present, KeyPolicy policy);
// The same for a server that the configuration names: its leaf is for servers and names `host`, or is the anchor
// itself.
Verdict judge_named_path(const std::vector<std::string>& chain_der, std::string_view anchor_der,
                         const std::string& host, const clock::Present& present, KeyPolicy policy);

}  // namespace phone::trust

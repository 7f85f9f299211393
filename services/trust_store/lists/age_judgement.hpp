// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Verdicts by age, of a list or file whose signer is right. Judged after the signature, which proves the time that it
// states. Pure.
#pragma once

#include <string_view>

#include "services/trust_store/lists/freshness.hpp"
#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust {

struct Ages {
  const Marks& marks;
  clock::Present present;
  bool allowed = false;  // by the administrator: however old
};

Claim claim_of(const TrustList& list);
// Under its own name, or that of the file it is a form of.
Claim claim_of(const SignedFile& file, std::string_view bytes, bool as_form = false);

// An older list is refused; one with the content of the list in force changes nothing. An older rollback list, after
// which any list would be accepted, needs a signer of the CTL or TVS, even where the ITL in force has its signer; then
// `question` asks for TVS.
void judge_age(ListVerdict& verdict, const TrustLists& lists, const TvsAnswer& tvs, KeyPolicy policy, const Ages& ages);

// With `in_force` it is compared with every form of the file, for it replaces what any of them put in force.
void judge_age(FileVerdict& verdict, std::string_view bytes, bool in_force, const Ages& ages);

// Whether a trusted one is to be remembered as the newest.
bool to_be_kept(const Verdict& verdict);

}  // namespace phone::trust

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/trust/v1/trust_store.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// CTL and ITL with their records, as the Trust List menu shows them.
std::string print_trust_lists(const phone::trust::v1::TrustLists& lists, const View& view);

// The record of decisions, one line each, newest first.
std::string print_decisions(const phone::trust::v1::ListDecisionsReply& reply, const View& view);

// One sentence: what this phone would do with a list, and why.
std::string print_preview(const phone::trust::v1::PreviewTrustListReply& preview, const View& view);

// One sentence: what may be older now, and until when.
std::string print_older_allowed(const phone::trust::v1::AllowOlderReply& reply, const View& view);

// The newest decision about exactly that name; without one, about a host of that name on any port; without one, the
// newest that has it in a name. `reply` is newest first. Null: none.
const phone::trust::v1::Decision* decision_about(const phone::trust::v1::ListDecisionsReply& reply,
                                                 const std::string& name);

// One sentence: what was decided about it, when, and for which reason.
std::string why(const phone::trust::v1::Decision& decision, const View& view);

}  // namespace phone::phonectl

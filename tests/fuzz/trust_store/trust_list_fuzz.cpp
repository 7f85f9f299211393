// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Seeds: ../shared/testdata/cisco/{itl,ctl,neg,odd}. A list that is read must be consistent; one that is accepted has a
// signer.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "services/trust_store/lists/judgement.hpp"
#include "services/trust_store/lists/list_reading.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::trust;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (ListKind kind : {ListKind::kItl, ListKind::kCtl}) {
    const auto reading = ListReading::scan(kind, std::string(bytes));
    if (reading.ok() && (*reading)->certificates_read() != 0) std::abort();
    if (reading.ok()) {
      // In any list the signers come first and the rest only with the whole list.
      const auto signers = (*reading)->signers();
      if (signers.ok() && signers->size() > 2) std::abort();
      if ((*reading)->list().ok() != parse_list(kind, bytes).ok()) std::abort();
      if ((*reading)->list().ok() && !signers.ok()) std::abort();
    }
    const auto list = parse_list(kind, bytes);
    if (list.ok() && !reading.ok()) std::abort();
    if (!list.ok()) continue;
    if (list->header.length > size || list->records.size() > kMostRecords || list->signers().size() > 2) std::abort();
    if (signed_bytes(bytes, list->header).size() + list->header.signature_size != size) std::abort();
    const ListVerdict verdict = judge_list(kind, bytes, {}, {}, {});
    if (verdict.trusted != verdict.certificate.has_value() || verdict.question.has_value()) std::abort();
    if (verdict.reason.empty()) std::abort();
  }
  return 0;
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Only the grammar of a list, without OpenSSL behind it: thirty times the inputs of trust_list_fuzz in a minute, for
// the code that meets a stranger's bytes first. Its corpus reached more of the grammar (459 edges to 426) and, handed
// to trust_list_fuzz, of the whole verdict (1003 to 993). Seeds: ../shared/testdata/cisco/{itl,ctl,neg,odd}.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/trust_store/files/file_header.hpp"
#include "services/trust_store/lists/list_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::trust;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = parse_header(bytes);
  // Without a header that is read, the records are tried at the start: the fuzzer need not learn two grammars at once.
  const std::size_t start = header.ok() ? header->length : 0;
  if (start > size) std::abort();
  if (header.ok() && signed_bytes(bytes, *header).size() + header->signature_size != size) std::abort();
  const auto records = split_records(bytes, start);
  if (!records.ok()) return 0;
  if (records->size() > kMostRecords) std::abort();
  for (const RawRecord& record : *records) {
    for (const auto& part : {record.dns_name, record.subject, record.issuer, record.serial, record.public_key,
                             record.certificate, record.address}) {
      if (part && (part->data() < bytes.data() || part->data() + part->size() > bytes.data() + size)) std::abort();
    }
  }
  return 0;
}

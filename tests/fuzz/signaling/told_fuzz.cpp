// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the process before has left on flash of what the call manager had told, and the values of Session-ID, gci and
// Date: any bytes are bounded, clean and, written again, the same.
#include <cstdlib>

#include "common/text/foreign_text.hpp"
#include "services/signaling/call/call_info.hpp"
#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/sip/date.hpp"
#include "services/signaling/sip/session_id.hpp"

namespace {

using namespace phone::signaling;

void check(bool good) {
  if (!good) std::abort();
}

std::string written(const RemoteState& state) {
  RecordWriter record;
  state.write(record);
  return record.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  RemoteState state;
  state.restore(text);
  check(state.view().lines.size() <= 255);
  for (const ShownText& one : state.view().texts) check(phone::text::is_clean(one.text));
  RemoteState again;
  again.restore(written(state));
  check(written(again) == written(state));
  Message message;
  message.add("Session-ID", text);
  if (const auto session = read_session_id(message); session.has_value())
    check(session->local.empty() || is_session_uuid(session->local));
  if (const auto time = read_date(text); time.has_value()) check(read_date(write_date(*time)) == time);
  (void)is_global_call(text);
  return 0;
}

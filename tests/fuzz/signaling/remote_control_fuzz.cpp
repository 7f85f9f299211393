// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a call manager orders, in its three forms: any bytes are orders within their bounds, or a reason.
#include <cstdlib>

#include "common/text/foreign_text.hpp"
#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/control/service_control.hpp"

namespace {

using namespace phone::signaling;

void check(bool good) {
  if (!good) std::abort();
}

void show(const RemoteRequest& request, RemoteState& state) {
  if (const auto* bulk = std::get_if<BulkUpdate>(&request); bulk != nullptr) {
    check(!bulk->lines.empty() && bulk->lines.size() <= kMostXmlElements);
    for (const LineUpdate& line : bulk->lines) state.update(line);
  }
  if (const auto* text = std::get_if<StatusText>(&request); text != nullptr) {
    check(phone::text::is_clean(text->text) && text->text.size() <= phone::text::kForeignTextLimit);
    state.show(*text, {});
  }
  if (const auto* page = std::get_if<DataPassthrough>(&request); page != nullptr) state.push(*page, "<a/>");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RemoteState state;
  state.set_lines(2);
  if (const auto requests = read_remote_requests(bytes); requests.ok()) {
    check(!requests->empty() && requests->size() <= kMostRemoteRequests && size <= kLargestRemoteRequest);
    for (const RemoteRequest& one : *requests) {
      check(!name_of(one).empty());
      show(one, state);
    }
  } else {
    check(phone::text::is_clean(std::string(requests.status().message())));
  }
  for (const RemoteLine& line : state.view().lines) check(phone::text::is_clean(line.forward.number));
  if (const auto control = read_service_control(bytes); control.ok())
    check(!name_of(control->action).empty() && size <= kLargestServiceControl);
  else
    check(phone::text::is_clean(std::string(control.status().message())));
  if (const auto summary = read_message_summary(bytes); summary.ok()) check(summary->messages.has_value());
  return 0;
}

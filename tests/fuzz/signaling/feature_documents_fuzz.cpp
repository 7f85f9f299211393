// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a call manager tells of conferences, shared lines and watched numbers: any bytes are a value within its bounds,
// or a reason.
#include <cstdlib>

#include "common/text/foreign_text.hpp"
#include "services/signaling/feature/conference_info.hpp"
#include "services/signaling/feature/conference_menu.hpp"
#include "services/signaling/feature/dialog_info.hpp"
#include "services/signaling/feature/presence_info.hpp"
#include "services/signaling/feature/softkey_message.hpp"

namespace {

using namespace phone::signaling;

void check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  if (const auto menu = read_conference_menu(xml); menu.ok()) {
    check(menu->size() <= kMostParticipants);
    for (const Participant& one : *menu) check(!one.id.empty() && phone::text::is_clean(one.name));
  }
  if (const auto conference = read_conference_info(xml); conference.ok()) {
    check(conference->present.size() + conference->gone.size() <= kMostParticipants);
    for (const Participant& one : conference->present) check(!one.id.empty() && phone::text::is_clean(one.name));
    check(told_by(*conference, {}).size() <= kMostParticipants);
  }
  if (const auto info = read_dialog_info(xml); info.ok()) {
    check(info->dialogs.size() <= kMostDialogsTold);
    for (const DialogInfo::Dialog& one : info->dialogs)
      check(!one.id.empty() && phone::text::is_clean(one.remote_name) && phone::text::is_clean(one.remote_number));
  }
  if (const auto state = read_presence(xml); state.ok()) check(*state != WatchedState::kRefused);
  if (const auto response = read_remote_response(xml); response.ok()) check(response->code <= 999);
  return 0;
}

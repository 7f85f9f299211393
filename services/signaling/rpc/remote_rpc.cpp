// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/remote_rpc.hpp"

#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"

namespace phone::signaling {

void fill(v1::SignalingState& state, const RemoteView& view) {
  state.set_do_not_disturb(to_proto(view.do_not_disturb));
  state.set_hunt_group(view.hunt_group);
  state.set_privacy(view.privacy);
  for (const ShownText& one : view.texts) {
    v1::ShownText* shown = state.add_shown_text();
    shown->set_line(one.line);
    shown->set_text(text::clean(one.text));
  }
  if (!view.page.has_value()) return;
  v1::PushedPage* page = state.mutable_pushed_page();
  page->set_application(view.page->application);
  page->set_transaction(view.page->transaction);
  page->set_conference(view.page->conference);
  page->set_xml(text::clean(view.page->xml, RemoteState::kLargestPage));
}

void fill(v1::PhoneLine& message, const RemoteLine& line) {
  message.set_messages_waiting(line.messages);
  message.set_new_messages(line.mailbox.fresh);
  message.set_old_messages(line.mailbox.old);
  message.set_forwarded_to(text::clean(line.forward.number));
  message.set_forwarded_to_voicemail(line.forward.to_voicemail);
}

}  // namespace phone::signaling

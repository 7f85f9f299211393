// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/remote_state.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"

namespace phone::signaling {

void RemoteState::set_lines(size_t lines) {
  view_.lines.resize(lines);
  std::erase_if(texts_, [&](const auto& one) { return one.first > lines; });
}

bool RemoteState::update(const LineUpdate& update) {
  if (update.line > view_.lines.size()) return false;
  for (uint32_t line = 1; line <= view_.lines.size(); ++line) {
    if (update.line != 0 && update.line != line) continue;
    RemoteLine& to = view_.lines[line - 1];
    if (update.messages.has_value()) {
      to.messages = *update.messages;
      if (!to.messages) to.mailbox.fresh = 0;
    }
    if (update.mailbox.has_value()) to.mailbox = *update.mailbox;
    if (update.forward.has_value()) to.forward = *update.forward;
  }
  return true;
}

bool RemoteState::show(const StatusText& shown, TimePoint now) {
  if (shown.line > view_.lines.size()) return false;
  if (shown.text.empty()) {
    texts_.erase(shown.line);
    return true;
  }
  Timed timed{.text = shown.text, .until = std::nullopt};
  if (shown.timeout.count() > 0) timed.until = now + shown.timeout;
  texts_[shown.line] = std::move(timed);
  return true;
}

bool RemoteState::push(const DataPassthrough& request, std::string_view xml) {
  const bool same = building_.application == request.application && building_.transaction == request.transaction &&
                    building_.conference == request.conference;
  if (!same)
    building_ = {.application = request.application,
                 .transaction = request.transaction,
                 .conference = request.conference,
                 .xml = {}};
  if (building_.xml.size() + xml.size() > kLargestPage) {
    building_ = {};
    return false;
  }
  building_.xml += xml;
  if (!request.last) return true;
  building_.xml = text::clean(building_.xml, kLargestPage);
  view_.page = std::exchange(building_, {});
  return true;
}

void RemoteState::on_time(TimePoint now) {
  std::erase_if(texts_, [&](const auto& one) { return one.second.until.has_value() && now >= *one.second.until; });
}

std::optional<TimePoint> RemoteState::deadline() const {
  std::optional<TimePoint> first;
  for (const auto& [line, one] : texts_) {
    if (one.until.has_value() && (!first.has_value() || *one.until < *first)) first = one.until;
  }
  return first;
}

RemoteView RemoteState::view() const {
  RemoteView view = view_;
  for (const auto& [line, one] : texts_) view.texts.push_back({.line = line, .text = one.text});
  return view;
}

}  // namespace phone::signaling

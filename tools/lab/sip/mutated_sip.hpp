// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// mutated_sip.hpp -- what a call manager that is broken says in the middle of a call: messages it has sent before on
// the same connection, and requests in the dialog that stands, each changed at random in one to four places. Their
// framing (RFC 3261 section 18.3) stays right, so that one changed message does not hide the next.
#pragma once

#include <deque>
#include <random>
#include <string>
#include <vector>

namespace phone::lab {

class MutatedSip {
 public:
  // `series`: another one for each connection, else one that begins with what ends a connection would never get
  // further.
  explicit MutatedSip(unsigned series = 0) : engine_(20261129 + series) {}
  // A message that went out. Those that end or change a call in their own right (BYE, a refused INVITE, an offer within
  // a dialog) are not kept: obeyed unchanged they would be no fault of the phone.
  void sent(const std::string& text);
  std::string next();  // the same series for the same messages sent

 private:
  std::vector<std::string> in_dialog() const;
  std::string changed(std::string bytes);
  size_t below(size_t limit) { return engine_() % limit; }

  std::deque<std::string> recent_;
  std::string dialog_;  // the INVITE or its 2xx that was sent last
  std::mt19937 engine_;
  unsigned made_ = 0;
};

}  // namespace phone::lab

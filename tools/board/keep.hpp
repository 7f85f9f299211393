// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace phone::board {

// With a terminal, Enter or a signal; without one (a pipe, /dev/null, a service) only a signal, since an input at its
// end would end the phone at once.
const char* how_to_end();

// Blocks until Enter is pressed on a terminal, or SIGINT, SIGTERM or SIGHUP arrives. The signals do not end the
// process: the caller clears up.
void wait_for_end();

}  // namespace phone::board

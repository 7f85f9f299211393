// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace phone::download {

// Whether the other end of this TCP connection has acknowledged all that was written to it. A server that closes while
// bytes are on their way has not read them, though its close looks like any other.
bool all_arrived(int fd);

}  // namespace phone::download

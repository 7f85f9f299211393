// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// wire_guard.hpp -- puts a frame filter between a socket and gRPC. gRPC reads and writes its sockets itself and has no
// place for anybody in between; a pair of sockets and a thread that carries bytes would cost two wake-ups a direction.
// But it does so by recvmsg(2) and sendmsg(2) of the C library, so this library has these two, and connect(2), itself:
// the system call and, for a descriptor under guard, a look at what passed. All other descriptors pass untouched. See
// decisions/2026-11-28-frames-are-filtered-where-they-are-read.md.
#pragma once

#include <absl/time/time.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "common/mesh/guard/frame_filter.hpp"

namespace phone::mesh {

struct RoleActivity;

namespace wire_guard {

// From the next byte on; before gRPC has the descriptor. `cut` is called once, by the thread that reads: nothing that
// takes long, and no gRPC. Until the descriptor is closed. False when the descriptor cannot be guarded.
bool watch(int fd, std::unique_ptr<FrameFilter> filter, std::function<void(FrameFault)> cut,
           RoleActivity* role_activity = nullptr);

// Every connection that gRPC makes to this socket from now on is watched: a server may be hostile too.
void watch_connections_to(const std::filesystem::path& socket);

// Ends connections with an unfinished preface or header block. To be called every second or so.
void look(absl::Time now);

// Whether gRPC reads through the guard. A process in which it does not must not serve.
bool in_force();

}  // namespace wire_guard
}  // namespace phone::mesh

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace phone::mesh {

// gRPC's own log lines become lines of this process's log: its errors are warnings here, at most one a second because
// peers can provoke them at will; everything else is for --verbose.
void log_grpc_lines();

}  // namespace phone::mesh

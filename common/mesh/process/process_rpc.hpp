// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/mesh/v1/process.pb.h"

namespace phone::mesh {

class Router;

// phone.mesh.v1.Process of this process.
void serve_process(Router& router);
v1::Metrics metrics_now();

}  // namespace phone::mesh

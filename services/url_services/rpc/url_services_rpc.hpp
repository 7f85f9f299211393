// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/mesh/server/router.hpp"
#include "services/url_services/exchange/worker.hpp"

namespace phone::url_services {

// Checks a request, hands it to the worker, and gives the caller what came of it.
void serve_url_services(mesh::Router& router, Worker& worker);

}  // namespace phone::url_services

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/service.hpp"
#include "services/signaling/sandbox.hpp"
#include "services/signaling/wiring.hpp"

int main(int argc, char** argv) {
  auto service = phone::signaling::make_service(phone::signaling::enter_sandbox);
  return phone::mesh::run(*service, argc, argv);
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/grpc_log.hpp"

#include <grpc/support/log.h>

#include "common/log/log.hpp"
#include "common/log/rate_limited.hpp"

namespace phone::mesh {
namespace {

void write_line(gpr_log_func_args* args) {
  static log::RateLimited errors;
  const bool error = args->severity == GPR_LOG_SEVERITY_ERROR;
  if (error && !errors.due()) return;
  const log::Field from[] = {{"grpc", args->file}, {"line", args->line}};
  log::write(error ? log::Level::kWarning : log::Level::kDebug, args->message, from, 2);
}

}  // namespace

void log_grpc_lines() { gpr_set_log_function(write_line); }

}  // namespace phone::mesh

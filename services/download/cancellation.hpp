// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/eventfd.h>

#include <atomic>

#include "common/os/descriptor.hpp"

namespace phone::download {

// The caller of an exchange is gone. libcurl asks a flag; what polls descriptors waits for one.
class Cancellation {
 public:
  void cancel() {
    flag_ = true;
    eventfd_write(fd_.get(), 1);
  }
  const std::atomic<bool>& flag() const { return flag_; }
  int fd() const { return fd_.get(); }  // readable once cancelled

 private:
  std::atomic<bool> flag_ = false;
  const os::Descriptor fd_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

}  // namespace phone::download

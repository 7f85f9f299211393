// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/arrived.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace phone::download {

bool all_arrived(int fd) {
  int waiting = 0;
  return ioctl(fd, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

}  // namespace phone::download

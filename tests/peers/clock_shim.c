/* Copyright The Phonemesh Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * clock_shim.c -- preloaded into a process, its clock starts at CLOCK_AT (Unix seconds) and runs on from there: a
 * device without a battery for its clock. Deadlines by that clock are moved along. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
  static long moved;
  static int known;
  if (!known) {
    struct timespec now;
    const char* at = getenv("CLOCK_AT");
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    moved = at ? atol(at) - now.tv_sec : 0;
    known = 1;
  }
  return moved;
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset();
  return result;
}

int gettimeofday(struct timeval* time, void* zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

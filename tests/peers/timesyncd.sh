#!/bin/bash
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# timesyncd.sh FILE -- runs systemd-timesyncd for some seconds with FILE as its drop-in and prints what it says. In a user namespace of its own it cannot
# set the machine's clock, and in a network namespace of its own it reaches nobody.
set -eu
unshare -U sleep 60 &
holder=$!
trap 'kill $holder 2>/dev/null' EXIT
until [ "$(readlink /proc/$holder/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do :; done
echo '0 0 65536' >/proc/$holder/uid_map
echo '0 0 65536' >/proc/$holder/gid_map
nsenter -U -t $holder -S 0 -G 0 unshare -mn bash -c '
  mount -t tmpfs tmpfs /run
  mkdir -p /run/systemd/timesyncd.conf.d /run/systemd/timesync
  cat >/run/systemd/timesyncd.conf.d/50-phone.conf
  SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=debug timeout 8 /lib/systemd/systemd-timesyncd 2>&1 || true' <"$1"

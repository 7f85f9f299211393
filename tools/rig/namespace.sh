#!/bin/bash
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# namespace.sh STAGE -- runs a phone: systemd as pid 1 in private pid, mount, cgroup, ipc, uts and network namespaces, with the shipped
# units, users and sandbox; beside it an empty network namespace for the lab, joined to the phone's port0 by a veth pair.
# Prints "PHONE LAB", the pids for nsenter, and stays; end it by closing its standard input. Nothing is left behind.
# MEMORY=yes in the environment: with the kernel's memory controller, so that MemoryMax= holds as on a phone. Not by default: where it is a
# controller of cgroup v1, each start of a process costs a second move between groups, which would falsify every figure of a restart.
# CGROUP=v1 in the environment: with control groups of version 1 only (deploy/decisions/2026-11-30-control-groups-of-version-1.md).
# ROOT=DIR in the environment: the system in DIR, into which the phone's packages were installed, instead of this one's; of STAGE it gets options, state, logs
# and what the rig adds to the units.
# STAGE holds bin/ (-> /usr/lib/phone), etc/ (-> /etc/phone), state/ (-> /var/lib/phone), units/, log/.
set -eu
stage=$(readlink -f "$1")
name=phone-rig-$$
cgroup=/sys/fs/cgroup/unified
[ -d $cgroup ] || cgroup=/sys/fs/cgroup
# The cgroups in which the phone's first process starts, and the cgroup mounts for its own systemd.
groups="$cgroup/$name"
mounts='mount -t cgroup2 none /sys/fs/cgroup'
if [ "${MEMORY:-}" = yes ] && grep -qw memory "$cgroup/cgroup.controllers"; then
  echo +memory >"$cgroup/cgroup.subtree_control"
elif [ "${MEMORY:-}" = yes ]; then
  [ -d /sys/fs/cgroup/memory ] || { echo "this kernel has no memory controller" >&2; exit 77; }
  groups="$groups /sys/fs/cgroup/memory/$name /sys/fs/cgroup/systemd/$name"
  mounts='mkdir /sys/fs/cgroup/unified /sys/fs/cgroup/memory /sys/fs/cgroup/systemd
mount -t cgroup2 none /sys/fs/cgroup/unified
mount -t cgroup -o memory memory /sys/fs/cgroup/memory
mount -t cgroup -o none,name=systemd,xattr systemd /sys/fs/cgroup/systemd'
fi
# A device with control groups of version 1 only, asked for or because there is nothing else here.
[ -f $cgroup/cgroup.procs ] || CGROUP=v1
if [ "${CGROUP:-}" = v1 ]; then
  groups= mounts='export SYSTEMD_PROC_CMDLINE="systemd.unified_cgroup_hierarchy=no systemd.legacy_systemd_cgroup_controller=yes"'
  for each in systemd memory pids; do
    options=$each
    [ $each = systemd ] && options=none,name=systemd,xattr
    [ -d /sys/fs/cgroup/$each ] || continue
    groups="$groups /sys/fs/cgroup/$each/$name"
    mounts="$mounts
mkdir /sys/fs/cgroup/$each
mount -t cgroup -o $options $each /sys/fs/cgroup/$each"
  done
  [ -d /sys/fs/cgroup/systemd ] || { echo "this machine has no control groups of version 1" >&2; exit 77; }
fi
mkdir -p $groups
[ -n "${ROOT:-}" ] || mkdir -p /usr/lib/phone /var/lib/phone
mkdir -p "$stage"/{bin,etc,state,units,log,users}

if [ -n "${ROOT:-}" ]; then
  mkdir -p "$ROOT$stage" "$ROOT/var/lib/phone" "$ROOT/etc/phone"
  cp "$stage"/etc/*.options "$ROOT/etc/phone/"
  cp -a "$stage/state/." "$ROOT/var/lib/phone/"
  enter="mount --rbind \"$ROOT\" \"$ROOT\"
mount --bind \"$stage\" \"$ROOT$stage\"
cd \"$ROOT\"
pivot_root . mnt
cd /"
  own='umount -l /mnt
cp -r "'$stage'"/units/phone-off.target "'$stage'"/units/*.d /run/systemd/system/
mkdir /run/systemd/system/multi-user.target.wants
ln -s ../phone-off.target /run/systemd/system/multi-user.target.wants/'
else
  enter=
  own='mount --bind "'$stage'/bin" /usr/lib/phone
mount --bind "'$stage'/users/etc" /etc
mount --bind "'$stage'/etc" /etc/phone
mount --bind "'$stage'/state" /var/lib/phone
cp -r "'$stage'"/units/* /run/systemd/system/
[ ! -e /etc/phone/tmpfiles.conf ] || systemd-tmpfiles --create /etc/phone/tmpfiles.conf'
  # A private copy of the host's /etc with our users added. Binding single files does not last: a package installed on the host
  # replaces the file, and the kernel then detaches every mount on it.
  chmod 700 "$stage/users"
  cp -a /etc "$stage/users/"
  mkdir -p "$stage/users/etc/phone"
  systemd-sysusers --root="$stage/users" "$stage/etc/sysusers.conf" >/dev/null
  # The host's DNS servers are none of the phone's.
  rm -f "$stage/users/etc/resolv.conf"
fi

cat > "$stage/init.sh" <<X
set -e
mount --make-rprivate /
$enter
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup 2>/dev/null || true
mount -t tmpfs tmpfs /run
$mounts
mkdir -p /run/systemd/system /run/phone /run/stage
mount --bind "$stage" /run/stage
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
mkdir -p "$stage"
mount --move /run/stage "$stage"
$own
hostname phone
ip link set lo up
for i in \$(seq 200); do ip link show port0 >/dev/null 2>&1 && break; sleep 0.01; done
export container=other
exec /lib/systemd/systemd --system --unit="\$1" --log-target=console --show-status=0
X

lab=
phone=
cleanup() {
  set +e
  [ -n "$phone" ] && kill -9 "$phone" 2>/dev/null
  [ -n "$lab" ] && kill -9 "$lab" 2>/dev/null
  for i in $(seq 100); do
    find $groups -depth -type d -exec rmdir {} \; 2>/dev/null
    ls -d $groups 2>/dev/null | grep -q . || break
    sleep 0.02
  done
}
trap cleanup EXIT
trap : TERM  # comes right after the closing of our standard input, and must not cut the cleaning up short
unshare -n sleep infinity </dev/null >/dev/null 2>&1 &
lab=$!
( for group in $groups; do echo $BASHPID >"$group/cgroup.procs"; done
  exec unshare -m -p -i -u -C -n -f --kill-child bash "$stage/init.sh" "${TARGET:-phone.target}" </dev/null >"$stage/log/systemd.log" 2>&1 ) &
outer=$!
for i in $(seq 200); do
  phone=$(pgrep -P $outer 2>/dev/null || true)
  [ -n "$phone" ] && [ "$(readlink /proc/$phone/ns/net)" != "$(readlink /proc/self/ns/net)" ] &&
    [ "$(readlink /proc/$lab/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break
  sleep 0.01
done
[ -n "$phone" ] || { echo "namespaces are refused here" >&2; exit 77; }
nsenter -t "$lab" -n ip link add lab0 type veth peer name port0 address 0a:1b:2c:3d:4e:5f netns "$phone"
nsenter -t "$lab" -n sh -c 'ip link set lo up; ip addr add 10.77.0.1/24 dev lab0; ip link set lab0 up'
nsenter -t "$phone" -n ip link set port0 up
echo "$phone $lab"
cat >/dev/null || true   # until our standard input is closed

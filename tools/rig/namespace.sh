#!/bin/bash
# namespace.sh STAGE -- a phone of its own: systemd as pid 1 in private pid, mount, cgroup, ipc, uts and network namespaces, with the shipped
# units, users and sandbox; beside it an empty network namespace for the lab, joined to the phone's port0 by a veth pair.
# Prints "PHONE LAB", the pids that nsenter takes, and stays; end it by closing its standard input. Nothing is left behind.
# STAGE holds bin/ (-> /usr/lib/phone), etc/ (-> /etc/phone), state/ (-> /var/lib/phone), units/, log/.
set -eu
stage=$(readlink -f "$1")
name=phone-rig-$$
cgroup=/sys/fs/cgroup/unified
[ -d $cgroup ] || cgroup=/sys/fs/cgroup
mkdir -p "$cgroup/$name" /usr/lib/phone /etc/phone /var/lib/phone
mkdir -p "$stage"/{bin,etc,state,units,log,users/etc}

# The host's user database plus ours, visible in the namespace alone.
cp /etc/passwd /etc/group /etc/shadow /etc/gshadow "$stage/users/etc/" 2>/dev/null || true
systemd-sysusers --root="$stage/users" "$stage/etc/sysusers.conf" >/dev/null

cat > "$stage/init.sh" <<X
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup 2>/dev/null || true
mount -t tmpfs tmpfs /run
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/systemd/system /run/phone /run/stage
mount --bind "$stage" /run/stage
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
mkdir -p "$stage"
mount --move /run/stage "$stage"
mount --bind "$stage/bin" /usr/lib/phone
mount --bind "$stage/etc" /etc/phone
mount --bind "$stage/state" /var/lib/phone
mount --bind "$stage/users/etc/passwd" /etc/passwd
mount --bind "$stage/users/etc/group" /etc/group
cp -r "$stage"/units/* /run/systemd/system/
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
    find "$cgroup/$name" -depth -type d -exec rmdir {} \; 2>/dev/null
    [ -d "$cgroup/$name" ] || break
    sleep 0.02
  done
}
trap cleanup EXIT
trap : TERM  # comes right after the closing of our standard input, and must not cut the cleaning up short
unshare -n sleep infinity </dev/null >/dev/null 2>&1 &
lab=$!
( echo $BASHPID > "$cgroup/$name/cgroup.procs"
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

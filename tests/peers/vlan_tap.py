#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# vlan_tap.py PORT VLAN NAME -- a port NAME in this network namespace that is in VLAN of PORT, for kernels without 8021q: a TAP whose frames leave
# PORT with a tag, and which gets the frames that come in with that tag. Prints "ready" when it exists and ends when its standard input is closed.
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
TP_STATUS_VLAN_VALID = 1 << 4
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 2, 0x1000

port, vlan, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
subprocess.check_call(["ip", "link", "set", name, "up"])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.bind((port, 0))
wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
print("ready", flush=True)
while True:
    ready, _, _ = select.select([tap, wire, sys.stdin], [], [])
    if sys.stdin in ready and not os.read(0, 1):
        break
    if tap in ready:
        frame = os.read(tap, 2048)
        wire.send(frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:])
    if wire in ready:
        frame, extra, _, address = wire.recvmsg(2048, 64)
        for level, kind, value in extra:
            if address[2] == socket.PACKET_OUTGOING or (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
                continue
            status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", value[:20])
            if status & TP_STATUS_VLAN_VALID and tci & 0xFFF == vlan:
                os.write(tap, frame)

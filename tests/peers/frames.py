#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# frames.py -- Ethernet frames as hexadecimal digits, for tests that look at what a port lets through.
#   send PORT COUNT FRAME...   each of the frames in turn, COUNT times
#   watch PORT LAST            prints every frame that comes in until one contains LAST; exit 1 after 10 s without it
# A frame whose kernel-side VLAN tag was taken off is printed with it.
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SOL_PACKET = 263  # not in every Python
PACKET_AUXDATA = 8
TP_STATUS_VLAN_VALID = 1 << 4


def open_port(port):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.bind((port, 0))
    return s


def send(port, count, frames):
    s = open_port(port)
    frames = [bytes.fromhex(f) for f in frames]
    for _ in range(int(count)):
        for f in frames:
            try:
                s.send(f)
            except OSError:
                time.sleep(0.0005)


def watch(port, last):
    s = open_port(port)
    s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    print("ready", flush=True)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        s.settimeout(max(0.01, end - time.monotonic()))
        try:
            data, extra, _, address = s.recvmsg(2048, 64)
        except socket.timeout:
            break
        if address[2] == socket.PACKET_OUTGOING:
            continue
        for level, kind, value in extra:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", value[:20])
                if status & TP_STATUS_VLAN_VALID:
                    data = data[:12] + struct.pack("!HH", tpid or 0x8100, tci) + data[12:]
        print(data.hex(), flush=True)
        if last in data.hex():
            return 0
    return 1


if sys.argv[1] == "send":
    send(sys.argv[2], sys.argv[3], sys.argv[4:])
else:
    sys.exit(watch(sys.argv[2], sys.argv[3]))

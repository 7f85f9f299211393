#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# link_up_times.py CONTROL PORT COUNT watch|drive -- for each time the cable of PORT comes back: milliseconds from the kernel's report to
# EAP success, one line each after the line "down". "watch" only watches the supplicant, "drive" also drives it. "ready" comes first.
import select
import socket
import struct
import sys
import time

control, port, count, role = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]


def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind("")
    s.connect(control)
    s.settimeout(5)
    return s


requests, events = connect(), connect()
events.send(b"ATTACH")
events.recv(4096)
link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
link.bind((0, 1))  # RTMGRP_LINK
index = socket.if_nametoindex(port)


def carrier(up):
    """When the kernel said so."""
    while True:
        data = link.recv(65536)
        while len(data) >= 16:
            size, kind, _, _, _ = struct.unpack("IHHII", data[:16])
            if kind == 16 and size >= 32:  # RTM_NEWLINK
                _, _, _, where, flags, _ = struct.unpack("BBHiII", data[16:32])
                if where == index and bool(flags & 0x10000) == up:
                    return time.monotonic()
            data = data[(size + 3) & ~3:]


def ask(command):
    requests.send(command)
    return requests.recv(4096)


print("ready", flush=True)
for _ in range(count):
    carrier(False)
    print("down", flush=True)
    start = carrier(True)
    if role == "drive":
        ask(b"REASSOCIATE")
        ask(b"LOGON")
    while select.select([events], [], [], 10)[0]:
        said = events.recv(65536)
        if b"CTRL-EVENT-EAP-SUCCESS" in said:
            print("%.2f" % ((time.monotonic() - start) * 1000), flush=True)
            break
    else:
        print("never", flush=True)

#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# dhcp_server.py -- a DHCP server that does what dnsmasq cannot be told to: late answers, another address in a renewal,
# refusals, routers beyond the link, odd values.
#   PORT ADDRESS RULES...   answers on PORT as ADDRESS
# A rule is key=value: lease=A.B.C.D   the address it gives        renewed=A.B.C.D  what it gives in renewals instead
#                      mask=A.B.C.D    or "none"                   time=SECONDS     of the lease
#                      opt.N=HEX       option N                    late=SECONDS     before each answer
#                      siaddr=A.B.C.D, sname=NAME                  nak=1            refuses every REQUEST
#                      silent=1        never answers
# A rule `file=PATH` has further ones, one a line, read anew for each message. Every message is logged as a line.
import os
import socket
import struct
import sys
import threading
import time

ETH_P_IP = 0x0800
NAMES = {1: "discover", 2: "offer", 3: "request", 4: "decline", 5: "ack", 6: "nak"}


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def rules(words):
    found = dict(word.split("=", 1) for word in words)
    if "file" in found and os.path.exists(found["file"]):
        with open(found["file"]) as lines:
            found.update(line.strip().split("=", 1) for line in lines if "=" in line)
    return found


def options(data):
    found, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        size = data[at + 1]
        found[data[at]] = found.get(data[at], b"") + data[at + 2 : at + 2 + size]
        at += 2 + size
    return found


def say(*words):
    print(*words, flush=True)


def answer(out, port, own, kind, request, rule, address):
    reply = bytearray(240)
    reply[0:4] = bytes([2, 1, 6, 0])
    reply[4:8] = request[4:8]
    if kind != 6:
        reply[12:16] = request[12:16]
        reply[16:20] = socket.inet_aton(address)
        reply[20:24] = socket.inet_aton(rule.get("siaddr", "0.0.0.0"))
    reply[28:44] = request[28:44]
    name = rule.get("sname", "").encode()[:63]
    reply[44 : 44 + len(name)] = name
    reply[236:240] = bytes([0x63, 0x82, 0x53, 0x63])
    told = {53: bytes([kind]), 54: socket.inet_aton(own)}
    if kind != 6:
        told[51] = struct.pack("!I", int(rule.get("time", "600")))
        if rule.get("mask") != "none":
            told[1] = socket.inet_aton(rule.get("mask", "255.255.255.0"))
        for key, value in rule.items():
            if key.startswith("opt."):
                told[int(key[4:])] = bytes.fromhex(value)
    body = bytes(reply) + b"".join(bytes([n, len(v)]) + v for n, v in told.items()) + b"\xff"
    udp = struct.pack("!HHHH", 67, 68, len(body) + 8, 0) + body
    to = address if kind != 6 else "255.255.255.255"
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, len(udp) + 20, 0, 0, 64, 17, 0, socket.inet_aton(own), socket.inet_aton(to))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    say(NAMES[kind], address)
    out.sendto(head + udp, (port, ETH_P_IP, 0, 0, request[28:34] if kind != 6 else b"\xff" * 6))


def main():
    port, own, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    out = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    out.bind((port, ETH_P_IP))
    say("ready")
    while True:
        packet, source = out.recvfrom(2048)
        if source[2] == 4 or len(packet) < 28 or packet[9] != 17 or packet[22:24] != b"\0\x43":
            continue
        request = packet[28:]
        if len(request) < 244 or request[0] != 1:
            continue
        rule, asked = rules(words), options(request)
        kind = asked.get(53, b"\0")[0]
        wanted = socket.inet_ntoa(asked[50]) if 50 in asked else "-"
        client = socket.inet_ntoa(request[12:16])
        say(NAMES.get(kind, kind), wanted, client, socket.inet_ntoa(asked[54]) if 54 in asked else "-")
        if "silent" in rule or kind not in (1, 3) or (54 in asked and socket.inet_ntoa(asked[54]) != own):
            continue
        renewal = kind == 3 and client != "0.0.0.0"
        address = rule.get("renewed", rule["lease"]) if renewal else rule["lease"]
        if kind == 1:
            send = (2, address)
        elif "nak" in rule or (not renewal and wanted != address):
            send = (6, wanted)
        else:
            send = (5, address)
        work = threading.Timer(float(rule.get("late", "0")), answer, (out, port, own, send[0], request, rule, send[1]))
        work.daemon = True
        work.start()


main()

#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# eap_switch.py -- a switch port with 802.1X in raw frames, with an EAP-TLS server of its own (RFC 5216), for what
# hostapd and FreeRADIUS do not play.
#   eap_switch.py PORT PLAY [SERVER_PEM SERVER_KEY CLIENT_CA_PEM [CRL_PEM]]
# Plays:
#   accept    the handshake over TLS 1.2, then EAP-Success; a refused client certificate is told by its TLS alert
#   deny      the same, then EAP-Failure: certificate good, access denied
#   recant    accept, and EAP-Failure without a question a second later
#   late      deny, and EAP-Success a second later, and no more: a restricted VLAN
#   critical  the identity is asked for, then EAP-Success at once
#   open      EAP-Success in answer to the first EAPOL-Start
#   midway    EAP-Success in the middle of the handshake
#   mab       EAP-Failure in answer to each EAPOL-Start
# Prints a line for each thing it does.
import socket
import ssl
import struct
import sys
import time

PAE = bytes.fromhex("0180c2000003")
ETH_P_PAE = 0x888E
REQUEST, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
IDENTITY, TLS = 1, 13
START = 0x20
MORE, LENGTH = 0x40, 0x80
FRAGMENT = 1000


class Port:
    def __init__(self, name):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_PAE))
        self.socket.bind((name, 0))
        self.socket.setsockopt(263, 1, struct.pack("iHH8s", socket.if_nametoindex(name), 0, 6, PAE))
        self.own = self.socket.getsockname()[4]
        self.identifier = 16
        self.station = None

    # Waits for the next frame of a station: ("start" | "logoff" | "response", EAP packet).
    def receive(self, timeout):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                frame, address = self.socket.recvfrom(2048)
            except socket.timeout:
                return None, b""
            if address[2] == socket.PACKET_OUTGOING or len(frame) < 18:
                continue
            self.station = frame[6:12]
            kind, length = frame[15], struct.unpack("!H", frame[16:18])[0]
            if kind == 1:
                return "start", b""
            if kind == 2:
                return "logoff", b""
            packet = frame[18 : 18 + length]
            if kind == 0 and len(packet) >= 5 and packet[0] == RESPONSE:
                return "response", packet
        return None, b""

    def send(self, code, body=b""):
        packet = struct.pack("!BBH", code, self.identifier, 4 + len(body)) + body
        frame = self.station + self.own + struct.pack("!HBBH", ETH_P_PAE, 2, 0, len(packet)) + packet
        self.socket.send(frame.ljust(60, b"\0"))

    # A request and its response; None when the station does not answer, or starts again.
    def ask(self, body):
        self.identifier = (self.identifier + 1) % 256
        self.send(REQUEST, body)
        while True:
            what, packet = self.receive(5)
            if what == "response" and packet[1] == self.identifier:
                return packet[4:]
            if what is None or what == "logoff":
                return None

    def end(self, success):
        self.send(SUCCESS if success else FAILURE)
        print("sent", "EAP-Success" if success else "EAP-Failure", flush=True)


def send_tls(port, data):
    first, rest = True, data
    while True:
        part, rest = rest[:FRAGMENT], rest[FRAGMENT:]
        flags = (MORE if rest else 0) | (LENGTH if first and rest else 0)
        length = struct.pack("!I", len(data)) if flags & LENGTH else b""
        answer = port.ask(bytes([TLS, flags]) + length + part)
        if answer is None or not rest:
            return answer
        first = False


def receive_tls(port, answer):
    data = b""
    while answer is not None and len(answer) >= 2 and answer[0] == TLS:
        flags, body = answer[1], answer[2:]
        data += body[4:] if flags & LENGTH else body
        if not flags & MORE:
            return data
        answer = port.ask(bytes([TLS, 0]))
    return None


# True: the handshake is finished. False: it failed, and the station has our alert. None: it went away.
def handshake(port, files, stop_early=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files[0], files[1])
    context.load_verify_locations(files[2])
    context.verify_mode = ssl.CERT_REQUIRED
    if len(files) > 3:
        context.load_verify_locations(files[3])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    answer = port.ask(bytes([TLS, START]))
    while True:
        data = receive_tls(port, answer)
        if data is None:
            return None
        if stop_early:
            return True
        incoming.write(data)
        done, failed = False, False
        try:
            server.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            print("handshake:", error, flush=True)
            failed = True
        answer = send_tls(port, outgoing.read())
        if failed or done:
            return done if answer is not None else None


def main():
    port, play, files = Port(sys.argv[1]), sys.argv[2], sys.argv[3:]
    print("ready", flush=True)
    while True:
        what, _ = port.receive(3600)
        if what != "start":
            continue
        print("EAPOL-Start", flush=True)
        if play in ("open", "mab"):
            port.end(play == "open")
            continue
        if port.ask(bytes([IDENTITY])) is None:
            continue
        if play == "critical":
            port.end(True)
            continue
        done = handshake(port, files, play == "midway")
        if done is None:
            continue
        if play == "deny" or play == "late" or not done:
            port.end(False)
        else:
            port.end(True)
        if done and play == "recant":
            time.sleep(1)
            port.end(False)
        if play == "late":
            time.sleep(1)
            port.end(True)
            time.sleep(3600)  # the port is open, and nothing is asked any more


main()

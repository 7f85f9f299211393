#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""forward.py PID PORT -- makes the screen's port, 127.0.0.1:80 in the network namespace of PID, reachable as 127.0.0.1:PORT of this machine, for a
browser of the developer. Only the rig does this: on a device the port is the kiosk browser's alone. Ends with its standard input."""

import ctypes
import os
import queue
import socket
import sys
import threading

CLONE_NEWNET = 0x40000000


def dial(process, asked):
    """Connects in the namespace of `process`; a thread of its own, because a thread that has entered stays there."""
    namespace = os.open(f"/proc/{process}/ns/net", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        os._exit(1)
    while True:
        answer = asked.get()
        try:
            answer.put(socket.create_connection(("127.0.0.1", 80), timeout=5))
        except OSError:
            answer.put(None)


def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main(process, port):
    asked = queue.Queue()
    threading.Thread(target=dial, args=(process, asked), daemon=True).start()
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    listening = socket.create_server(("127.0.0.1", port))
    print("ready", flush=True)
    while True:
        client, _ = listening.accept()
        answer = queue.Queue()
        asked.put(answer)
        server = answer.get()
        if server is None:
            client.close()
            continue
        server.settimeout(None)
        for pair in ((client, server), (server, client)):
            threading.Thread(target=carry, args=pair, daemon=True).start()


main(sys.argv[1], int(sys.argv[2]))

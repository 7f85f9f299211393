#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""grpcurl_replay.py HOST PORT AUTHORITY CERTIFICATE KEY SERVER_NAME -- what grpcurl 1.8.9 and 1.9 (grpc-go) send, through an HTTP/2 library
that is nobody's of ours (python3-h2): no deadline, reflection first, then the call on the same connection. Prints one JSON object: for each request its
headers, its trailers and how many bytes of messages came. `--browser` instead asks with GET as browsers do."""

import json
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events

AGENTS = {"v1": "grpcurl/v1.9.1 grpc-go/1.61.0", "v1alpha": "grpcurl/1.8.9 grpc-go/1.57.0"}


def field(number, value):
    return bytes([number << 3 | 2, len(value)]) + value


def framed(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


def connect(host, port, authority, certificate, key, server_name, protocols):
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(protocols)
    plain = socket.create_connection((host, int(port)), timeout=10)
    return context.wrap_socket(plain, server_hostname=server_name)


class Connection:
    def __init__(self, tls, authority):
        self.tls, self.authority = tls, authority
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        self.tls.sendall(self.h2.data_to_send())

    def ask(self, headers, body, end=True):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, headers, end_stream=body is None)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=end)
        self.flush()
        told = {"headers": {}, "trailers": {}, "bytes": 0, "body": b""}
        while True:
            data = self.tls.recv(65536)
            if not data:
                return told
            for event in self.h2.receive_data(data):
                if getattr(event, "stream_id", None) not in (None, 0, stream):
                    continue
                if isinstance(event, h2.events.ResponseReceived):
                    told["headers"] = dict(event.headers)
                elif isinstance(event, h2.events.TrailersReceived):
                    told["trailers"] = dict(event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    told["bytes"] += len(event.data)
                    told["body"] += event.data
                    self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                    self.flush()
                    return told
            self.flush()

    def grpc(self, path, message, agent):
        # In the order of grpc-go's createHeaderFields.
        return self.ask([(":method", "POST"), (":scheme", "https"), (":path", path), (":authority", self.authority),
                         ("content-type", "application/grpc"), ("user-agent", agent), ("te", "trailers")], framed(message))


def replay(tls, authority):
    told = {}
    connection = Connection(tls, authority)
    for version, agent in AGENTS.items():
        path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
        told[f"{version} list"] = connection.grpc(path, field(7, b"*"), agent)
        told[f"{version} describe"] = connection.grpc(path, field(4, b"phone.gateway.v1.Gateway"), agent)
    told["GetStatus"] = connection.grpc("/phone.gateway.v1.Gateway/GetStatus", b"", AGENTS["v1"])
    told["Dial"] = connection.grpc("/phone.gateway.v1.Gateway/Dial", field(1, b"1002"), AGENTS["v1"])
    return told


def browse(arguments):
    """As Firefox does over HTTP/2, as an old client over HTTP/1.1, and as somebody who forgot the s of https."""
    get = "GET / HTTP/1.1\r\nHost: phone\r\nAccept: text/html\r\n\r\n".encode()

    def all_of(connection):
        connection.sendall(get)
        text = b""
        while data := connection.recv(65536):
            text += data
        return text

    told = {}
    with connect(*arguments, ["h2", "http/1.1"]) as tls:
        told["h2"] = Connection(tls, "phone").ask([(":method", "GET"), (":path", "/"), (":authority", "phone"), (":scheme", "https"),
                                                   ("accept", "text/html")], None)
    with connect(*arguments, ["http/1.1"]) as tls:
        told["http/1.1"] = {"body": all_of(tls)}
    with socket.create_connection((arguments[0], int(arguments[1])), timeout=10) as plain:
        told["plain"] = {"body": all_of(plain)}
    return told


def main(arguments):
    browser = "--browser" in arguments
    arguments = [one for one in arguments if one != "--browser"]
    told = browse(arguments) if browser else replay(connect(*arguments, ["h2"]), f"{arguments[0]}:{arguments[1]}")
    for one in told.values():
        one["body"] = one.get("body", b"").decode("latin-1") if browser else ""
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])

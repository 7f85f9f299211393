#!/usr/bin/env python3
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""grpcio_client.py TARGET AUTHORITY CERTIFICATE KEY SERVER_NAME -- an ordinary gRPC client (Debian's python3-grpcio) that has none of our
files: it learns the contract by reflection (v1, then v1alpha), calls without deadlines, and prints one JSON object of what it was told."""

import json
import pathlib
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

GATEWAY = "phone.gateway.v1.Gateway"


def pool_of_reflection(version):
    """The reflection protocol itself, as every reflection client brings it: from Debian's package grpc-proto."""
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory) / "reflection.binpb"
        subprocess.run(["protoc", "-I", "/usr/share/grpc-proto", f"--descriptor_set_out={out}", f"grpc/reflection/{version}/reflection.proto"],
                       check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


def message(pool, name):
    descriptor = pool.FindMessageTypeByName(name)
    factory = message_factory.MessageFactory(pool)
    return factory.GetPrototype(descriptor)


def reflect(channel, version):
    """The services, and a pool with the gateway's contract."""
    own = pool_of_reflection(version)
    package = f"grpc.reflection.{version}"
    request_type, response_type = (message(own, f"{package}.ServerReflection{what}") for what in ("Request", "Response"))
    call = channel.stream_stream(f"/{package}.ServerReflection/ServerReflectionInfo", request_type.SerializeToString, response_type.FromString)
    answers = list(call(iter([request_type(list_services="*"), request_type(file_containing_symbol=GATEWAY)])))
    services = [service.name for service in answers[0].list_services_response.service]
    pool = descriptor_pool.DescriptorPool()
    pending = [descriptor_pb2.FileDescriptorProto.FromString(raw) for raw in answers[1].file_descriptor_response.file_descriptor_proto]
    known = set()
    while pending:
        ready = [file for file in pending if set(file.dependency) <= known]
        if not ready:
            raise ValueError("reflection left out an import")
        for file in ready:
            pool.Add(file)
            known.add(file.name)
        pending = [file for file in pending if file.name not in known]
    return services, pool


def method(channel, pool, name):
    described = pool.FindServiceByName(GATEWAY).FindMethodByName(name)
    request, reply = message(pool, described.input_type.full_name), message(pool, described.output_type.full_name)
    kind = channel.unary_stream if name.startswith("Watch") else channel.unary_unary
    return kind(f"/{GATEWAY}/{name}", request.SerializeToString, reply.FromString), request


def error_info(error):
    """google.rpc.ErrorInfo, read field by field: Debian has no googleapis-common-protos."""
    raw = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
    file = descriptor_pb2.FileDescriptorProto(name="google/rpc/status.proto", package="google.rpc", syntax="proto3")
    status = file.message_type.add(name="Status")
    status.field.add(name="code", number=1, type=5, label=1)
    status.field.add(name="message", number=2, type=9, label=1)
    status.field.add(name="details", number=3, type=11, label=3, type_name=".google.rpc.Any")
    any_type = file.message_type.add(name="Any")
    any_type.field.add(name="type_url", number=1, type=9, label=1)
    any_type.field.add(name="value", number=2, type=12, label=1)
    info = file.message_type.add(name="ErrorInfo")
    info.field.add(name="reason", number=1, type=9, label=1)
    info.field.add(name="domain", number=2, type=9, label=1)
    entry = info.nested_type.add(name="MetadataEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=9, label=1)
    entry.field.add(name="value", number=2, type=9, label=1)
    info.field.add(name="metadata", number=3, type=11, label=3, type_name=".google.rpc.ErrorInfo.MetadataEntry")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    parsed = message(pool, "google.rpc.Status").FromString(raw)
    detail = message(pool, "google.rpc.ErrorInfo").FromString(parsed.details[0].value)
    return {"code": error.code().name, "text": error.details(), "same": parsed.message == error.details() and parsed.code == error.code().value[0],
            "type": parsed.details[0].type_url, "reason": detail.reason, "domain": detail.domain, "metadata": dict(detail.metadata)}


def main(target, authority, certificate, key, server_name):
    read = lambda file: pathlib.Path(file).read_bytes()
    credentials = grpc.ssl_channel_credentials(read(authority), read(key), read(certificate))
    options = [("grpc.ssl_target_name_override", server_name)] if server_name else []
    told = {}
    with grpc.secure_channel(target, credentials, options) as channel:
        told["v1"], pool = reflect(channel, "v1")
        told["v1alpha"], _ = reflect(channel, "v1alpha")
        call, request = method(channel, pool, "GetStatus")
        told["status"] = json_format.MessageToDict(call(request()))
        call, request = method(channel, pool, "GetMetrics")
        told["metrics"] = call(request()).text
        call, request = method(channel, pool, "WatchStatus")
        stream = call(request())
        told["watched"] = json_format.MessageToDict(next(stream)) is not None
        stream.cancel()
        for name, arguments in (("Dial", {"number": "1002"}), ("ListCertificates", {})):
            call, request = method(channel, pool, name)
            try:
                call(request(**arguments))
                told[name] = {"code": "OK"}
            except grpc.RpcError as error:
                told[name] = error_info(error)
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// mesh-probe SOCKET METHOD...: calls every method with an empty request and prints `method code` for each.
// mesh-probe SOCKET --dial NUMBER: the same for Signaling/Dial with this number. Run under the uid to be tried.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "common/mesh/client/client.hpp"
#include "phone/signaling/v1/signaling.grpc.pb.h"

namespace {

int dial(const std::shared_ptr<grpc::Channel>& channel, const std::string& number) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  phone::signaling::v1::DialRequest request;
  phone::signaling::v1::CallReply reply;
  request.set_number(number);
  const auto status = phone::signaling::v1::Signaling::NewStub(channel)->Dial(&context, request, &reply);
  std::printf("%s %d\n", number.c_str(), static_cast<int>(status.error_code()));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto channel = phone::mesh::open_channel(argv[1]);
  if (argc == 4 && std::string(argv[2]) == "--dial") return dial(channel, argv[3]);
  grpc::GenericStub stub(channel);
  for (int i = 2; i < argc; ++i) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    context.AddMetadata("x-role", "ROLE_GATEWAY");  // what a caller says of itself counts for nothing
    grpc::CompletionQueue queue;
    grpc::Slice empty("");
    const auto call = stub.PrepareUnaryCall(&context, std::string("/") + argv[i], grpc::ByteBuffer(&empty, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    call->Finish(&reply, &status, &queue);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    std::printf("%s %d\n", argv[i], static_cast<int>(status.error_code()));
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
  }
}

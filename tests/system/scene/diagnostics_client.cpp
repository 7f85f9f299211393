// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-diagnostics-client -- a gRPC client that shares only the contract with the phone: it prints what the gateway's
// port for remote diagnostics answers, one line each for status, dial and reflection.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "phone/gateway/v1/gateway.grpc.pb.h"

namespace {

struct Options {
  std::string target, authorities, certificate, key;
};

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::shared_ptr<grpc::Channel> open(const Options& options) {
  if (options.authorities.empty()) return grpc::CreateChannel(options.target, grpc::InsecureChannelCredentials());
  grpc::SslCredentialsOptions tls{.pem_root_certs = content(options.authorities),
                                  .pem_private_key = content(options.key),
                                  .pem_cert_chain = content(options.certificate)};
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("phone");
  return grpc::CreateCustomChannel(options.target, grpc::SslCredentials(tls), arguments);
}

void limit(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(3));
}

void tell(const char* what, const grpc::Status& status) {
  std::printf("%s %d %s\n", what, static_cast<int>(status.error_code()), status.error_message().c_str());
}

void reflect(const std::shared_ptr<grpc::Channel>& channel) {
  namespace reflection = grpc::reflection::v1alpha;
  const auto stub = reflection::ServerReflection::NewStub(channel);
  grpc::ClientContext context;
  limit(context);
  const auto stream = stub->ServerReflectionInfo(&context);
  reflection::ServerReflectionRequest request;
  request.set_list_services("*");
  stream->Write(request);
  stream->WritesDone();
  reflection::ServerReflectionResponse response;
  std::string names;
  while (stream->Read(&response)) {
    for (const auto& service : response.list_services_response().service()) names += " " + service.name();
  }
  const grpc::Status status = stream->Finish();
  std::printf("reflection %d%s\n", static_cast<int>(status.error_code()), names.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("a stranger at the gateway's door");
  app.add_option("target", options.target, "ADDRESS:PORT or unix:PATH")->required();
  app.add_option("--authorities", options.authorities, "PEM; with it TLS is spoken");
  app.add_option("--certificate", options.certificate, "PEM");
  app.add_option("--key", options.key, "PEM");
  CLI11_PARSE(app, argc, argv);
  const auto channel = open(options);
  using phone::gateway::v1::Gateway;
  const auto gateway = Gateway::NewStub(channel);
  {
    grpc::ClientContext context;
    limit(context);
    phone::gateway::v1::PhoneStatus status;
    tell("status", gateway->GetStatus(&context, phone::gateway::v1::GetStatusRequest(), &status));
  }
  {
    grpc::ClientContext context;
    limit(context);
    phone::signaling::v1::CallReply reply;
    phone::signaling::v1::DialRequest request;
    request.set_number("1002");
    tell("dial", gateway->Dial(&context, request, &reply));
  }
  reflect(channel);
  return 0;
}

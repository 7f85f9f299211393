// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F84: every caller tried on every RPC of the contract, by the router alone and by processes of real uids on a real
// socket; and the order among services that the callers options allow.
#include <absl/strings/str_split.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/mesh/child.hpp"
#include "tests/unit/mesh/contract.hpp"
#include "tests/unit/mesh/house.hpp"

namespace phone::mesh {
namespace {

using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

std::vector<Role> all_roles() {
  std::vector<Role> roles;
  for (int i = v1::Role_MIN + 1; i <= v1::Role_MAX; ++i) {
    if (v1::Role_IsValid(i)) roles.push_back(static_cast<Role>(i));
  }
  return roles;
}

// A handler for every method there is; whoever reaches one is told FAILED_PRECONDITION.
void serve_everything(Router& router) {
  const auto reached = absl::FailedPreconditionError("reached");
  for (const auto* method : all_methods()) {
    const auto& request = *MessageFactory::generated_factory()->GetPrototype(method->input_type());
    const Router::Types types{method->input_type()->full_name(), method->output_type()->full_name()};
    if (method->server_streaming()) {
      router.add_stream(path_of(*method), request, types,
                        [reached](const Router::Message&, const CallInfo&, const Wake&) { return reached; });
    } else {
      router.add_unary(
          path_of(*method), request, types,
          [reached](const Router::Message&, const std::shared_ptr<Answer>& answer) { answer->give(reached, nullptr); });
    }
  }
}

TEST(F84_LeastPrivilege_Table, ContractHasItsServicesAndEveryMethodSaysWhoMayCall) {
  std::set<std::string> services;
  for (const auto* method : all_methods()) {
    services.insert(method->service()->full_name());
    EXPECT_GT(method->options().GetExtension(v1::callers).role_size(), 0) << path_of(*method);
    EXPECT_TRUE(of_every_process(*method) || owner_of(*method) != v1::ROLE_UNSPECIFIED) << path_of(*method);
    EXPECT_FALSE(method->client_streaming()) << path_of(*method);
  }
  for (const char* service :
       {"phone.trust.v1.TrustStore", "phone.certificates.v1.CertificateManager", "phone.certificates.v1.EnrolmentKeys",
        "phone.policy.v1.Policy", "phone.network.v1.NetworkAccess", "phone.signaling.v1.Signaling",
        "phone.media.v1.Media", "phone.gateway.v1.Gateway", "phone.url.v1.UrlServices"}) {
    EXPECT_TRUE(services.count(service)) << service;
  }
}

TEST(F84_LeastPrivilege_Table, RouterServesExactlyTheCallersOfEveryMethod) {
  Router router;
  serve_everything(router);
  for (const auto* method : all_methods()) {
    for (const Role role : all_roles()) {
      const Router::Method* found = nullptr;
      const auto expected = may_call(*method, role) ? absl::StatusCode::kOk : absl::StatusCode::kPermissionDenied;
      EXPECT_EQ(router.admit(path_of(*method), role, &found).code(), expected)
          << path_of(*method) << " " << role_name(role);
    }
    const Router::Method* found = nullptr;
    EXPECT_FALSE(router.admit(path_of(*method), v1::ROLE_UNSPECIFIED, &found).ok());
  }
}

size_t varint_size(size_t value) {
  size_t size = 1;
  while (value >>= 7) ++size;
  return size;
}

// A message of exactly `size` bytes that parses as any: one unknown field.
grpc::ByteBuffer message_of(size_t size) {
  std::string bytes = "\xfa\x7f";  // field 2047, with a length
  size_t length = size - 2;
  length -= varint_size(length);
  for (size_t left = length;; left >>= 7) {
    bytes += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    if (left <= 0x7f) break;
  }
  bytes.resize(size, 'x');
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

absl::Status call_with(const House& house, const MethodDescriptor& method, size_t size) {
  grpc::GenericStub stub(open_channel(house.socket()));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  context.set_wait_for_ready(true);
  grpc::CompletionQueue queue;
  const auto request = message_of(size);
  const auto call = stub.PrepareUnaryCall(&context, "/" + path_of(method), request, &queue);
  call->StartCall();
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->Finish(&reply, &status, &status);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return from_grpc(status);
}

// Every method of the contract, by one of its callers, with its largest request and with one byte more.
TEST(F84_LeastPrivilege_Table, RequestOfOneByteMoreThanItsPriceIsRefusedByNameForEveryMethod) {
  for (const auto* method : all_methods()) {
    const uint32_t kib = method->options().GetExtension(v1::price).request_kib();
    const size_t most = kib == 0 ? 64 * 1024 : size_t{kib} * 1024;
    House house(static_cast<Role>(method->options().GetExtension(v1::callers).role(0)));
    serve_everything(house.router);
    house.open();
    EXPECT_EQ(call_with(house, *method, most), absl::FailedPreconditionError("reached")) << path_of(*method);
    EXPECT_EQ(call_with(house, *method, most + 1),
              with_reason(absl::ResourceExhaustedError("the request has " + std::to_string(most + 1) + " bytes, and " +
                                                       path_of(*method) + " takes at most " + std::to_string(most)),
                          reason::kRequestTooLarge));
  }
}

// The kernel's word for every role: a process of that uid calls everything.
TEST(F84_LeastPrivilege_Table, ProcessOfEveryUidReachesExactlyWhatItsRoleMay) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become the services' uids";
  auto roles = Roles::read(PHONE_SOURCE_DIR "/deploy/roles");
  ASSERT_TRUE(roles.ok());
  House house;
  serve_everything(house.router);
  house.open(*roles);
  std::map<std::string, const MethodDescriptor*> methods;
  for (const auto* method : all_methods()) methods.emplace(path_of(*method), method);
  for (const Role role : all_roles()) {
    const std::string uid = std::to_string(*roles->uid_of(role));
    std::vector<std::string> command{
        "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", PHONE_MESH_PROBE, house.socket().string()};
    for (const auto& [path, method] : methods) command.push_back(path);
    Child child(command);
    size_t tried = 0;
    for (const absl::string_view line : absl::StrSplit(child.read_all(), '\n', absl::SkipEmpty())) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      ASSERT_EQ(words.size(), 2u) << line;
      const auto expected = may_call(*methods.at(words[0]), role) ? absl::StatusCode::kFailedPrecondition
                                                                  : absl::StatusCode::kPermissionDenied;
      EXPECT_EQ(words[1], std::to_string(static_cast<int>(expected))) << words[0] << " as " << role_name(role);
      ++tried;
    }
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(tried, methods.size()) << role_name(role);
  }
}

// One request never comes back to where it began. Leaves are answered from what certificate_manager itself holds and
// call nobody.
TEST(F84_LeastPrivilege_Table, NoCycleAmongServicesInOneRequest) {
  const std::set<std::string> leaves{"phone.certificates.v1.CertificateManager/Sign",
                                     "phone.certificates.v1.CertificateManager/GetIdentity",
                                     "phone.certificates.v1.CertificateManager/ListCertificates"};
  std::map<Role, std::set<Role>> calls;
  for (const auto* method : all_methods()) {
    if (method->server_streaming() || leaves.count(path_of(*method)) > 0 || of_every_process(*method)) continue;
    for (const Role role : all_roles()) {
      if (may_call(*method, role) && role != v1::ROLE_GATEWAY && role != v1::ROLE_UI)
        calls[role].insert(owner_of(*method));
    }
  }
  EXPECT_EQ(calls.count(v1::ROLE_MEDIA), 0u) << "media calls nobody";
  EXPECT_EQ(calls.count(v1::ROLE_TRUST_STORE), 0u) << "trust_store calls nothing but leaves";
  std::set<Role> finished;
  std::vector<Role> path;
  const std::function<void(Role)> visit = [&](Role role) {
    if (std::find(path.begin(), path.end(), role) != path.end()) {
      std::string cycle;
      for (const Role step : path) cycle += role_name(step) + " -> ";
      ADD_FAILURE() << "cycle: " << cycle << role_name(role);
      return;
    }
    if (finished.count(role) > 0) return;
    path.push_back(role);
    for (const Role next : calls[role]) visit(next);
    path.pop_back();
    finished.insert(role);
  };
  for (const Role role : all_roles()) visit(role);
}

TEST(F84_LeastPrivilege_Table, PrivateOperationsStayWithTheRolesThatNeedThem) {
  for (const auto* method : all_methods()) {
    const std::string path = path_of(*method);
    if (path == "phone.certificates.v1.CertificateManager/Sign") {
      for (const Role role : {v1::ROLE_UI, v1::ROLE_GATEWAY, v1::ROLE_MEDIA}) {
        EXPECT_FALSE(may_call(*method, role)) << role_name(role);
      }
    }
    if (path == "phone.media.v1.Media/RecoverStreams" || path == "phone.media.v1.Media/ConfigureStream") {
      for (const Role role : all_roles())
        EXPECT_EQ(may_call(*method, role), role == v1::ROLE_SIGNALING) << role_name(role);
    }
    // phone-web-admin, the one local process of this role; from afar only the gateway's port is reached.
    static const std::set<std::string> of_web_pages{
        "phone.policy.v1.Policy/WatchWebAccess", "phone.policy.v1.Policy/ReportWebAccess",
        "phone.policy.v1.Policy/CheckPassword", "phone.certificates.v1.CertificateManager/Sign",
        "phone.certificates.v1.CertificateManager/GetIdentity"};
    if (of_web_pages.contains(path)) {
      EXPECT_TRUE(may_call(*method, v1::ROLE_DIAGNOSTICS)) << path;
      EXPECT_FALSE(may_call(*method, v1::ROLE_UI)) << path;
      continue;
    }
    if (may_call(*method, v1::ROLE_UI) || may_call(*method, v1::ROLE_DIAGNOSTICS)) {
      EXPECT_EQ(owner_of(*method), v1::ROLE_GATEWAY) << "the gateway is the one door: " << path;
    }
  }
}

}  // namespace
}  // namespace phone::mesh

#include "common/mesh/router.hpp"

#include "common/log/log.hpp"
#include "common/mesh/health.hpp"
#include "common/mesh/reflection.hpp"
#include "common/text/text.hpp"
#include "phone/mesh/v1/options.pb.h"

namespace phone::mesh {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr std::string_view kReflection = "grpc.reflection.v1alpha.ServerReflection";

std::string path_of(const MethodDescriptor& method) { return method.service()->full_name() + "/" + method.name(); }

const ServiceDescriptor& service_of(std::string_view method) {
  const auto slash = method.rfind('/');
  const auto* service = slash == std::string_view::npos
                            ? nullptr
                            : DescriptorPool::generated_pool()->FindServiceByName(std::string(method.substr(0, slash)));
  if (service == nullptr) log::die("method of a service that no .proto has", {{"method", method}});
  return *service;
}

bool for_everyone(std::string_view service) { return service == "grpc.health.v1.Health"; }

std::set<Role> callers_of(const MethodDescriptor& method) {
  if (method.service()->full_name() == kReflection) return {v1::ROLE_DIAGNOSTICS};
  std::set<Role> callers;
  for (const int role : method.options().GetExtension(v1::callers).role()) callers.insert(static_cast<Role>(role));
  callers.erase(v1::ROLE_UNSPECIFIED);
  return callers;
}

}  // namespace

Router::Router(Limits limits) : health_(std::make_unique<Health>(services_)), load_(std::make_shared<Load>(limits)) {
  unary<Health::Request, Health::Response>(
      "grpc.health.v1.Health/Check",
      [this](const Health::Request& request, const Reply<Health::Response>& reply) { health_->check(request, reply); });
  stream<Health::Request, Health::Response>("grpc.health.v1.Health/Watch",
                                            [this](const Health::Request& request, const CallInfo&, Wake wake) {
                                              return health_->watch(request, std::move(wake));
                                            });
  serve_reflection();
}

Router::~Router() = default;

void Router::serve_reflection() {
  using grpc::reflection::v1alpha::ServerReflectionRequest;
  using grpc::reflection::v1alpha::ServerReflectionResponse;
  auto& method =
      declare(std::string(kReflection) + "/ServerReflectionInfo", ServerReflectionRequest::default_instance(),
              *ServerReflectionResponse::descriptor(), true, true);
  method.converse = [this](const Message& request, const CallInfo&) -> absl::StatusOr<std::unique_ptr<Message>> {
    return std::make_unique<ServerReflectionResponse>(
        reflect(static_cast<const ServerReflectionRequest&>(request), services_));
  };
}

void Router::events(std::string_view method, const Journal& journal) {
  stream<v1::WatchEventsRequest, v1::Event>(
      method, [source = journal.source()](const v1::WatchEventsRequest& request, const CallInfo&, Wake wake) {
        return source(request.after_sequence(), std::move(wake));
      });
}

void Router::add_unary(std::string_view method, const Message& request, const Descriptor& reply, UnaryHandler handler) {
  declare(method, request, reply, false, false).unary = std::move(handler);
}

void Router::add_feed(std::string_view method, const Message& request, const Descriptor& event, OpenFeed open) {
  declare(method, request, event, false, true).feed = std::move(open);
}

void Router::declare_service(const ServiceDescriptor& service) {
  if (!services_.insert(service.full_name()).second) return;
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& descriptor = *service.method(i);
    Method method{.name = path_of(descriptor), .descriptor = &descriptor, .callers = callers_of(descriptor)};
    method.everyone = for_everyone(service.full_name());
    methods_.emplace(method.name, std::move(method));
  }
}

Router::Method& Router::declare(std::string_view name, const Message& request, const Descriptor& reply,
                                bool client_streams, bool server_streams) {
  if (frozen_) log::die("method registered after serving began", {{"method", name}});
  declare_service(service_of(name));
  const auto found = methods_.find(text::to_absl(name));
  if (found == methods_.end()) log::die("no such method in the .proto", {{"method", name}});
  Method& method = found->second;
  const MethodDescriptor& descriptor = *method.descriptor;
  if (descriptor.input_type() != request.GetDescriptor() || descriptor.output_type() != &reply) {
    log::die("handler's types are not the method's", {{"method", name}});
  }
  if (descriptor.client_streaming() != client_streams || descriptor.server_streaming() != server_streams) {
    log::die("handler's streaming is not the method's", {{"method", name}});
  }
  if (method.callers.empty() && !method.everyone) log::die("method that nobody may call", {{"method", name}});
  if (method.request != nullptr) log::die("method registered twice", {{"method", name}});
  method.request = &request;
  return method;
}

void Router::set_serving(bool serving) { health_->set(serving); }

absl::Status Router::admit(std::string_view name, Role role, const Method** found) const {
  const auto at = methods_.find(text::to_absl(name));
  if (at == methods_.end()) return absl::UnimplementedError("no such method here");
  const Method& method = at->second;
  if (!method.everyone && method.callers.count(role) == 0) {
    return absl::PermissionDeniedError("this method is not for the caller's role");
  }
  if (method.request == nullptr) return absl::UnimplementedError("not served by this version");
  *found = &method;
  return absl::OkStatus();
}

std::vector<const Router::Method*> Router::unary_methods(Role role) const {
  std::vector<const Method*> served;
  for (const auto& [name, method] : methods_) {
    if (method.unary && (method.everyone || method.callers.count(role) > 0)) served.push_back(&method);
  }
  return served;
}

std::vector<std::string> Router::services() const { return {services_.begin(), services_.end()}; }

}  // namespace phone::mesh

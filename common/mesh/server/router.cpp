// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/router.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <cxxabi.h>

#include <cstdlib>

#include "common/log/log.hpp"
#include "common/mesh/call/reason.hpp"
#include "common/mesh/call/roles.hpp"
#include "common/mesh/server/health.hpp"
#include "common/mesh/server/reflection.hpp"
#include "common/text/foreign_text.hpp"
#include "common/text/text.hpp"
#include "phone/mesh/v1/options.pb.h"

namespace phone::mesh {
namespace {

constexpr std::string_view kReflection = "grpc.reflection.v1.ServerReflection";
constexpr std::string_view kReflectionAlpha = "grpc.reflection.v1alpha.ServerReflection";

std::string path_of(const MethodRow& row) {
  return absl::StrCat(text::to_absl(row.service), "/", text::to_absl(row.method));
}

constexpr uint32_t bit(Role role) { return uint32_t{1} << role; }

std::string names_of(uint32_t callers) {
  std::string names;
  for (const RoleRow& row : role_table()) {
    if ((callers & bit(static_cast<Role>(row.number))) == 0) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", text::to_absl(row.name));
  }
  return names.empty() ? "nobody" : names;
}

bool for_everyone(std::string_view service) { return service == "grpc.health.v1.Health"; }

}  // namespace

template <class Request, class Response>
void Router::serve_reflection(std::string_view service) {
  auto& method = declare(std::string(service) + "/ServerReflectionInfo", Request::default_instance(),
                         types<Request, Response>(), true, true);
  method.converse = [this](const Message& request, const CallInfo&) -> absl::StatusOr<std::unique_ptr<Message>> {
    return std::make_unique<Response>(reflect(static_cast<const Request&>(request), services_));
  };
}

Router::Router(Limits limits) : health_(std::make_unique<Health>(services_)), load_(std::make_shared<Load>(limits)) {
  unary<Health::Request, Health::Response>(
      "grpc.health.v1.Health/Check",
      [this](const Health::Request& request, const Reply<Health::Response>& reply) { health_->check(request, reply); });
  stream<Health::Request, Health::Response>("grpc.health.v1.Health/Watch",
                                            [this](const Health::Request& request, const CallInfo&, Wake wake) {
                                              return health_->watch(request, std::move(wake));
                                            });
  namespace reflection = grpc::reflection;
  serve_reflection<reflection::v1::ServerReflectionRequest, reflection::v1::ServerReflectionResponse>(kReflection);
  serve_reflection<reflection::v1alpha::ServerReflectionRequest, reflection::v1alpha::ServerReflectionResponse>(
      kReflectionAlpha);
}

Router::~Router() = default;

std::string Router::name_of(const std::type_info& message) {
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(message.name(), nullptr, nullptr, nullptr),
                                                    std::free);
  return name == nullptr ? std::string() : absl::StrReplaceAll(name.get(), {{"::", "."}});
}

void Router::events(std::string_view method, const EventLog& event_log) {
  stream<v1::WatchEventsRequest, v1::Event>(
      method, [source = event_log.source()](const v1::WatchEventsRequest& request, const CallInfo&, Wake wake) {
        return source(request.after_sequence(), std::move(wake));
      });
}

void Router::add_unary(std::string_view method, const Message& request, const Types& types, UnaryHandler handler) {
  declare(method, request, types, false, false).unary = std::move(handler);
}

void Router::add_stream(std::string_view method, const Message& request, const Types& types, OpenStream open) {
  declare(method, request, types, false, true).stream = std::move(open);
}

void Router::declare_service(std::string_view service) {
  const auto rows = methods_of(service);
  if (rows.empty()) log::die("method of a service that no .proto has", {{"service", service}});
  if (!services_.emplace(service).second) return;
  for (const MethodRow& row : rows) {
    Method method{.name = path_of(row), .row = &row, .callers = row.callers, .everyone = for_everyone(service)};
    if (service == kReflection || service == kReflectionAlpha) method.callers = bit(v1::ROLE_DIAGNOSTICS);
    methods_.emplace(method.name, std::move(method));
  }
}

Router::Method& Router::declare(std::string_view name, const Message& request, const Types& types, bool client_streams,
                                bool server_streams) {
  if (frozen_) log::die("method registered after serving began", {{"method", name}});
  declare_service(name.substr(0, name.rfind('/')));
  const auto found = methods_.find(text::to_absl(name));
  if (found == methods_.end()) log::die("the .proto has no such method", {{"method", name}});
  Method& method = found->second;
  const MethodRow& row = *method.row;
  if (row.request != types.request || row.reply != types.reply) {
    log::die("handler types do not match the method", {{"method", name}});
  }
  if (row.client_streams != client_streams || row.server_streams != server_streams) {
    log::die("handler streaming does not match the method", {{"method", name}});
  }
  if (method.callers == 0 && !method.everyone) log::die("method without permitted callers", {{"method", name}});
  if (method.request != nullptr) log::die("method registered twice", {{"method", name}});
  method.request = &request;
  return method;
}

void Router::set_serving(bool serving) { health_->set(serving); }

absl::Status Router::admit(std::string_view name, Role role, const Method** found) const {
  const auto at = methods_.find(text::to_absl(name));
  if (at == methods_.end()) {
    return with_reason(absl::UnimplementedError(absl::StrCat("unknown method ", text::to_absl(text::clean(name, 200)))),
                       reason::kUnknownMethod);
  }
  const Method& method = at->second;
  if (!method.everyone && (method.callers & bit(role)) == 0) {
    const std::string permitted = names_of(method.callers);
    return with_reason(absl::PermissionDeniedError(absl::StrCat("the role ", role_name(role), " may not call ",
                                                                method.name, ", only ", permitted, " may")),
                       reason::kRoleNotPermitted, {{"role", role_name(role)}, {"permitted", permitted}});
  }
  if (method.request == nullptr) {
    return with_reason(absl::UnimplementedError("not implemented by this version"), reason::kNotImplemented);
  }
  *found = &method;
  return absl::OkStatus();
}

std::vector<const Router::Method*> Router::cheap_methods(Role role) const {
  std::vector<const Method*> served;
  for (const auto& [name, method] : methods_) {
    const bool dear = method.row->largest_request > kLargestRequest || method.row->in_flight > 0;
    if (method.unary && !dear && (method.everyone || (method.callers & bit(role)) != 0)) served.push_back(&method);
  }
  return served;
}

std::vector<std::string> Router::services() const { return {services_.begin(), services_.end()}; }

}  // namespace phone::mesh

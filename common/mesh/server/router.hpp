// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// router.hpp -- the table of methods of one process and the roles that may call each. Methods are named in full,
// "phone.trust.v1.TrustStore/VerifyPeer", and held against the .proto when registered: a method that is not there, has
// other types, other streaming or no callers is a broken build and ends the process at once. What a call meets, in this
// order: unknown service or method UNIMPLEMENTED; role not among the callers PERMISSION_DENIED, before a byte of the
// request is parsed; no handler UNIMPLEMENTED; unary call without deadline INVALID_ARGUMENT; too many in flight, or a
// request larger than the method's price in the .proto has it, RESOURCE_EXHAUSTED, before it is parsed.
// grpc.health.v1.Health is served to every role, reflection to ROLE_DIAGNOSTICS only.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "common/mesh/call/call_info.hpp"
#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/call/method_table.hpp"
#include "common/mesh/call/reply.hpp"
#include "common/mesh/call/stream.hpp"
#include "common/mesh/server/load.hpp"

namespace phone::mesh {

class Health;

class Router {
 public:
  using Message = google::protobuf::Message;
  using UnaryHandler = std::function<void(const Message&, std::shared_ptr<Answer>)>;
  // A conversation answers every request with one message, one at a time (reflection is one).
  using Converse = std::function<absl::StatusOr<std::unique_ptr<Message>>(const Message&, const CallInfo&)>;

  struct Method {
    std::string name;
    const MethodRow* row = nullptr;
    uint32_t callers = 0;  // a bit for each role, as in MethodRow
    bool everyone = false;
    const Message* request = nullptr;  // prototype to parse into; null without a handler
    UnaryHandler unary;                // one of the three, or none
    OpenStream stream;
    Converse converse;
  };

  explicit Router(Limits limits = {});
  ~Router();

  // The handler runs on gRPC's thread: check, send one message to an actor, return. It must not block.
  template <class Req, class Rep, class Handler>
  void unary(std::string_view method, Handler handler) {
    add_unary(method, Req::default_instance(), types<Req, Rep>(),
              [handler = std::move(handler)](const Message& request, std::shared_ptr<Answer> answer) {
                handler(static_cast<const Req&>(request), Reply<Rep>(std::move(answer)));
              });
  }
  // First the present value, then the newest at every change. `latest` may go before the streams do.
  template <class Req, class Event>
  void state(std::string_view method, const Latest<Event>& latest) {
    add_stream(
        method, Req::default_instance(), types<Req, Event>(),
        [source = latest.source()](const Message&, const CallInfo&, Wake wake) { return source(std::move(wake)); });
  }
  // WatchEvents: phone.mesh.v1.WatchEventsRequest to a stream of phone.mesh.v1.Event.
  void events(std::string_view method, const EventLog& event_log);
  // Any other stream: one stream per subscriber, made from its request.
  template <class Req, class Event>
  void stream(std::string_view method,
              std::function<absl::StatusOr<std::unique_ptr<Stream>>(const Req&, const CallInfo&, Wake)> open) {
    add_stream(method, Req::default_instance(), types<Req, Event>(),
               [open = std::move(open)](const Message& request, const CallInfo& info, Wake wake) {
                 return open(static_cast<const Req&>(request), info, std::move(wake));
               });
  }

  // Full names of the messages, as the .proto has them.
  struct Types {
    std::string request, reply;
  };
  void add_unary(std::string_view method, const Message& request, const Types& types, UnaryHandler handler);
  void add_stream(std::string_view method, const Message& request, const Types& types, OpenStream open);

  // The answer of grpc.health.v1.Health: SERVING once the process has started, NOT_SERVING while it drains.
  void set_serving(bool serving);

  // Whether `role` is served `method`: OK, PERMISSION_DENIED or UNIMPLEMENTED. `found` is the method when it is OK.
  absl::Status admit(std::string_view method, Role role, const Method** found) const;
  // The methods with a unary handler that `role` is served and whose message may be read before the call is admitted.
  std::vector<const Method*> cheap_methods(Role role) const;
  // No registration after this; the transport calls it before the first connection.
  void freeze() { frozen_ = true; }
  const std::shared_ptr<Load>& load() const { return load_; }

  std::vector<std::string> services() const;

 private:
  // The full name in the .proto, from the class protoc made of it: asking the message would build descriptors.
  static std::string name_of(const std::type_info& message);
  template <class Req, class Rep>
  static Types types() {
    return {name_of(typeid(Req)), name_of(typeid(Rep))};
  }
  Method& declare(std::string_view method, const Message& request, const Types& types, bool client_streams,
                  bool server_streams);
  void declare_service(std::string_view service);
  template <class Request, class Response>
  void serve_reflection(std::string_view service);

  absl::flat_hash_map<std::string, Method> methods_;
  std::set<std::string> services_;
  std::unique_ptr<Health> health_;
  const std::shared_ptr<Load> load_;
  bool frozen_ = false;
};

}  // namespace phone::mesh

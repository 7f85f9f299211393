// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A service as small as can be, for the tests of the service main: Dial "stuck" blocks the actors' only worker for
// good, "burst" leaves an actor three seconds of work in short pieces, and each event descriptor kept for it counts its
// lives.
#include <sys/eventfd.h>

#include <caf/all.hpp>
#include <thread>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/process/service.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "phone/signaling/v1/signaling.pb.h"

namespace phone::mesh {
namespace {

using Echo = caf::typed_actor<caf::replies_to<std::string>::with<std::string>>;

Echo::behavior_type echo() {
  return {[](const std::string& text) -> std::string {
    while (text == "stuck") std::this_thread::sleep_for(std::chrono::hours(1));
    if (text == "piece") std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return text;
  }};
}

class TestService final : public Service {
 public:
  std::string_view name() const override { return "signaling"; }
  bool hands_over() const override { return true; }
  absl::Status open(const Paths&) override {
    for (const auto& lives : inherited_fds("kept")) eventfd_write(lives.get(), 1);
    return absl::OkStatus();
  }
  absl::Status start(caf::actor_system& system, Router& router, os::EventLoop&) override {
    using signaling::v1::CallReply;
    using signaling::v1::DialRequest;
    echo_ = system.spawn(echo);
    router.unary<DialRequest, CallReply>("phone.signaling.v1.Signaling/Dial",
                                         [&system, this](const DialRequest& request, const Reply<CallReply>& reply) {
                                           const auto convert = [](const std::string& text) {
                                             CallReply said;
                                             said.mutable_call()->set_call(text);
                                             return said;
                                           };
                                           for (int i = 0; request.number() == "burst" && i < 150; ++i) {
                                             caf::anon_send(echo_, std::string("piece"));
                                           }
                                           ask<std::string>(system, echo_, reply, convert, request.number());
                                         });
    return absl::OkStatus();
  }
  void stop() override { caf::anon_send_exit(echo_, caf::exit_reason::user_shutdown); }

 private:
  Echo echo_;
};

}  // namespace
}  // namespace phone::mesh

int main(int argc, char** argv) {
  phone::mesh::TestService service;
  return phone::mesh::run(service, argc, argv);
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/hook_status.hpp"

#include <utility>

#include "common/product/product.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

void HookStatus::granted(FlowId flow, bool wanted, TimePoint now) {
  const FlowId next = wanted && flow != refused_by_ ? flow : 0;
  if (next == flow_) return;
  flow_ = next;
  out_ = false;
  told_.reset();
  if (off_hook_) pursue(now);  // a server that has heard nothing takes the handset to be on the hook
}

void HookStatus::flow_lost(FlowId flow) {
  if (flow != flow_) return;
  flow_ = 0;
  out_ = false;
  told_.reset();
}

void HookStatus::is(bool off_hook, TimePoint now) {
  off_hook_ = off_hook;
  pursue(now);
}

void HookStatus::pursue(TimePoint now) {
  if (flow_ == 0 || out_ || told_.value_or(false) == off_hook_) return;
  out_ = true;
  told_ = off_hook_;
  Requests::Plan plan;
  plan.flow = flow_;
  plan.make = [this, off_hook = off_hook_] { return make(off_hook); };
  plan.done = [this, flow = flow_](const TransactionLayer::Outcome& outcome) {
    if (flow != flow_ || outcome.status() < 200) return;
    out_ = false;
    // A server that refuses is not told over this connection any more.
    if (outcome.what == TransactionLayer::Outcome::kResponse && outcome.status() < 300) return pursue(outcome.now);
    port_.report("hook_status.refused", Severity::kInfo,
                 cat("the call manager did not take the state of the hook: ", outcome.status()), {});
    refused_by_ = std::exchange(flow_, 0);
  };
  requests_.send(std::move(plan), now);
}

std::optional<Message> HookStatus::make(bool off_hook) {
  const auto connection = registered_();
  if (!connection.has_value() || connection->flow != flow_) return std::nullopt;
  const std::string own = address_of_record(settings_, connection->target);
  Message message;
  message.is_request = true;
  message.method = "NOTIFY";
  message.uri = own;
  message.add("From", cat("<", own, ">;tag=", random_token(port_, 8))).add("To", cat("<", own, ">"));
  message.add("Call-ID", cat(random_token(port_, 12), "@", settings_.device_name));
  message.add("CSeq", "101 NOTIFY").add("Max-Forwards", "70").add("User-Agent", product::user_agent());
  message.add("Contact",
              cat("<", contact_uri(settings_, connection->facts.local_address, transport_of(connection->target)), ">"));
  message.add("Event", "dialog").add("Subscription-State", "active");
  message.add("Content-Type", "application/dialog-info+xml");
  message.body =
      cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dialog-info "
          "xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"",
          version_++, "\" state=\"partial\" entity=\"", xml_escaped(own), "\">\n<dialog id=\"hook\">\n<state>",
          off_hook ? "trying" : "terminated", "</state>\n</dialog>\n</dialog-info>\n");
  return message;
}

}  // namespace phone::signaling

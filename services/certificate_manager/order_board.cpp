#include "services/certificate_manager/order_board.hpp"

#include "common/crypto/secret.hpp"

namespace phone::certificates {

class OrderBoard::Subscriber final : public mesh::Feed {
 public:
  Subscriber(std::shared_ptr<Held> held, mesh::Wake wake)
      : held_(std::move(held)), id_(held_->wakers.add(std::move(wake))) {}
  ~Subscriber() override { held_->wakers.remove(id_); }
  std::shared_ptr<const google::protobuf::Message> next() override {
    const std::lock_guard lock(held_->mutex);
    if (seen_ == held_->version) return nullptr;
    seen_ = held_->version;
    return held_->order;
  }

 private:
  const std::shared_ptr<Held> held_;
  const uint64_t id_;
  uint64_t seen_ = 0;
};

void OrderBoard::set(const Order& order, const std::string& device) {
  std::shared_ptr<v1::EnrolmentOrder> made(new v1::EnrolmentOrder, [](v1::EnrolmentOrder* gone) {
    if (gone->has_request()) {
      crypto::wipe(*gone->mutable_request()->mutable_authentication_string());
      if (gone->request().has_scep()) crypto::wipe(*gone->mutable_request()->mutable_scep()->mutable_challenge());
    }
    delete gone;
  });
  made->set_order(order.number);
  made->set_device_name(device);
  auto& request = *made->mutable_request();
  request.set_operation(static_cast<v1::Operation>(order.operation));
  request.set_authentication(static_cast<v1::CapfAuthentication>(order.authentication));
  request.mutable_authentication_string()->assign(order.authentication_string.view());
  for (const Server& server : order.servers) {
    auto& added = *request.add_server();
    added.set_host(server.host);
    added.set_port(server.port);
  }
  request.set_reason(order.reason);
  if (!order.scep.root_fingerprint.empty()) {
    auto& scep = *request.mutable_scep();
    scep.set_path(order.scep.path);
    scep.set_root_fingerprint(order.scep.root_fingerprint);
    scep.mutable_challenge()->assign(order.scep.challenge.view());
  }
  {
    const std::lock_guard lock(held_->mutex);
    held_->order = std::move(made);
    ++held_->version;
  }
  held_->wakers.wake_all();
}

std::unique_ptr<mesh::Feed> OrderBoard::subscribe(mesh::Wake wake) const {
  return std::make_unique<Subscriber>(held_, std::move(wake));
}

}  // namespace phone::certificates

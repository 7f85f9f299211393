#pragma once

#include <memory>
#include <mutex>

#include "common/mesh/feed.hpp"
#include "common/mesh/wakers.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "services/certificate_manager/enrolment_order.hpp"

// The order to work on, watched level-triggered as mesh::Latest is, but every copy made here is wiped when it goes: an
// order may carry the authentication string.
namespace phone::certificates {

class OrderBoard {
 public:
  OrderBoard() : held_(std::make_shared<Held>()) {}
  void set(const Order& order, const std::string& device);
  std::unique_ptr<mesh::Feed> subscribe(mesh::Wake wake) const;

 private:
  struct Held {
    std::mutex mutex;
    std::shared_ptr<const v1::EnrolmentOrder> order;
    uint64_t version = 0;
    mesh::Wakers wakers;
  };
  class Subscriber;
  const std::shared_ptr<Held> held_;
};

}  // namespace phone::certificates

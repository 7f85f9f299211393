#include "common/mesh/reply.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "common/mesh/load.hpp"
#include "phone/signaling/v1/signaling.pb.h"

namespace phone::mesh {
namespace {

struct Recorded final : Answer {
  Recorded() : Answer(CallInfo{.caller = v1::ROLE_UI}) {}
  void deliver(const absl::Status& status, const google::protobuf::Message*) override {
    last = status;
    ++times;
  }
  std::optional<absl::Status> last;
  int times = 0;
};

TEST(Mesh_Reply, DroppedIsUnavailableOnce) {
  const auto answer = std::make_shared<Recorded>();
  {
    const Reply<signaling::v1::CallReply> reply(answer);
    const auto copy = reply;  // NOLINT: a second handle keeps the call open
  }
  EXPECT_EQ(answer->times, 1);
  EXPECT_EQ(answer->last->code(), absl::StatusCode::kUnavailable);
}

TEST(Mesh_Reply, AnsweredIsNotAnsweredAgainWhenDropped) {
  const auto answer = std::make_shared<Recorded>();
  {
    const Reply<signaling::v1::CallReply> reply(answer);
    reply.ok({});
    reply.fail(absl::InternalError(""));
  }
  EXPECT_EQ(answer->times, 1);
  EXPECT_TRUE(answer->last->ok());
}

TEST(Mesh_Load, LimitsHoldPerRoleAndInAll) {
  const auto load =
      std::make_shared<Load>(Limits{.unary = 3, .unary_per_role = 2, .streams = 1, .streams_per_role = 1});
  auto first = Ticket::take(load, false, v1::ROLE_UI);
  auto second = Ticket::take(load, false, v1::ROLE_UI);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(Ticket::take(load, false, v1::ROLE_UI));
  auto other = Ticket::take(load, false, v1::ROLE_GATEWAY);
  EXPECT_TRUE(other);
  EXPECT_FALSE(Ticket::take(load, false, v1::ROLE_MEDIA));
  EXPECT_TRUE(Ticket::take(load, true, v1::ROLE_MEDIA)) << "streams are counted apart";
  first = Ticket();
  EXPECT_TRUE(Ticket::take(load, false, v1::ROLE_MEDIA));
  EXPECT_EQ(load->unary(), 2);
}

}  // namespace
}  // namespace phone::mesh

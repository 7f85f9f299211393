// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <vector>

#include <caf/typed_actor.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/certificate_manager/token/token.hpp"

// The one owner of a token session. What signs works on the thread its call came in on (common/mesh/actor/lent_worker):
// a signature is a millisecond, and two wake-ups more would cost a third of one
// (decisions/2026-11-26-one-thread-a-signature.md). What makes keys, which takes up to minutes, has a thread of its
// own.
namespace phone::certificates {

struct SignJob {
  KeyId key;
  TokenOperation operation;
};
struct UnwrapJob {
  std::vector<KeyId> keys;  // tried in this order
  std::string wrapped;
  std::vector<size_t> sizes;  // what a content key may be long
};
struct UnwrapAnswer {
  bool unwrapped = false;
  crypto::Secret content_key;
};
struct GenerateJob {
  KeyType type;
  int bits;
};
struct FreshKey {
  KeyId key;
  std::string spki;
};
struct DestroyJob {
  std::vector<KeyId> keys;
};

using TokenActor =
    caf::typed_actor<caf::replies_to<SignJob>::with<std::string>, caf::replies_to<UnwrapJob>::with<UnwrapAnswer>,
                     caf::replies_to<GenerateJob>::with<FreshKey>, caf::reacts_to<DestroyJob>>;

TokenActor spawn_signer(caf::actor_system& system, std::shared_ptr<Token> token);
TokenActor spawn_maker(caf::actor_system& system, std::shared_ptr<Token> token);
// In the place of both while there is no token: everything is refused with `why`, and nothing is destroyed.
TokenActor spawn_without_token(caf::actor_system& system, absl::Status why);

}  // namespace phone::certificates

PHONE_MESSAGE(phone::certificates::SignJob)
PHONE_MESSAGE(phone::certificates::UnwrapJob)
PHONE_MESSAGE(phone::certificates::UnwrapAnswer)
PHONE_MESSAGE(phone::certificates::GenerateJob)
PHONE_MESSAGE(phone::certificates::FreshKey)
PHONE_MESSAGE(phone::certificates::DestroyJob)

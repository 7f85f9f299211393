// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/token_actor.hpp"

#include <algorithm>

#include <caf/all.hpp>

#include "common/log/log.hpp"
#include "common/mesh/actor/actor_error.hpp"

namespace phone::certificates {
namespace {

bool size_fits(const UnwrapJob& job, size_t size) {
  return std::find(job.sizes.begin(), job.sizes.end(), size) != job.sizes.end();
}

template <class T>
caf::result<T> answer(absl::StatusOr<T> value) {
  if (!value.ok()) return mesh::to_error(value.status());
  return *std::move(value);
}

UnwrapAnswer unwrap(Token& token, const UnwrapJob& job) {
  UnwrapAnswer result;
  for (const KeyId& key : job.keys) {
    auto opened = token.decrypt(key, job.wrapped);
    if (!opened.ok() || !size_fits(job, opened->size()) || result.unwrapped) continue;
    result = {true, *std::move(opened)};
  }
  return result;
}

TokenActor::behavior_type token_actor(TokenActor::pointer, std::shared_ptr<Token> token) {
  return {
      [=](const SignJob& job) { return answer(token->sign(job.key, job.operation)); },
      [=](const UnwrapJob& job) { return unwrap(*token, job); },
      [=](const GenerateJob& job) -> caf::result<FreshKey> {
        const auto made = token->generate(job.type, job.bits);
        if (!made.ok()) return mesh::to_error(made.status());
        return FreshKey{crypto::spki_fingerprint(*made), made->spki()};
      },
      [=](const DestroyJob& job) {
        for (const KeyId& key : job.keys) {
          if (const auto status = token->destroy(key); !status.ok()) {
            log::warning("a key that is not needed stays in the token", {{"reason", status.ToString()}});
          }
        }
      },
  };
}

}  // namespace

TokenActor spawn_without_token(caf::actor_system& system, absl::Status why) {
  return system.spawn([why = std::move(why)](TokenActor::pointer) -> TokenActor::behavior_type {
    return {
        [why](const SignJob&) -> caf::result<std::string> { return mesh::to_error(why); },
        [why](const UnwrapJob&) -> caf::result<UnwrapAnswer> { return mesh::to_error(why); },
        [why](const GenerateJob&) -> caf::result<FreshKey> { return mesh::to_error(why); },
        [](const DestroyJob&) {},
    };
  });
}

TokenActor spawn_signer(caf::actor_system& system, std::shared_ptr<Token> token) {
  return system.spawn(token_actor, std::move(token));
}

TokenActor spawn_maker(caf::actor_system& system, std::shared_ptr<Token> token) {
  return system.spawn<caf::detached>(token_actor, std::move(token));
}

}  // namespace phone::certificates

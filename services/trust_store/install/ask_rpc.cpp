// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/install/ask_rpc.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/caller/become.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/os/descriptor.hpp"
#include "phone/trust/v1/trust_store.grpc.pb.h"

namespace phone::trust {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kPatience = absl::Seconds(5);

// In the child, which ends with it: the answer, or the reason why there is none.
[[noreturn]] void ask(const fs::path& socket, const fs::path& roles, const ImageQuestion& question, int out) {
  const auto answer = [&]() -> absl::StatusOr<v1::VerifyImageReply> {
    if (absl::Status status = caller::become("installer", socket, roles); !status.ok()) return status;
    v1::VerifyImageRequest request;
    request.set_name(question.name);
    request.set_header(question.header);
    request.set_signed_digest(question.signed_digest);
    request.set_package(question.package);
    return mesh::Peer<v1::TrustStore>(socket).call(&v1::TrustStore::Stub::VerifyImage, request, kPatience);
  }();
  const std::string text = answer.ok() ? answer->SerializeAsString() : std::string(answer.status().message());
  const bool written = write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  _exit(answer.ok() && written ? 0 : 1);
}

std::string read_all(int from) {
  std::string text;
  char piece[4096];
  for (;;) {
    const ssize_t got = read(from, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
  }
}

}  // namespace

AskTrustStore trust_store_at(fs::path socket, fs::path roles) {
  return [socket = std::move(socket),
          roles = std::move(roles)](const ImageQuestion& question) -> absl::StatusOr<std::optional<ImageVerdict>> {
    std::error_code failed;
    if (!fs::exists(socket, failed)) return std::nullopt;
    int ends[2];
    if (pipe(ends) != 0) return absl::UnavailableError(std::strerror(errno));
    const os::Descriptor from(ends[0]);
    os::Descriptor to(ends[1]);
    const pid_t child = fork();
    if (child < 0) return absl::UnavailableError(std::strerror(errno));
    if (child == 0) ask(socket, roles, question, to.get());
    (void)to.close();
    const std::string said = read_all(from.get());
    int state = 0;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
    }
    v1::VerifyImageReply reply;
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0 || !reply.ParseFromString(said)) {
      return absl::UnavailableError(absl::StrCat("trust_store: ", said.empty() ? "no answer" : said));
    }
    return ImageVerdict{reply.accepted(), reply.reason(), reply.signer()};
  };
}

}  // namespace phone::trust

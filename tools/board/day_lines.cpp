// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/day_lines.hpp"

#include <memory>

#include "tools/board/facts.hpp"

namespace phone::board {
namespace {

using Words = std::vector<std::string>;

// The command once, then the question until its answer is yes.
auto after(rig::Phone& phone, std::function<absl::StatusOr<Words>()> command, Fact (*question)(const Json&),
           const Words& asked = {"status", "--json"}) {
  return [&phone, command = std::move(command), question, asked, done = std::make_shared<bool>(false)]() -> Fact {
    if (!*done) {
      const auto words = command();
      if (!words.ok()) return words.status();
      const auto outcome = phone.phonectl_text(*words);
      if (outcome.exit_code != 0) return absl::UnavailableError(outcome.output);
      *done = true;
    }
    const auto answer = phone.phonectl(asked);
    return answer.ok() ? question(*answer) : answer.status();
  };
}

auto after(rig::Phone& phone, Words command, Fact (*question)(const Json&), const Words& asked = {"status", "--json"}) {
  return after(
      phone, [command = std::move(command)]() -> absl::StatusOr<Words> { return command; }, question, asked);
}

// Both calls by their names: the one on hold goes to the far end of the other.
absl::StatusOr<Words> transfer_of_both(rig::Phone& phone) {
  const auto status = phone.phonectl({"status", "--json"});
  if (!status.ok()) return status.status();
  std::string held, talking;
  for (const auto& call : (*status)["signaling"]["call"]) {
    if (call.value("state", "") != "CALL_STATE_ESTABLISHED") continue;
    (call.value("hasUser", false) ? talking : held) = call.value("call", "");
  }
  if (held.empty() || talking.empty()) return absl::NotFoundError("there are not two calls");
  return Words{"transfer", "--call", held, "--to", talking};
}

}  // namespace

void lines_of_a_working_day(Board& board, rig::Phone& phone) {
  board.hold({"handset lifted, the number dialled last called again", "signaling", [&phone, lifted = false]() mutable {
                if (!lifted) {
                  if (auto hook = phone.phonectl_text({"hook", "off"}); hook.exit_code != 0)
                    return Fact(absl::UnavailableError(hook.output));
                  if (auto call = phone.phonectl_text({"redial"}); call.exit_code != 0)
                    return Fact(absl::UnavailableError(call.output));
                  lifted = true;
                }
                const auto status = phone.phonectl({"status", "--json"});
                return status.ok() ? handset_is_off_the_hook(*status) : Fact(status.status());
              }});
  board.hold({"call on hold", "signaling, with baresip", after(phone, Words{"hold"}, call_is_on_hold)});
  board.hold({"second call", "signaling, with another baresip",
              after(phone, Words{"call", kSecondFarEnd}, second_call_has_the_user)});
  board.hold({"transfer", "the call manager joins both far ends",
              after(
                  phone, [&phone] { return transfer_of_both(phone); }, call_was_transferred)});
  board.hold({"handset put down, calls remembered", "signaling's history",
              after(phone, Words{"hook", "on"}, history_has_the_call, {"history", "--json"})});
}

}  // namespace phone::board

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Power cuts at every system call of a real update: what is in force after the next start is old or new.
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "services/trust_store/lists/release.hpp"
#include "tests/unit/trust_store/signer.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"
#include "tests/unit/trust_store/traced_child.hpp"

namespace phone::trust {
namespace {

constexpr ListKind kC = ListKind::kCtl, kI = ListKind::kItl;
constexpr char kOldItl[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
constexpr char kNewItl[] = "itl/ITL_update_same_signer.tlv";
constexpr char kOldCtl[] = "ctl/CTL_tokenless_sha512.tlv";
constexpr char kNewCtl[] = "ctl/CTL_tokenless_sha1.tlv";
constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

// Which of the lists is in force, by where it says it came from: "none", "old", "new", or what must never be.
std::string found(const std::optional<InstalledList>& installed, bool damaged, const char* old_sample,
                  const char* new_sample) {
  if (damaged) return "damaged";
  if (!installed.has_value()) return "none";
  const bool is_old = installed->list.bytes == Phone::sample(old_sample);
  const bool is_new = installed->list.bytes == Phone::sample(new_sample);
  if (is_old && installed->server == "old") return "old";
  if (is_new && installed->server == "new") return "new";
  return "mixed";
}

std::string state_of(Phone& phone) {
  phone.restart();
  const auto held = phone.trust_state().in_force();
  return absl::StrCat("CTL ", found(held->ctl, held->ctl_damaged, kOldCtl, kNewCtl), ", ITL ",
                      found(held->itl, held->itl_damaged, kOldItl, kNewItl));
}

using Prepare = std::function<void(Phone&)>;
using Work = std::function<bool(Phone&)>;

// What was found after cuts, and how often; empty where ptrace is refused.
struct Found {
  std::map<std::string, int> states;
  std::map<std::string, int> calls;
};

Found cut_everywhere(const Prepare& prepare, const Work& work,
                     const std::function<std::string(Phone&)>& look = state_of) {
  Found result;
  Phone prepared;
  prepare(prepared);
  for (const Cut cut : {Cut::kBefore, Cut::kTorn}) {
    for (int at = 0;; ++at) {
      Phone phone(prepared.directory());
      const CutResult outcome = run_and_cut([&] { return work(phone); }, at, cut);
      if (!outcome.possible) return {};
      EXPECT_TRUE(outcome.child_said_ok);
      ++result.states[look(phone)];
      if (!outcome.was_cut) break;
      ++result.calls[outcome.call];
      // And the next update is as good as ever.
      EXPECT_TRUE(work(phone)) << "after a cut at call " << at << ", " << outcome.call;
    }
  }
  return result;
}

std::vector<std::string> keys(const std::map<std::string, int>& counted) {
  std::vector<std::string> result;
  for (const auto& [key, count] : counted) result.push_back(key);
  return result;
}

#define NEEDS_PTRACE(found) \
  if (found.calls.empty()) GTEST_SKIP() << "ptrace is refused here"

bool offered(Phone& phone, std::vector<OfferedList> lists) {
  const auto result = phone.offer(std::move(lists));
  if (!result.has_value()) return false;
  for (const OfferedVerdict& verdict : result->verdicts) {
    if (!verdict.accepted) return false;
  }
  return true;
}

TEST(F9_PowerCut, AtAnySystemCallOfAnUpdateLeavesTheOldListOrTheNewOne) {
  NEEDS_SAMPLES();
  const Found result = cut_everywhere(
      [](Phone& phone) {
        offered(phone, {{kI, Phone::sample(kOldItl), "old"}});
      },
      [](Phone& phone) {
        return offered(phone, {{kI, Phone::sample(kNewItl), "new"}});
      });
  NEEDS_PTRACE(result);
  EXPECT_EQ(keys(result.states), (std::vector<std::string>{"CTL none, ITL new", "CTL none, ITL old"}));
  // The notes, the list and the record: each is written; the first two are synced and renamed.
  EXPECT_GE(result.calls.at("rename"), 2);
  EXPECT_GE(result.calls.at("fsync"), 4);
  EXPECT_GE(result.calls.at("write"), 2 * 3) << "whole and torn";
}

TEST(F9_PowerCut, AtAnySystemCallOfTheFirstListLeavesNoneOrIt) {
  NEEDS_SAMPLES();
  const Found result = cut_everywhere([](Phone&) {},
                                      [](Phone& phone) {
                                        return offered(phone, {{kI, Phone::sample(kOldItl), "old"}});
                                      });
  NEEDS_PTRACE(result);
  EXPECT_EQ(keys(result.states), (std::vector<std::string>{"CTL none, ITL none", "CTL none, ITL old"}));
}

TEST(F9_PowerCut, OfAPairTheCtlMayBeNewAloneAsWhenTheItlIsRefused) {
  NEEDS_SAMPLES();
  const Found result = cut_everywhere(
      [](Phone& phone) {
        offered(phone, {{kC, Phone::sample(kOldCtl), "old"}, {kI, Phone::sample(kOldItl), "old"}});
      },
      [](Phone& phone) {
        return offered(phone, {{kC, Phone::sample(kNewCtl), "new"}, {kI, Phone::sample(kNewItl), "new"}});
      });
  NEEDS_PTRACE(result);
  EXPECT_EQ(keys(result.states),
            (std::vector<std::string>{"CTL new, ITL new", "CTL new, ITL old", "CTL old, ITL old"}));
}

bool judged(Phone& phone, std::uint32_t signed_at, const std::string& body) {
  const std::string name = std::string(kDevice) + ".cnf.xml.sgn";
  bool trusted = false;
  phone.trust_state().file(name, signed_with("tftp", name, body, lab::Hash::kSha512, signed_at), true,
                           [&](const FileResult& result) { trusted = result.verdict.trusted; });
  return trusted;
}

TEST(F99_PowerCut, AtAnySystemCallThatKeepsAMarkLeavesNothingOldToBeTaken) {
  NEEDS_SAMPLES();
  constexpr std::uint32_t kThen = 1795500000;
  const Found result = cut_everywhere(
      [](Phone& phone) {
        offered(phone, {{kI, Phone::sample(kOldItl), "old"}});
        judged(phone, kThen, "<device/>");
      },
      [](Phone& phone) { return judged(phone, kThen + 5, "<device>newer</device>"); },
      [](Phone& phone) -> std::string {
        phone.restart();
        return judged(phone, kThen - 1, "<device>older</device>") ? "old one taken" : "old one refused";
      });
  NEEDS_PTRACE(result);
  EXPECT_EQ(keys(result.states), (std::vector<std::string>{"old one refused"}));
  EXPECT_GE(result.calls.at("rename"), 2) << "both copies";
}

TEST(F87_PowerCut, AtAnySystemCallOfAReleaseLeavesBothListsOrNone) {
  NEEDS_SAMPLES();
  const std::string release = signed_with("itlrecovery", release_name(kDevice),
                                          release_body(kDevice, Phone::sample(kOldCtl), Phone::sample(kOldItl)));
  const Found result = cut_everywhere(
      [](Phone& phone) {
        phone.trust_state().apply({.device_name = kDevice});
        offered(phone, {{kC, Phone::sample(kOldCtl), "old"}, {kI, Phone::sample(kOldItl), "old"}});
      },
      [&](Phone& phone) {
        if (!phone.trust_state().in_force()->itl.has_value()) return true;
        return phone.release(release).verdict.trusted;
      });
  NEEDS_PTRACE(result);
  EXPECT_EQ(keys(result.states), (std::vector<std::string>{"CTL none, ITL none", "CTL old, ITL old"}));
  EXPECT_GE(result.calls.at("unlink"), 3);
}

}  // namespace
}  // namespace phone::trust

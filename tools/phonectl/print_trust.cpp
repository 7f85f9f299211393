// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_trust.hpp"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using namespace phone::trust::v1;

std::string roles_of(const TrustRecord& record) {
  return absl::StrJoin(record.role(), " + ",
                       [](std::string* out, int role) { out->append(word(static_cast<TrustRole>(role))); });
}

std::string print_list(const char* name, const TrustList& list, const View& view) {
  std::string out = paint(view, Tone::kStrong, name);
  if (!list.installed()) return out + " not installed\n";
  absl::StrAppend(&out, " ", join_known({"installed", when(view, list.installed_at())}, " "), "\n");
  Table facts;
  facts.row({{"signature"}, {list.sha1()}});
  facts.row({{"SHA-256"}, {or_dash(list.sha256())}});
  facts.row({{"signed by"}, {list.signer()}});
  const std::string signed_at = when(view, list.signed_at());
  if (!signed_at.empty()) facts.row({{"signed at"}, {signed_at}});
  facts.row({{"version"}, {absl::StrCat(list.version(), ", signer version ", list.signer_version())}});
  if (!list.server().empty()) facts.row({{"from"}, {list.server()}});
  Table records;
  for (const auto& record : list.record()) {
    records.row({{roles_of(record)},
                 {record.subject()},
                 {record.key()},
                 {record.address().empty() ? record.dns_name() : record.address()},
                 {record.has_not_after() ? absl::StrCat("until ", date(view, record.not_after())) : ""}});
  }
  for (const std::string& one : list.set_aside()) facts.row({{"set aside"}, {one, Tone::kBad}});
  return out + facts.print(view, "  ") + records.print(view, "  ");
}

std::string with_full_stop(std::string text) {
  if (text.empty() || text.back() != '.') text += ".";
  return text;
}

}  // namespace

std::string print_trust_lists(const TrustLists& lists, const View& view) {
  std::string out = print_list("CTL", lists.ctl(), view);
  absl::StrAppend(&out, print_list("ITL", lists.itl(), view));
  Table derived;
  derived.row({{"mixed mode"}, {lists.mixed_mode() ? "yes" : "no (no CTL is installed)"}});
  derived.row({{"signed files"}, {lists.signed_files_required() ? "required" : "not required"}});
  derived.row({{"EC certificates"}, {lists.ec_allowed() ? "allowed" : "not allowed"}});
  if (lists.has_signed_configuration()) {
    derived.row(
        {{"configuration"},
         {absl::StrCat(lists.signed_configuration().what(), ", signature ", lists.signed_configuration().sha1())}});
    derived.row({{"  SHA-256"}, {or_dash(lists.signed_configuration().sha256())}});
  }
  if (!lists.tftp_server().empty()) derived.row({{"TFTP servers"}, {absl::StrJoin(lists.tftp_server(), ", ")}});
  return out + derived.print(view);
}

std::string print_decisions(const ListDecisionsReply& reply, const View& view) {
  Table table;
  for (const auto& decision : reply.decision()) {
    table.row({{absl::StrCat(decision.number()), Tone::kDim},
               {when(view, decision.time())},
               {decision.accepted() ? "accepted" : "refused", decision.accepted() ? Tone::kGood : Tone::kBad},
               {decision.kind()},
               {decision.what()},
               {decision.by()},
               {decision.reason()}});
  }
  return table.empty() ? "no decision is recorded\n" : table.print(view);
}

std::string print_preview(const PreviewTrustListReply& preview, const View& view) {
  const std::string kind = preview.kind() == LIST_KIND_CTL ? "CTL" : preview.kind() == LIST_KIND_ITL ? "ITL" : "file";
  std::string sentence =
      absl::StrCat("This phone would ", preview.would_accept() ? "accept" : "refuse", " this ", kind);
  if (preview.unchanged()) {
    absl::StrAppend(&sentence, ", and nothing would change");
  } else if (preview.alarm() != TRUST_LIST_ALARM_NONE) {
    absl::StrAppend(&sentence, " and report ", static_cast<int>(preview.alarm()), " ",
                    TrustListAlarm_Name(preview.alarm()));
  }
  absl::StrAppend(&sentence, ": ", preview.reason());
  sentence = paint(view, preview.would_accept() ? Tone::kGood : Tone::kBad, with_full_stop(std::move(sentence))) + "\n";
  Table dates;
  if (preview.has_signed_at()) dates.row({{"signed at"}, {when(view, preview.signed_at())}});
  if (preview.has_newest_taken()) dates.row({{"newest accepted"}, {when(view, preview.newest_taken())}});
  if (preview.older()) {
    dates.row({{"older"}, {preview.older_allowed() ? "allowed by the administrator" : "yes"}});
  }
  return sentence + dates.print(view, "  ");
}

std::string print_older_allowed(const AllowOlderReply& reply, const View& view) {
  return paint(view, Tone::kBad, with_full_stop(absl::StrCat(reply.name(), ": ", reply.reason()))) + "\n";
}

const Decision* decision_about(const ListDecisionsReply& reply, const std::string& name) {
  for (const Decision& decision : reply.decision()) {
    if (decision.what() == name) return &decision;
  }
  for (const Decision& decision : reply.decision()) {
    const std::string& what = decision.what();
    if (decision.kind() == "peer" && what.substr(0, what.rfind(':')) == name) return &decision;
  }
  return reply.decision().empty() ? nullptr : &reply.decision(0);
}

std::string why(const Decision& decision, const View& view) {
  std::string sentence = absl::StrCat("The ", decision.kind().empty() ? "item" : decision.kind(), " ", decision.what(),
                                      " was ", decision.accepted() ? "accepted" : "refused");
  // The role is what a peer is asked for; a list or file has its signer's, which the reason names.
  if (decision.kind() == "peer" && !decision.role().empty()) absl::StrAppend(&sentence, " as ", decision.role());
  const std::string time = when(view, decision.time());
  if (!time.empty()) absl::StrAppend(&sentence, " at ", time);
  if (decision.times() > 1) {
    absl::StrAppend(&sentence, " (", decision.times(), " times, last at ", when(view, decision.last_time()), ")");
  }
  if (!decision.by().empty()) absl::StrAppend(&sentence, " by ", decision.by());
  if (!decision.reason().empty()) absl::StrAppend(&sentence, ": ", decision.reason());
  // The reason mostly names the certificate already.
  if (!decision.signer().empty() && !absl::StrContains(sentence, decision.signer())) {
    absl::StrAppend(&sentence, decision.kind() == "peer" ? " (presented " : " (signed by ", decision.signer(), ")");
  }
  return paint(view, decision.accepted() ? Tone::kGood : Tone::kBad, with_full_stop(std::move(sentence))) + "\n";
}

}  // namespace phone::phonectl

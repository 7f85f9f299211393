// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The single owner of the lists: orders the changes, applies what the rules decide, keeps the record. A machine: flash,
// clock and TVS are behind its interfaces; one thread at a time. What it must wait for (TVS) comes back through
// answered(), and answers go out through the callbacks.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/time_floor.hpp"
#include "services/trust_store/lists/age_judgement.hpp"
#include "services/trust_store/lists/judgement.hpp"
#include "services/trust_store/peers/srst_certificates.hpp"
#include "services/trust_store/peers/tvs_job.hpp"
#include "services/trust_store/state/audit_trail.hpp"
#include "services/trust_store/state/storage_port.hpp"

namespace phone::trust {

// The lists in force, never changed once made.
struct InstalledLists {
  std::optional<InstalledList> ctl, itl;
  // The list on flash can no longer be verified; no other list is accepted on first use in its place.
  bool ctl_damaged = false, itl_damaged = false;
  bool itl_outdated = false;  // TrustLists::itl_outdated
  TrustLists lists() const;
};

struct OfferedList {
  ListKind kind = ListKind::kItl;
  std::string content, server;
  std::string name;  // it was requested under; empty: the list's own
};

struct OfferedVerdict {
  ListKind kind = ListKind::kItl;
  bool accepted = false, unchanged = false;
  std::string reason;
  std::uint64_t decision = 0;
};

struct OfferResult {
  std::vector<OfferedVerdict> verdicts;
  Alarm alarm = Alarm::kNone;
  std::shared_ptr<const InstalledLists> in_force;
};

struct FileResult {
  FileVerdict verdict;
  std::uint64_t decision = 0;
};

struct PeerResult {
  Verdict verdict;
  std::uint64_t decision = 0;
};

struct ImageResult {
  ImageVerdict verdict;
  std::uint64_t decision = 0;
};

struct ReleaseResult {
  Verdict verdict;
  std::uint64_t decision = 0;
  std::shared_ptr<const InstalledLists> in_force;
};

// The administrator allows older files of a name.
struct OlderResult {
  bool allowed = false;
  std::string name, reason;
  absl::Time until;
  std::uint64_t decision = 0;
};

// What an offer would come to.
struct PreviewResult {
  std::optional<ListKind> kind;  // none: another signed file, or not a signed file
  Verdict verdict;
  Alarm alarm = Alarm::kNone;
};

struct PeerClaim {
  std::string leaf_der;
  Role role = Role::kCcm;
  std::string host, purpose;
  // DER. With an anchor it is a path that is judged, and all that was sent counts, the leaf first.
  std::string anchor;
  bool server = false;  // by path: the leaf is a server's and names `host`
  std::vector<std::string> chain;
};

// An event for people.
struct Notice {
  std::string kind;  // "trust_list.accepted"
  bool warning = false;
  std::string text;
  std::map<std::string, std::string> detail;
  std::string refused;  // what it counts as refused, "trust_list"; empty: nothing
};

// Which queue long work waits in: previews for people never delay what the phone needs.
enum class QueueKind { kVerdicts, kPreviews };
// Runs on another thread; what it returns runs on the trust store's.
using Work = std::function<std::function<void()>()>;

class TrustStoreState {
 public:
  struct Delegate {
    std::function<void(TvsJob)> ask_tvs;  // answered later by answered(), exactly once
    std::function<void(Notice)> tell;
    std::function<clock::Present()> present;
    // For how long this process has run: what is allowed for a time ends by this, however the clock is set.
    std::function<absl::Duration()> uptime;
    // Runs what may take long: lists, files, images, releases and paths are judged by values only, so that the trust
    // store's own thread can go on answering. Empty: at once.
    std::function<void(QueueKind, Work)> elsewhere = nullptr;
    // The lists in force, at the start and when they have changed.
    std::function<void(const InstalledLists&)> installed = nullptr;
  };

  TrustStoreState(StoragePort& storage, Delegate delegate);

  void offer(std::vector<OfferedList> lists, std::function<void(OfferResult)> done);
  // With `in_force` the caller has read the file and is about to put it in force: it is held against every form of it.
  void file(std::string requested_name, std::string content, bool in_force, std::function<void(FileResult)> done);
  // For this long an older file of that name is taken: "ITL", "CTL", "configuration" or a file's own. One list or
  // configuration that is put in force uses it up. Refused while the policy locks the settings.
  OlderResult allow_older(const std::string& name, absl::Duration how_long, const std::string& why);
  void peer(PeerClaim claim, std::function<void(PeerResult)> done);
  // `name` is that of the file; the image itself stays with the caller.
  void image(std::string name, std::string header, std::string signed_digest, std::string package,
             std::function<void(ImageResult)> done);
  // Both lists go when it is accepted.
  void release(std::string content, std::function<void(ReleaseResult)> done);
  // Neither changes nor records anything.
  void preview(std::string content, std::function<void(PreviewResult)> done);
  void answered(std::uint64_t request_id, const TvsAnswer& word);
  // Of a policy that is not complete yet only the device name is used; the rest of the last complete one stays.
  void apply(Settings settings, bool complete = true);

  std::shared_ptr<const InstalledLists> in_force() const { return installed_lists_; }
  // By which SRST routers are recognised.
  std::shared_ptr<const SrstCertificates> srst() const { return srst_; }
  std::vector<Decision> decisions(std::string_view about, std::size_t maximum) const;
  const Settings& settings() const { return settings_; }
  const std::optional<Decision>& configuration() const { return audit_trail_.configuration(); }

 private:
  // A list that was offered or previewed, read as far as needed; a status with the cause when its structure is wrong.
  struct ParsedList {
    std::string bytes, sha256, sha1;
    absl::StatusOr<std::shared_ptr<const ListReading>> reading = absl::UnknownError("not read");
  };
  using ParsedListPtr = std::shared_ptr<ParsedList>;
  struct Offer {
    std::vector<OfferedList> lists;  // the CTL first
    std::function<void(OfferResult)> done;
    HeldLists before;
    std::size_t next = 0;
    std::map<ListKind, Outcome> outcomes;
    OfferResult result;
  };

  void load(ListKind kind);
  void tell_installed() const {
    if (delegate_.installed) delegate_.installed(*installed_lists_);
  }
  // Judges on another thread by the present lists and policy, and again when they have changed by the time it is done.
  template <class V>
  void judge_elsewhere(QueueKind queue, std::function<V(const TrustLists&, KeyPolicy)> rule,
                       std::function<void(V)> then);
  // The list with these bytes, read once however often it is offered and previewed.
  void judge_list_elsewhere(QueueKind queue, ListKind kind, const ParsedListPtr& list, const TvsAnswer& tvs,
                            std::function<void(ListVerdict)> then);
  // What found no room, before each list and file that is judged: provisioning goes on trying.
  void save_settings();
  void go_on();  // with the offer at the head of the queue
  void judge_next(const ParsedListPtr& list, const TvsAnswer& tvs);
  void settle(Offer& offer, const ParsedList& list, ListVerdict verdict);
  Outcome install(const OfferedList& offered, ListVerdict& verdict);
  void finish();
  void judge(const std::string& name, const std::shared_ptr<const std::string>& content, bool in_force,
             const std::function<void(FileResult)>& done, const TvsAnswer& tvs);
  void preview(const std::shared_ptr<const std::string>& file, const std::string& name,
               const std::function<void(PreviewResult)>& done, const TvsAnswer& tvs);
  void judge(const ParsedListPtr& list, ListKind kind, const std::function<void(PreviewResult)>& done,
             const TvsAnswer& tvs);
  clock::Present present() const { return above(marks_, delegate_.present()); }
  absl::StatusOr<crypto::Certificate> parsed_peer(const std::string& der);
  PeerResult settle(const PeerClaim& claim, const Verdict& verdict);
  ReleaseResult settle(const std::string& release, Verdict judged);
  void judge(const PeerClaim& claim, const absl::StatusOr<crypto::Certificate>& leaf,
             const std::function<void(PeerResult)>& done, const TvsAnswer& tvs);
  void ask(TvsQuestion question, std::function<void(const TvsAnswer&)> then);
  std::vector<TvsServer> tvs_servers() const;
  std::uint64_t record(Decision decision, std::vector<std::string> warnings);
  KeyPolicy policy() const { return {settings_.fips}; }

  // state_freshness.cpp
  void recover_marks();
  // What an age is judged by on another thread; when it has changed meanwhile the age is judged again.
  struct AgeContext {
    std::shared_ptr<const Marks> marks;
    clock::Present present;
    bool allowed = false;
    std::string name;
    Ages ages() const { return {*marks, present, allowed}; }
  };
  AgeContext age_context_of(const std::string& name);
  bool still(const AgeContext& age_context) {
    return *age_context.marks == marks_ && age_context.allowed == allows_older(age_context.name);
  }
  absl::Status keep(const std::vector<Claim>& claims, bool allowed, bool new_lineage = false);
  absl::Status keep_list(const ListVerdict& verdict);
  void list_taken(const InstalledLists& before, const ListVerdict& verdict, ListKind kind);
  void keep_file(FileVerdict& verdict, bool in_force);
  bool allows_older(const std::string& name);
  bool itl_outdated() const;
  void tell_lowered(const InstalledLists& before, const ListVerdict& verdict);

  StoragePort& storage_;
  const Delegate delegate_;
  AuditTrail audit_trail_;
  Settings settings_;
  bool settings_unsaved_ = false, settings_told_ = false;
  std::shared_ptr<const SrstCertificates> srst_ = std::make_shared<SrstCertificates>();
  Marks marks_;
  // By file_name() or form_of(), until so much uptime; gone with the process.
  std::map<std::string, absl::Duration> allowed_;
  std::shared_ptr<const InstalledLists> installed_lists_;
  std::deque<Offer> offers_;
  bool busy_ = false;  // the head of the queue waits for TVS
  std::map<std::uint64_t, std::function<void(const TvsAnswer&)>> waiting_;
  std::uint64_t next_request_id_ = 1;
  // Peers return, and parsing a certificate costs more than the rest of a cached verdict. Parsed is not trusted.
  std::deque<crypto::Certificate> recent_peers_;
  // The list of each kind that was read last: it comes again after a TVS answer, a preview, another provisioning run.
  std::map<ListKind, ParsedListPtr> recent_lists_;
};

}  // namespace phone::trust

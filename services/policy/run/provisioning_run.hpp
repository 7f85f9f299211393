// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/policy/configuration/lowering.hpp"
#include "services/policy/files/ports.hpp"
#include "services/policy/run/alarm.hpp"
#include "services/policy/run/retrieval.hpp"

// One provisioning run, from the trust lists to a complete configuration (cisco-formats.md E4, B3). Blocks; runs on
// the worker's thread. It changes nothing itself: what it found is in the result and in the delegate's calls on the
// way.
namespace phone::policy {

enum class FileState { kAbsent = 1, kAccepted = 2, kRefused = 3, kUnreachable = 4, kUnchanged = 5 };

struct FileReport {
  std::string name;
  FileState state = FileState::kAbsent;
  std::string reason;
  std::string server;
  absl::Time time;
  bool encrypted = false;
};

struct RunInput {
  std::vector<std::string> servers;  // in order, not empty
  bool encrypted_before = false;     // the last configuration came as .enc.sgn: ask for that first
  tls::Policy tls;
  std::optional<Configuration> in_force;  // a new one is compared with it
};

enum class RunOutcome { kComplete, kAwaitUser, kFailed, kCancelled };

struct RunResult {
  RunOutcome end = RunOutcome::kFailed;
  std::optional<Configuration> configuration;  // with kComplete
  bool encrypted = false;
  std::string device_name;
  std::string server;
  std::string failure;
  std::vector<FileReport> files;
  Remarks remarks;                 // with kComplete
  std::string password;            // secret; of the settings, with kComplete
  std::vector<Downgrade> lowered;  // with kComplete: compared with what was in force; `source` says by which file
  Source source;
};

enum class RunState : std::uint8_t {
  kIdentifying,    // certificate_manager says which certificates the phone has.
  kOfferingLists,  // CTL and ITL are downloaded and offered to trust_store.
  kSignedFile,     // The configuration is downloaded as it is signed, or unsigned where the lists allow that.
  kDefaultFile,    // The server has none for this phone, which never had one: that for unknown phones is downloaded.
  kEncryptedFile,  // It is downloaded as .enc.sgn: announced by the signed file, or the last one came so.
  kEnrolling,      // The call manager lacks our certificate; after CAPF the signed file is downloaded again.
  kEnded,          // The result is complete.
};
const char* name_of(RunState state);

// Called on the worker's thread, in order.
struct RunDelegate {
  std::function<void(std::string sentence)> doing;
  std::function<void(const FileReport&)> file;
  std::function<void(const Alarm&)> alarm;
  std::function<void(const Configuration&, const std::string& device_name)> partial;  // CAPF is about to be needed
  std::function<void(RunState from, RunState to, std::string_view cause)> entered;
};

class ProvisioningRun {
 public:
  ProvisioningRun(TrustPort& trust, CertificatePort& certificates, DownloadPort& downloader, RunDelegate observer,
                  const std::atomic<bool>& cancelled);

  RunResult run(const RunInput& input);

 private:
  void step();
  // Each does what its state is for and enters the next one.
  void identify();
  void offer_lists();
  void signed_file();
  void default_file();
  void encrypted_file();
  void enrol();

  void begin_enrolment(const Configuration& file, const Decision& decision);
  // After the network's servers, those that the ITL in force names are asked.
  void learn(TrustFacts facts);
  // Whether the server whose list was refused has a release from the lists in force that trust_store accepts.
  bool released();
  Download fetch(const std::string& name, std::size_t limit, bool secure);
  // `content` is the file as it came: once more to trust_store, for what it would replace may have been signed later.
  void use(Configuration configuration, bool encrypted, const std::string& name, const std::string& content,
           Remarks remarks);
  // The text of a file whose signature or server is believed, and all of it if it is signed; none: the run has failed.
  struct Authentic {
    std::string xml, signed_content;
  };
  std::optional<Authentic> authentic(const std::string& name, Download download);
  // A phone that has had a configuration of its own is known, whatever a server says now.
  bool may_be_unknown() const { return !input_.in_force || input_.in_force->auto_registration; }
  // Why it may not be put in force; empty when it may. An unsigned file is not asked about.
  std::string too_old(const std::string& name, const std::string& content);
  void fail(std::string why);
  void enter(RunState state, std::string_view cause);
  void report(const std::string& name, FileState state, std::string reason, bool encrypted = false);
  void doing(std::string sentence);

  TrustPort& trust_;
  CertificatePort& certificates_;
  DownloadPort& downloader_;
  RunDelegate observer_;
  const std::atomic<bool>& cancelled_;

  RunState state_ = RunState::kIdentifying;
  RunInput input_;
  RunResult result_;
  TrustFacts facts_;
  RetrievalContext held_;
  EnrolOrder enrolment_;  // at kEnrolling
  std::size_t server_ = 0;
  std::string device_;
};

}  // namespace phone::policy

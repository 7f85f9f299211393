// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The files of the TFTP server, made when they are asked for, so that a configuration follows the LSC just issued.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "tools/lab/configuration.hpp"
#include "tools/lab/faults.hpp"
#include "tools/lab/pki.hpp"
#include "tools/lab/signed_file.hpp"
#include "tools/lab/trust_list.hpp"

namespace phone::lab {

struct ListOptions {
  bool ctl = true;           // a mixed-mode cluster
  bool regenerated = false;  // files are signed by a call manager certificate that the lists do not have yet
  bool rollback = false;     // the ITL of "prepare cluster for rollback" (A4.5)
  unsigned signer_minor = 1;
  Hash hash = Hash::kSha512;
  uint32_t timestamp =
      0;  // 0: a list has that of the PKI, so that the same directory gives the same bytes, and a file now
};

// Which fault of the table (faults.hpp) a file name belongs to: ctl, itl, cnf, sgn or enc.
const char* fault_target(const std::string& name);

class Provisioning {
 public:
  Provisioning(const Pki& pki, Devices& devices, Plan plan, ListOptions lists, const Faults& faults)
      : pki_(pki), devices_(devices), plan_(std::move(plan)), lists_(lists), faults_(faults) {}

  // Files here win over everything made.
  void override_from(std::filesystem::path directory) { override_ = std::move(directory); }
  // The plan as it is changed while the server runs.
  void change_by(std::function<Plan(const Plan&)> change) { change_ = std::move(change); }
  void set_ports(const Ports& ports) { plan_.ports = ports; }

  // The bytes under this name; nothing: 404. `secure`: asked over HTTPS, where the bare .cnf.xml is given too.
  std::optional<std::string> file(const std::string& name, bool secure = false) const;

  absl::StatusOr<std::string> trust_list(bool ctl) const;  // without faults
  // Lets one phone go that holds these lists: SEP<MAC>.release.sgn, for the next cluster's server to give out.
  absl::StatusOr<std::string> release(const std::string& device) const;

 private:
  absl::StatusOr<std::string> list_with(bool ctl, std::optional<Fault> fault) const;
  absl::StatusOr<std::string> configuration(const std::string& name, const Device& device,
                                            std::optional<Fault> fault) const;
  FileSigning signing(std::optional<Fault> fault) const;
  uint32_t signing_time() const;

  const Pki& pki_;
  Devices& devices_;
  Plan plan_;
  ListOptions lists_;
  const Faults& faults_;
  std::filesystem::path override_;
  std::function<Plan(const Plan&)> change_;
};

}  // namespace phone::lab

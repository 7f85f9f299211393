// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The keys and certificates of one lab cluster, as files in a directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/lab/identity.hpp"

namespace phone::lab {

struct Pki {
  std::filesystem::path dir;
  IdentityPtr itl_recovery;       // SAST, signs the lists
  IdentityPtr call_manager;       // CCM+TFTP, second SAST, SIP server, signs files
  IdentityPtr call_manager_next;  // its successor: on no list, known only to TVS
  IdentityPtr tftp_ec;            // HTTPS 6971
  IdentityPtr tvs;
  IdentityPtr capf;              // TLS server of CAPF and the CA of every LSC
  IdentityPtr tomcat;            // HTTPS, SIP OAuth and the authorization service
  IdentityPtr srst, srst_other;  // of SRST routers, on no list
  IdentityPtr manufacturing;     // the CA of every MIC
  IdentityPtr diagnostics_ca;
  IdentityPtr diagnostics_client;
  IdentityPtr scep_ca;           // issues user certificates
  IdentityPtr scep_ra;           // speaks SCEP for it
  IdentityPtr diagnostics_door;  // the phone's own end of remote diagnostics
  IdentityPtr stranger;          // same names as the real ones, listed nowhere
  IdentityPtr stranger_ca;

  // Where the certificate of a device stands once the lab knows it.
  std::filesystem::path mic_file(const std::string& device) const;
  std::filesystem::path lsc_file(const std::string& device) const;
};

// Makes what is missing; `hosts` (addresses and names) go into the server certificates.
absl::Status make_pki(const std::filesystem::path& dir, const std::vector<std::string>& hosts);
absl::StatusOr<Pki> load_pki(const std::filesystem::path& dir);

// "SEP000000001002" for 1002: the device name of a far-end phone.
std::string far_end_device(const std::string& number);

// Key and LSC of a far-end phone: far-end/<number>.{key,cert,both,ca}.pem; ca is the SIP server's certificate.
absl::Status make_far_end(const Pki& pki, const std::string& number);

// The numbers of those made so far.
std::vector<std::string> far_ends(const Pki& pki);

}  // namespace phone::lab

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/x509/differences.hpp"

namespace phone::crypto::suites {
namespace {

constexpr char kCaLeaf[] =
    "a CA's certificate is refused as a peer's own: its TLS server would hold a key that vouches for anybody";
constexpr char kKeys[] = "keys are RSA or EC and nothing else (F6, F31)";
constexpr char kFixedLevel[] =
    "the security level is 2 and no option: MD5, SHA-1 and RSA below 2048 bits are refused, RSA 2048 is not";
constexpr char kStrict[] =
    "OpenSSL's strict mode is on: a CA says so critically, RFC 5280 4.2.1.9 (decisions/2026-11-28-strict-paths.md)";
constexpr char kStrictPathLength[] = "OpenSSL's strict mode is on: a path length is a CA's, RFC 5280 4.2.1.9";
constexpr char kMaySign[] = "a key that may sign certificates is no peer's own, self-signed or not";
constexpr char kPartial[] =
    "a path ends in a self-signed certificate or one marked TRUSTED for the purpose; an exact certificate is the "
    "pinning rule's business";
constexpr char kProxy[] = "proxy certificates are refused, no option allows them";
constexpr char kPolicies[] = "certificate policies are not asked for: no phone setting names one";

}  // namespace

const std::map<std::string, std::string>& pkits_differences() {
  static const std::map<std::string, std::string> table = {
      {"4.6.8 ValidpathLenConstraintTest8EE", kCaLeaf},
      {"4.6.14 ValidpathLenConstraintTest14EE", kCaLeaf},
      {"4.6.4 ValidbasicConstraintsNotCriticalTest4EE", kStrict},
      {"4.8.6 OverlappingPoliciesTest6EE", kCaLeaf},
      {"4.8.7 DifferentPoliciesTest7EE", kCaLeaf},
      {"4.8.8 DifferentPoliciesTest8EE", kCaLeaf},
      {"4.1.4 ValidDSASignaturesTest4EE", kKeys},
  };
  return table;
}

const std::map<std::string, std::string>& openssl_differences() {
  static const std::map<std::string, std::string> table = {
      {"accept client mistrust with server purpose: ee-cert < ca-cert < sroot-clientAuth", kStrict},
      {"accept client mistrust: ee-cert < ca-cert < root-clientAuth", kStrict},
      {"accept server trust partial chain: ee-cert <  < ca+serverAuth -partial_chain", kStrict},
      {"accept server trust with client purpose: ee-cert < ca-cert < croot+serverAuth", kStrict},
      {"accept server trust with server purpose: ee-cert < ca-cert < sroot+serverAuth", kStrict},
      {"accept server trust: ee-cert < ca-cert < root+serverAuth", kStrict},
      {"accept server trust: ee-cert < ca-cert < root-cert ca+serverAuth", kStrict},
      {"accept trusted-first path with server trust: ee-cert < ca-cert < root-cert root2+serverAuth ca-root2", kStrict},
      {"accept wildcard trust partial chain: ee-cert <  < ca+anyEKU -partial_chain", kStrict},
      {"accept wildcard trust with client purpose: ee-cert < ca-cert < croot+anyEKU", kStrict},
      {"accept wildcard trust with server purpose: ee-cert < ca-cert < sroot+anyEKU", kStrict},
      {"accept wildcard trust: ee-cert < ca-cert < root+anyEKU", kStrict},
      {"accept wildcard trust: ee-cert < ca-cert < root-cert ca+anyEKU", kStrict},
      {"accept non-ca with pathlen:0 by default: ee-pathlen < ca-cert < root-cert", kStrictPathLength},
      {"accept trusted self-signed EE cert with key usage keyCertSign also when strict: ee-ss-with-keyCertSign <  < "
       "ee-ss-with-keyCertSign",
       kMaySign},
      {"accept trusted partial chain: ee-cert <  < ca-cert -partial_chain", kPartial},
      {"accept partial chain with server purpose: ee-cert <  < sca-cert -partial_chain", kPartial},
      {"accept client mistrust partial chain: ee-cert <  < ca-clientAuth -partial_chain", kPartial},
      {"accept last-resort direct leaf match: ee-cert <  < ee-cert -partial_chain", kPartial},
      {"accept last-resort direct leaf match: ee-client <  < ee-client -partial_chain", kPartial},
      {"accept direct match with server trust: ee-cert <  < ee+serverAuth -partial_chain", kPartial},
      {"accept direct match with client trust: ee-client <  < ee+clientAuth -partial_chain", kPartial},
      {"accept proxy cert 1: pc1-cert < ee-client ca-cert < root-cert -allow_proxy_certs", kProxy},
      {"accept proxy cert 2: pc2-cert < pc1-cert ee-client ca-cert < root-cert -allow_proxy_certs", kProxy},
      {"accept proxy cert missing proxy policy: pc5-cert < pc1-cert ee-client ca-cert < root-cert -allow_proxy_certs",
       kProxy},
      {"reject RSA 2048 root at auth level 3: ee-cert < ca-cert < root-cert -auth_level 3", kFixedLevel},
      {"accept RSA 768 root at auth level 0: ee-cert < ca-cert-768i < root-cert-768 -auth_level 0", kFixedLevel},
      {"accept RSA 768 intermediate at auth level 0: ee-cert-768i < ca-cert-768 < root-cert -auth_level 0",
       kFixedLevel},
      {"accept RSA 768 leaf at auth level 0: ee-cert-768 < ca-cert < root-cert -auth_level 0", kFixedLevel},
      {"accept md5 intermediate at auth level 0: ee-cert < ca-cert-md5 < root-cert -auth_level 0", kFixedLevel},
      {"accept md5 leaf at auth level 0: ee-cert-md5 < ca-cert < root-cert -auth_level 0", kFixedLevel},
      {"Accept PSS signature using SHA1 at auth level 0: ee-pss-sha1-cert < ca-cert < root-cert -auth_level 0",
       kFixedLevel},
      {"Public Key Algorithm rsa instead of rsaEncryption: root-cert-rsa2 <  < root-cert-rsa2 -check_ss_sig", kCaLeaf},
      {"accept X25519 EE cert issued by trusted Ed25519 self-signed CA cert: ee-ed25519 <  < root-ed25519", kKeys},
      {"accept trusted Ed25519 self-signed CA cert: root-ed25519 <  < root-ed25519", kKeys},
      {"accept last-resort direct leaf match Ed25519-signed self-issued cert: ee-ed25519 <  < ee-ed25519 "
       "-partial_chain",
       kKeys},
      {"Bad certificate policy: ee-cert-policies-bad < ca-pol-cert < root-cert -policy_check -policy "
       "1.3.6.1.4.1.16604.998855.1 -explicit_policy",
       kPolicies},
  };
  return table;
}

}  // namespace phone::crypto::suites

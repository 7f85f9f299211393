// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/trust_store/samples.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace phone::trust::samples {
namespace {

std::string path(const std::string& name) { return std::string(PHONE_SHARED_DIR "/testdata/cisco/") + name; }

TrustList parsed(ListKind kind, const std::string& name) {
  auto list = parse_list(kind, bytes(name));
  if (!list.ok()) throw std::runtime_error(name + ": " + list.status().ToString());
  return *std::move(list);
}

}  // namespace

bool present() { return std::filesystem::exists(path("expect.json")); }

std::string bytes(const std::string& name) {
  std::ifstream in(path(name), std::ios::binary);
  if (!in) throw std::runtime_error("no sample " + name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

crypto::Certificate certificate(const std::string& pem_name) {
  return crypto::certificate_from_pem(bytes("pki/" + pem_name + ".pem")).value();
}

Store& Store::with_ctl(const std::string& name) {
  ctl_ = parsed(ListKind::kCtl, name);
  return *this;
}

Store& Store::with_itl(const std::string& name) {
  itl_ = parsed(ListKind::kItl, name);
  return *this;
}

TrustLists Store::lists() const { return {ctl_ ? &*ctl_ : nullptr, itl_ ? &*itl_ : nullptr}; }

ListVerdict Store::offer(ListKind kind, const std::string& content, const TvsAnswer& tvs, KeyPolicy policy) const {
  return judge_list(kind, content, lists(), tvs, policy);
}

FileVerdict Store::file(const std::string& requested, const std::string& content, const TvsAnswer& tvs) const {
  return judge_file(requested, content, lists(), tvs, {});
}

Verdict Store::peer(const crypto::Certificate& leaf, Role role, const TvsAnswer& tvs, KeyPolicy policy) const {
  return judge_peer(leaf, role, lists(), tvs, policy);
}

TvsAnswer Store::no_tvs() { return {TvsVerdict::kNo, std::nullopt, {}, "no server responded"}; }

TvsAnswer Store::tvs_knows(const std::string& pem_name) {
  return {TvsVerdict::kYes, certificate(pem_name), "cucm-pub:2445", {}};
}

}  // namespace phone::trust::samples

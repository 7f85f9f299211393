// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/url_service_message.hpp"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/mesh/call/settings.hpp"

namespace phone::policy {
namespace {

void put_url(const UrlService& service, v1::UrlService& to) {
  to.set_host(service.host);
  to.set_port(service.port);
  to.set_path(service.path);
}

UrlService take_url(const v1::UrlService& from, const std::string& refused) {
  UrlService service;
  service.refused = refused;
  if (from.host().empty()) return service;
  service.host = from.host();
  service.port = static_cast<std::uint16_t>(from.port());
  service.path = from.path();
  return service;
}

void show(const char* element, const UrlService& service, v1::ProvisioningStatus& to) {
  if (!service.refused.empty()) {
    mesh::add_switch(to.mutable_setting(), element, false, service.refused);
  } else if (service.host.empty()) {
    mesh::add_switch(to.mutable_setting(), element, false);
  } else {
    const bool v6 = absl::StrContains(service.host, ":");
    mesh::add_value(
        to.mutable_setting(), element,
        absl::StrCat("https://", v6 ? "[" : "", service.host, v6 ? "]" : "", ":", service.port, "/", service.path));
  }
}

}  // namespace

void put_url_services(const Configuration& from, v1::EffectivePolicy& to) {
  if (!from.contact_search.host.empty()) put_url(from.contact_search, *to.mutable_contact_search());
  to.set_contact_search_refused(from.contact_search.refused);
  if (!from.problem_report.host.empty()) put_url(from.problem_report, *to.mutable_problem_report());
  to.set_problem_report_refused(from.problem_report.refused);
}

void take_url_services(const v1::EffectivePolicy& from, Configuration& to) {
  to.contact_search = take_url(from.contact_search(), from.contact_search_refused());
  to.problem_report = take_url(from.problem_report(), from.problem_report_refused());
}

void show_url_services(const UrlService& contacts, const UrlService& reports, v1::ProvisioningStatus& to) {
  show("secureUDSUsersAccessURL", contacts, to);
  show("vendorConfig/problemReportUploadURL", reports, to);
}

}  // namespace phone::policy

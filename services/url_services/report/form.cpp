// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/report/form.hpp"

#include "absl/strings/str_cat.h"

namespace phone::url_services {
namespace {

constexpr std::size_t kMostName = 64;

bool plain(std::string_view name) {
  return !name.empty() && name.size() <= kMostName &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string_view::npos;
}

absl::string_view view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::StatusOr<Form> write_form(std::string_view device_name, std::string_view file_name, std::string_view archive) {
  if (!plain(device_name)) return absl::InvalidArgumentError("the phone has no name yet, so it cannot report");
  if (!plain(file_name)) return absl::InvalidArgumentError("not a name of a file");
  std::string boundary;
  for (unsigned i = 0; boundary.empty() || archive.find(boundary) != std::string_view::npos; ++i) {
    boundary = absl::StrCat("phonemesh-report-", i);
  }
  Form form;
  form.type = absl::StrCat("multipart/form-data; boundary=", boundary);
  form.body = absl::StrCat("--", boundary, "\r\nContent-Disposition: form-data; name=\"devicename\"\r\n\r\n",
                           view(device_name), "\r\n--", boundary,
                           "\r\nContent-Disposition: form-data; name=\"prt_file\"; filename=\"", view(file_name),
                           "\"\r\nContent-Type: application/gzip\r\n\r\n", view(archive), "\r\n--", boundary, "--\r\n");
  return form;
}

}  // namespace phone::url_services

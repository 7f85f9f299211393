// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/url/users.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

std::string url_decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> parameters_of(const std::string& query) {
  std::map<std::string, std::string> parameters;
  std::istringstream parts(query);
  for (std::string one; std::getline(parts, one, '&');) {
    const std::size_t equals = one.find('=');
    if (equals != std::string::npos) parameters[one.substr(0, equals)] = url_decoded(one.substr(equals + 1));
  }
  return parameters;
}

bool matches(const DirectoryUser& user, const std::map<std::string, std::string>& parameters) {
  if (const auto number = parameters.find("number"); number != parameters.end()) {
    return absl::StrContains(user.number, number->second);
  }
  const auto name = parameters.find("name");
  if (name == parameters.end()) return false;
  return absl::StrContains(absl::AsciiStrToLower(absl::StrCat(user.first, " ", user.last)),
                           absl::AsciiStrToLower(name->second));
}

void put(pugi::xml_node user, const char* name, const std::string& text) {
  user.append_child(name).text().set(text.c_str());
}

// Of a directory that somebody writes who wants to be seen as another: an override of the direction, a terminal's
// escape, another line, markup, and no end.
const std::string& hostile_text() {
  static const std::string kText =
      absl::StrCat("\xE2\x80\xAE", "evil\x1B[2J\nsecond line <b>&amp;", "\xFF\xFE", std::string(3000, 'A'));
  return kText;
}

}  // namespace

std::vector<DirectoryUser> directory_users(std::size_t extra) {
  std::vector<DirectoryUser> users = {
      {"amiller", "Alice", "Miller", "1002", "", "alice@cucm.lab", "Sales"},
      {"bmiller", "Bob", "Miller", "1003", "+4930123456", "bob@cucm.lab", ""},
      {"jmueller", "J\xC3\xB6rg", "M\xC3\xBCller", "2001", "", "joerg@cucm.lab", "Research"}};
  for (std::size_t i = 0; i < extra; ++i) {
    users.push_back({absl::StrCat("extra", i), absl::StrCat("Number", i), "Extra", absl::StrCat(70000 + i), "",
                     absl::StrCat("extra", i, "@cucm.lab"), "Crowd"});
  }
  return users;
}

std::string users_answer(const std::vector<DirectoryUser>& users, const std::string& query, bool all, bool hostile) {
  const auto parameters = parameters_of(query);
  const auto asked = parameters.find("max");
  const std::size_t max =
      all || asked == parameters.end() ? users.size() : std::strtoul(asked->second.c_str(), nullptr, 10);
  pugi::xml_document document;
  pugi::xml_node list = document.append_child("users");
  std::size_t found = 0, returned = 0;
  for (const DirectoryUser& one : users) {
    if (!matches(one, parameters)) continue;
    if (++found > max) continue;
    ++returned;
    pugi::xml_node user = list.append_child("user");
    put(user, "id", absl::StrCat("id-", one.user));
    put(user, "userName", one.user);
    put(user, "firstName", one.first);
    put(user, "lastName", one.last);
    put(user, "middleName", "");
    put(user, "nickName", "");
    put(user, "displayName", hostile ? hostile_text() : absl::StrCat(one.first, " ", one.last));
    put(user, "phoneNumber", one.number);
    put(user, "homeNumber", "");
    put(user, "mobileNumber", one.mobile);
    put(user, "email", one.mail);
    put(user, "directoryUri", one.mail);
    put(user, "department", hostile ? hostile_text() : one.department);
    put(user, "title", "");
  }
  list.append_attribute("uri").set_value("https://cucm.lab:8443/cucm-uds/users");
  list.append_attribute("version").set_value("12.5.1");
  list.append_attribute("start").set_value(0U);
  list.append_attribute("requestedCount").set_value(static_cast<unsigned>(max));
  list.append_attribute("returnedCount").set_value(static_cast<unsigned>(returned));
  list.append_attribute("totalCount").set_value(static_cast<unsigned>(found));
  std::ostringstream out;
  document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
  return out.str();
}

}  // namespace phone::lab

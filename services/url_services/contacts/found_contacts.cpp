// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/contacts/found_contacts.hpp"

#include <algorithm>
#include <initializer_list>
#include <pugixml.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"

namespace phone::url_services {
namespace {

// Walks without recursion, so that depth costs nothing before it is refused.
absl::Status within_limits(const pugi::xml_document& document) {
  std::size_t nodes = 0;
  int depth = 0;
  pugi::xml_node node = document.first_child();
  while (node) {
    ++nodes;
    for (pugi::xml_attribute one = node.first_attribute(); one; one = one.next_attribute()) ++nodes;
    if (nodes > kMostAnswerNodes) return absl::ResourceExhaustedError("the answer has too many elements");
    if (node.type() == pugi::node_doctype) return absl::InvalidArgumentError("the answer has a document type");
    if (const pugi::xml_node child = node.first_child()) {
      if (++depth > kDeepestAnswer) return absl::ResourceExhaustedError("the answer's elements are nested too deeply");
      node = child;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node) node = node.next_sibling();
  }
  return absl::OkStatus();
}

// An answer may use a prefix of its own.
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string trimmed(std::string_view foreign) {
  const std::string clean = text::clean(foreign, kMostFieldBytes);
  return std::string(absl::StripAsciiWhitespace(clean));
}

// The texts of a user by the names of its elements. Read in one pass: a user may have thousands of elements.
class Fields {
 public:
  explicit Fields(const pugi::xml_node& user) {
    for (const pugi::xml_node child : user.children()) {
      for (std::size_t i = 0; i < std::size(kNames); ++i) {
        if (texts_[i].empty() && local_name(child) == kNames[i]) texts_[i] = trimmed(child.text().get());
      }
    }
  }
  const std::string& of(std::string_view name) const {
    return texts_[static_cast<std::size_t>(std::find(std::begin(kNames), std::end(kNames), name) - std::begin(kNames))];
  }
  std::string first_of(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      if (!of(name).empty()) return of(name);
    }
    return {};
  }

 private:
  static constexpr std::string_view kNames[] = {"userName", "firstName",    "lastName",   "displayName",
                                                "nickName", "phoneNumber",  "homeNumber", "mobileNumber",
                                                "email",    "directoryUri", "department", "title"};
  std::string texts_[std::size(kNames)];
};

Contact contact_of(const Fields& fields) {
  Contact contact;
  contact.name = fields.of("displayName");
  if (contact.name.empty()) {
    const std::string both = absl::StrCat(fields.of("firstName"), " ", fields.of("lastName"));
    contact.name = trimmed(both);
  }
  if (contact.name.empty()) contact.name = fields.first_of({"nickName", "userName"});
  contact.number = fields.first_of({"phoneNumber", "homeNumber", "mobileNumber"});
  contact.home_number = fields.of("homeNumber");
  contact.mobile_number = fields.of("mobileNumber");
  contact.user = fields.of("userName");
  contact.mail = fields.of("email");
  contact.uri = fields.of("directoryUri");
  contact.department = fields.of("department");
  contact.title = fields.of("title");
  return contact;
}

}  // namespace

absl::StatusOr<FoundContacts> read_found_contacts(std::string_view xml) {
  if (xml.size() > kMostAnswerBytes) return absl::ResourceExhaustedError("the answer is larger than 4 MiB");
  // Counted before parsing, because the parser allocates for each element and attribute. An element has one or two '<'.
  const auto marks = std::count_if(xml.begin(), xml.end(), [](char c) { return c == '<' || c == '='; });
  if (static_cast<std::size_t>(marks) > kMostAnswerNodes)
    return absl::ResourceExhaustedError("the answer has too many elements");
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype);
  if (!parsed) {
    return absl::InvalidArgumentError(
        absl::StrCat("the answer is not well-formed XML: ", parsed.description(), " at byte ", parsed.offset));
  }
  if (const auto status = within_limits(document); !status.ok()) return status;
  const pugi::xml_node users = document.document_element();
  if (local_name(users) != "users") return absl::InvalidArgumentError("the answer is not a list of users");
  FoundContacts found;
  std::uint32_t sent = 0;
  for (const pugi::xml_node user : users.children()) {
    if (user.type() != pugi::node_element || local_name(user) != "user") continue;
    ++sent;
    if (found.contacts.size() == kMostContacts) continue;
    Contact contact = contact_of(Fields(user));
    if (!contact.name.empty() || !contact.number.empty()) found.contacts.push_back(std::move(contact));
  }
  std::uint32_t said = 0;
  if (!absl::SimpleAtoi(users.attribute("totalCount").value(), &said)) said = 0;
  found.total = std::max(said, sent);
  return found;
}

}  // namespace phone::url_services

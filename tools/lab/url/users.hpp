// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The users of the call manager, as UDS shows them (cucm-calls.md 8.8).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace phone::lab {

struct DirectoryUser {
  std::string user, first, last, number, mobile, mail, department;
};

// Some people with numbers of the lab, then as many called "Extra" as are asked for.
std::vector<DirectoryUser> directory_users(std::size_t extra);

// The answer to a query as it stands in the URL, "name=m%C3%BC&start=0&max=64". `all`: max is not obeyed. `hostile`:
// texts are full of controls, direction marks and markup, and very long.
std::string users_answer(const std::vector<DirectoryUser>& users, const std::string& query, bool all, bool hostile);

}  // namespace phone::lab

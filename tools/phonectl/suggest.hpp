// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

namespace phone::phonectl {

// "there is no command 'answr'; did you mean 'answer'?", or the list of commands when none is close.
// `group`: "" or the command above, as "trust".
std::string unknown_command(const std::string& group, const std::string& word,
                            const std::vector<std::string>& commands);

}  // namespace phone::phonectl

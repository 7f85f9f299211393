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

// "there is no option '--jsno'; did you mean '--json'?", or a pointer to --help. `options`: with their dashes.
std::string unknown_option(const std::string& word, const std::vector<std::string>& options);

// "device is 'speker', which is none of: handset, headset, speaker; did you mean 'speaker'?"
std::string unknown_value(const std::string& what, const std::string& value, const std::vector<std::string>& values);

}  // namespace phone::phonectl

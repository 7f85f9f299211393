// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace phone::phonectl {

// What is wrong with a command line that was refused, where CLI11's own words do not help: an unknown command, option
// or value, with the nearest one there is. Empty: `error` says it.
std::string usage_failure(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& line);

// The completion of bash, made from the commands and options as they are.
std::string bash_completion(const CLI::App& app);

}  // namespace phone::phonectl

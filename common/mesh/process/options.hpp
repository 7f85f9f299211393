// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// options.hpp -- the command line of a service. CLI11 stands behind it, once for all services: its headers cost more to
// compile than a main, and its code would be in every process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace phone::mesh {

class Options {
 public:
  explicit Options(const std::string& what);
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  ~Options();

  // `value` keeps what it holds when the option is absent, and that is what --help shows. A non-empty `environment`
  // names a variable to read instead.
  void add_option(const std::string& name, std::string& value, const std::string& what,
                  const std::string& environment = "");
  void add_option(const std::string& name, std::filesystem::path& value, const std::string& what,
                  const std::string& environment = "");
  void add_option(const std::string& name, uint16_t& value, const std::string& what);
  void add_option(const std::string& name, int& value, const std::string& what);
  void add_flag(const std::string& name, bool& value, const std::string& what);
  // Both at once are refused.
  void exclusive(const std::string& one, const std::string& other);

  // Nothing when the command line is good; else main's exit code: 0 after --help, 2 for a refused one.
  std::optional<int> parse(int argc, char** argv);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace phone::mesh

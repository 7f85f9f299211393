// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/options.hpp"

#include <cerrno>
#include <CLI/CLI.hpp>

#include "common/product/product.hpp"

namespace phone::mesh {
namespace {

constexpr int kRefused = 2;

}  // namespace

struct Options::State {
  explicit State(const std::string& what) : app(what) {
    app.set_version_flag("--version", product::version_line(program_invocation_short_name),
                         "print the version and exit");
  }

  template <class Value>
  void add(const std::string& name, Value& value, const std::string& what, const std::string& environment) {
    auto* option = app.add_option(name, value, what)->capture_default_str();
    if (!environment.empty()) option->envname(environment);
  }

  CLI::App app;
};

Options::Options(const std::string& what) : state_(std::make_unique<State>(what)) {}
Options::~Options() = default;

void Options::add_option(const std::string& name, std::string& value, const std::string& what,
                         const std::string& environment) {
  state_->add(name, value, what, environment);
}

void Options::add_option(const std::string& name, std::filesystem::path& value, const std::string& what,
                         const std::string& environment) {
  state_->add(name, value, what, environment);
}

void Options::add_option(const std::string& name, uint16_t& value, const std::string& what) {
  state_->add(name, value, what, "");
}

void Options::add_option(const std::string& name, int& value, const std::string& what) {
  state_->add(name, value, what, "");
}

void Options::add_flag(const std::string& name, bool& value, const std::string& what) {
  state_->app.add_flag(name, value, what);
}

void Options::exclusive(const std::string& one, const std::string& other) {
  state_->app.get_option(one)->excludes(state_->app.get_option(other));
}

std::optional<int> Options::parse(int argc, char** argv) {
  try {
    state_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return state_->app.exit(error) == 0 ? 0 : kRefused;
  }
  return std::nullopt;
}

}  // namespace phone::mesh

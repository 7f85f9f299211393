#include "common/mesh/process/options.hpp"

#include <CLI/CLI.hpp>

namespace phone::mesh {
namespace {

constexpr int kRefused = 2;

}  // namespace

struct Options::Held {
  explicit Held(const std::string& what) : app(what) {}

  template <class Value>
  void add(const std::string& name, Value& value, const std::string& what, const std::string& environment) {
    auto* option = app.add_option(name, value, what)->capture_default_str();
    if (!environment.empty()) option->envname(environment);
  }

  CLI::App app;
};

Options::Options(const std::string& what) : held_(std::make_unique<Held>(what)) {}
Options::~Options() = default;

void Options::add_option(const std::string& name, std::string& value, const std::string& what,
                         const std::string& environment) {
  held_->add(name, value, what, environment);
}

void Options::add_option(const std::string& name, std::filesystem::path& value, const std::string& what,
                         const std::string& environment) {
  held_->add(name, value, what, environment);
}

void Options::add_option(const std::string& name, uint16_t& value, const std::string& what) {
  held_->add(name, value, what, "");
}

void Options::add_option(const std::string& name, int& value, const std::string& what) {
  held_->add(name, value, what, "");
}

void Options::add_flag(const std::string& name, bool& value, const std::string& what) {
  held_->app.add_flag(name, value, what);
}

void Options::exclusive(const std::string& one, const std::string& other) {
  held_->app.get_option(one)->excludes(held_->app.get_option(other));
}

std::optional<int> Options::parse(int argc, char** argv) {
  try {
    held_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return held_->app.exit(error) == 0 ? 0 : kRefused;
  }
  return std::nullopt;
}

}  // namespace phone::mesh

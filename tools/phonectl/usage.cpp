// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/usage.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <algorithm>
#include <CLI/CLI.hpp>

#include "tools/phonectl/suggest.hpp"

namespace phone::phonectl {
namespace {

using Words = std::vector<std::string>;

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

Words names_of(const CLI::App& app) {
  Words names;
  for (const CLI::App* sub : commands_of(app)) {
    names.push_back(sub->get_name());
    for (const std::string& alias : sub->get_aliases()) names.push_back(alias);
  }
  return names;
}

Words options_of(const CLI::App& app) {
  Words options;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  return options;
}

// Of an option or argument that takes one of a set: "TEXT:{on,off}".
Words values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{'), end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  return absl::StrSplit(type.substr(begin + 1, end - begin - 1), ',');
}

bool takes_value(const CLI::App& app, const std::string& word) {
  const CLI::Option* option = app.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_max() > 0;
}

// Follows the line's words down to the last command they name.
struct Walk {
  const CLI::App* at;
  const CLI::App* root;
  std::string unknown;  // the first word that names no command where one is due
};
Walk walk(const CLI::App& app, const Words& line) {
  Walk walk{.at = &app, .root = &app, .unknown = {}};
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i].starts_with("-")) {
      // Its value is no command.
      if (line[i].find('=') == std::string::npos && (takes_value(*walk.at, line[i]) || takes_value(app, line[i]))) ++i;
      continue;
    }
    const Words names = names_of(*walk.at);
    if (names.empty()) continue;
    if (std::find(names.begin(), names.end(), line[i]) == names.end()) {
      walk.unknown = line[i];
      return walk;
    }
    walk.at = walk.at->get_subcommand(line[i]);
  }
  return walk;
}

// "device: speker not in {handset,headset}", as CLI11 has it.
std::string value_failure(const std::string& text) {
  const std::size_t colon = text.find(": "), in = text.find(" not in {");
  if (colon == std::string::npos || in == std::string::npos || in < colon + 2 || !text.ends_with("}")) return {};
  const std::size_t set = in + std::string_view(" not in {").size();
  return unknown_value(text.substr(0, colon), text.substr(colon + 2, in - colon - 2),
                       absl::StrSplit(text.substr(set, text.size() - set - 1), ','));
}

struct Table {
  std::string commands, words, values;  // cases of bash
};
std::string row(const std::string& key, const Words& words) {
  return absl::StrCat("    '", key, "') echo '", absl::StrJoin(words, " "), "' ;;\n");
}

void fill(const CLI::App& app, const std::string& path, const Words& global, Table& table) {
  const Words commands = names_of(app);
  Words words = commands, options = options_of(app);
  for (const CLI::Option* option : app.get_options()) {
    const Words values = values_of(*option);
    if (option->get_positional()) words.insert(words.end(), values.begin(), values.end());
    if (values.empty()) continue;
    for (const std::string& name : option->get_lnames()) table.values += row(absl::StrCat(path, " --", name), values);
  }
  words.insert(words.end(), options.begin(), options.end());
  if (!path.empty()) words.insert(words.end(), global.begin(), global.end());
  table.commands += row(path, commands);
  table.words += row(path, words);
  for (const CLI::App* sub : commands_of(app)) {
    Words names = sub->get_aliases();
    names.push_back(sub->get_name());
    for (const std::string& name : names) fill(*sub, path.empty() ? name : path + " " + name, global, table);
  }
}

Words with_values(const CLI::App& app) {
  Words names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 0) continue;
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const CLI::App* sub : commands_of(app)) {
    const Words below = with_values(*sub);
    names.insert(names.end(), below.begin(), below.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string usage_failure(const CLI::App& app, const CLI::ParseError& error, const Words& line) {
  if (error.get_exit_code() == 0) return {};  // --help, --version
  const Walk walked = walk(app, line);
  if (!walked.unknown.empty()) {
    return unknown_command(walked.at == &app ? "" : walked.at->get_name(), walked.unknown, names_of(*walked.at));
  }
  Words options = options_of(*walked.at);
  const Words global = options_of(app);
  options.insert(options.end(), global.begin(), global.end());
  for (const std::string& word : line) {
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(options.begin(), options.end(), name) == options.end()) return unknown_option(word, options);
  }
  return value_failure(error.what());
}

std::string bash_completion(const CLI::App& app) {
  Table table;
  fill(app, "", options_of(app), table);
  const auto function = [](const char* name, const std::string& cases) {
    return absl::StrCat("_phonectl_", name, "() {\n  case $1 in\n", cases, "  esac\n}\n");
  };
  return absl::StrCat(
      "# Completion of phonectl for bash, made from its commands and options: phonectl --completion bash\n",
      function("commands", table.commands), function("words", table.words), function("values", table.values),
      "_phonectl() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path= word values i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case \" $(_phonectl_commands \"$path\") \" in *\" $word \"*) path=${path:+$path }$word ;; esac\n"
      "  done\n"
      "  values=$(_phonectl_values \"$path $previous\")\n"
      "  if [ -n \"$values\" ]; then COMPREPLY=($(compgen -W \"$values\" -- \"$current\")); return; fi\n"
      "  case $previous in ",
      absl::StrJoin(with_values(app), "|"),
      ") return ;; esac  # a file, or something only the user knows\n"
      "  COMPREPLY=($(compgen -W \"$(_phonectl_words \"$path\")\" -- \"$current\"))\n"
      "}\n"
      "complete -o default -F _phonectl phonectl\n");
}

}  // namespace phone::phonectl

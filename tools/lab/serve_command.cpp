#include "tools/lab/commands.hpp"

namespace phone::lab {

void add_serve_command(CLI::App&, Run&) {}

}  // namespace phone::lab

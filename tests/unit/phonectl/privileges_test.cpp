#include "tools/phonectl/privileges.hpp"

#include <gtest/gtest.h>
#include <fstream>
#include <sstream>

namespace phone::phonectl {
namespace {

TEST(PhonectlPrivileges, ShippedRolesNameTheUi) {
  std::ifstream file(PHONE_SOURCE_DIR "/deploy/roles");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(*ui_uid(text.str()), 7409U);
}

TEST(PhonectlPrivileges, CommentsAndOtherRolesAreSkipped) {
  EXPECT_EQ(*ui_uid("# ui 1\ngateway 2\n  ui\t3 # the app\n"), 3U);
}

TEST(PhonectlPrivileges, TheUiIsNeverRoot) {
  EXPECT_FALSE(ui_uid("ui 0").ok());
  EXPECT_FALSE(ui_uid("ui").ok());
  EXPECT_FALSE(ui_uid("ui x").ok());
  EXPECT_FALSE(ui_uid("gateway 7408").ok());
}

}  // namespace
}  // namespace phone::phonectl

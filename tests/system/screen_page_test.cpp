// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F96: the page in a real Chromium behind the real phone-web, and a gateway that says what the test makes up:
// names that are not to be trusted, and ten thousand changes.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/fake_phone.hpp"
#include "tools/rig/browser.hpp"
#include "tools/rig/process.hpp"
#include "tools/rig/relaxed.hpp"
#include "tools/rig/units.hpp"

namespace phone::gateway {
namespace {

namespace sv1 = phone::signaling::v1;
using phone::gateway::v1::GetStatusRequest;
using phone::gateway::v1::PhoneStatus;

constexpr char kHostile[] = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";

class F96_ScreenPage_Lab : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = rig::no_browser(); !why.empty()) GTEST_SKIP() << why;
    router_.state<GetStatusRequest, PhoneStatus>("phone.gateway.v1.Gateway/WatchStatus", latest_);
    router_.unary<sv1::GetMemoryRequest, sv1::GetMemoryReply>("phone.gateway.v1.Gateway/GetMemory",
                                                              [](const auto&, const auto& reply) {
                                                                sv1::GetMemoryReply memory;
                                                                auto& entry = *memory.add_history();
                                                                entry.set_kind(sv1::HISTORY_KIND_MISSED);
                                                                entry.set_entry(1);
                                                                entry.set_name(kHostile);
                                                                entry.set_number("1003");
                                                                memory.set_time_zone("Nowhere/Land");
                                                                reply.ok(memory);
                                                              });
    router_.unary<sv1::CallRequest, sv1::CallReply>(
        "phone.gateway.v1.Gateway/Hold",
        [](const auto&, const auto& reply) { reply.fail(absl::FailedPreconditionError(kHostile)); });
    paths_.socket_dir = directory_.path();
    std::filesystem::create_directories(directory_ / "gateway");
    serving_.emplace(router_, socket_of(paths_, "gateway"), phone::mesh::v1::ROLE_UI);
    say(1);
    open_page();
  }
  void open_page() {
    rig::Spawn spawn;
    spawn.argv = {PHONE_BINARY_DIR "/bin/phone-web", "--socket-dir", directory_.path().string(),        "--roles",
                  PHONE_SOURCE_DIR "/deploy/roles",  "--files",      PHONE_BINARY_DIR "/../screen/site"};
    spawn.output = (directory_ / "web.log").string();
    auto web = rig::Process::start(spawn);
    ASSERT_TRUE(web.ok()) << web.status();
    web_ = *std::move(web);
    ASSERT_TRUE(eventually([&] { return !port().empty(); }));
    auto browser =
        rig::Browser::open({}, absl::StrCat("http://127.0.0.1:", port(), "/"), (directory_ / "b.log").string());
    ASSERT_TRUE(browser.ok()) << browser.status();
    browser_ = *std::move(browser);
  }
  // As phone-web's log says.
  std::string port() const {
    std::ifstream log(directory_ / "web.log");
    const std::string text{std::istreambuf_iterator<char>(log), {}};
    const auto at = text.find("port=\"");
    return at == std::string::npos ? "" : text.substr(at + 6, text.find('"', at + 6) - at - 6);
  }

  void say(std::uint64_t version) {
    PhoneStatus status;
    status.set_version(version);
    auto& line = *status.mutable_signaling()->add_line();
    line.set_line(1);
    line.set_number("1001");
    line.set_label(kHostile);
    auto& call = *status.mutable_signaling()->add_call();
    call.set_call("7");
    call.set_state(sv1::CALL_STATE_ESTABLISHED);
    call.set_has_user(true);
    call.set_remote_name(kHostile);
    call.set_remote_number(absl::StrCat("10", version % 100));
    auto& security = *call.mutable_security();
    security.set_icon(version % 2 == 0 ? sv1::ICON_LOCK : sv1::ICON_NONE);
    security.set_sentence("Said by the mesh.");
    auto& incident = *status.add_incident();
    incident.set_text(kHostile);
    for (std::uint64_t more = 0; more < version % 5; ++more) {
      auto& other = *status.mutable_signaling()->add_call();
      other.set_call(absl::StrCat("other", more));
      other.set_state(sv1::CALL_STATE_ESTABLISHED);
      other.set_hold(sv1::HOLD_STATE_HELD);
      other.set_remote_name(absl::StrCat("Caller ", version));
    }
    latest_.set(status);
  }

  std::uint64_t latest_version_ = 100;
  tests::TemporaryDirectory directory_;
  phone::mesh::Paths paths_;
  phone::mesh::Latest<PhoneStatus> latest_;
  phone::mesh::Router router_;
  std::optional<Serving> serving_;
  rig::Process web_;
  std::unique_ptr<rig::Browser> browser_;
};

TEST_F(F96_ScreenPage_Lab, HostileNamesAreText) {
  say(4);
  ASSERT_TRUE(browser_->shows("Said by the mesh.").ok());
  for (const char* screen : {"call", "home", "history", "incidents"}) {
    SCOPED_TRACE(screen);
    ASSERT_TRUE(browser_->go(screen).ok());
    const auto shown = browser_->shows("<img src=x onerror");
    EXPECT_TRUE(shown.ok()) << shown;
    EXPECT_EQ(browser_->count("img, script:not([src='/main.js'])"), 0);
    EXPECT_EQ(absl::StrJoin(browser_->faults(), "\n"), "");
  }
  ASSERT_TRUE(browser_->go("call").ok());
  ASSERT_TRUE(browser_->press("Hold").ok());
  EXPECT_EQ(*browser_->ask("evaluate", {{"script", "document.title"}}), "Phone");
  // What the policy of the page forbids, the browser refuses.
  EXPECT_FALSE(browser_->ask("evaluate", {{"script", "document.body.innerHTML = '<b>x</b>'"}}).ok());
}

TEST_F(F96_ScreenPage_Lab, TheLockComesAndGoesWithTheMeshsWord) {
  for (const std::uint64_t version : {4, 5, 6}) {
    say(version);
    ASSERT_TRUE(browser_->shows(absl::StrCat("10", version)).ok());
    EXPECT_EQ(browser_->count("main .why .icon.lock"), version % 2 == 0 ? 1 : 0);
    EXPECT_TRUE(browser_->shows("Said by the mesh.", absl::ZeroDuration()).ok());
  }
}

class F48_F96_ServerIcon_Lab : public F96_ScreenPage_Lab {};

TEST_F(F48_F96_ServerIcon_Lab, IsAShieldWhereTheSuiteOnlyAuthenticates) {
  struct Row {
    const char *server, *version, *suite;
    int locks, shields;
  };
  for (const Row& row : {Row{"first", "TLSv1.3", "TLS_AES_256_GCM_SHA384", 1, 0},
                         Row{"second", "TLSv1.2", "NULL-SHA256", 0, 1}, Row{"third", "", "", 0, 0}}) {
    SCOPED_TRACE(row.server);
    PhoneStatus status;
    status.set_version(latest_version_++);
    auto& registration = *status.mutable_signaling()->add_registration();
    registration.set_server(row.server);
    registration.set_state(sv1::REGISTRATION_STATE_REGISTERED);
    registration.set_active(true);
    registration.set_tls_version(row.version);
    registration.set_cipher_suite(row.suite);
    latest_.set(status);
    ASSERT_TRUE(browser_->shows(row.server).ok());
    EXPECT_EQ(browser_->count("header .icon.lock"), row.locks);
    EXPECT_EQ(browser_->count("header .icon.shield"), row.shields);
  }
}

TEST_F(F96_ScreenPage_Lab, TenThousandChangesLeaveNothingBehind) {
  const double kChanges = rig::kRelaxed ? 2000 : 10'000;
  ASSERT_TRUE(browser_
                  ->ask("evaluate", {{"script",
                                      "window.told = 0; new MutationObserver((all) => { window.told += all.length; })"
                                      ".observe(document.body, {attributeFilter: ['data-version']})"}})
                  .ok());
  std::uint64_t version = 10;
  const auto change_until = [&](double wanted) {
    return eventually(
        [&] {
          for (int i = 0; i < 20; ++i) say(++version);
          const auto told = browser_->ask("evaluate", {{"script", "window.told"}});
          return told.ok() && told->get<double>() >= wanted;
        },
        absl::Minutes(4));
  };
  ASSERT_TRUE(change_until(kChanges / 10));
  const auto before = browser_->ask("size");
  const auto web_before = rig::footprint(web_.pid());
  ASSERT_TRUE(change_until(kChanges));
  const auto after = browser_->ask("size");
  const auto web_after = rig::footprint(web_.pid());
  ASSERT_TRUE(before.ok() && after.ok() && web_before && web_after);
  std::cout << "  page " << before->dump() << " -> " << after->dump() << ", phone-web "
            << web_before->anonymous_megabytes << " -> " << web_after->anonymous_megabytes << " MB\n";
  EXPECT_LT(after->at("heap").get<double>(), before->at("heap").get<double>() + 1'000'000);
  EXPECT_LT(after->at("nodes").get<double>(), before->at("nodes").get<double>() + 200);
  EXPECT_LT(after->at("listeners").get<double>(), before->at("listeners").get<double>() + 50);
  EXPECT_LT(web_after->anonymous_megabytes, web_before->anonymous_megabytes + (rig::kRelaxed ? 100 : 1));
  // The browser keeps an idle connection or two of its own choice; a leak would leave one a change or a picture.
  EXPECT_LE(web_after->descriptors, web_before->descriptors + 4);
}

}  // namespace
}  // namespace phone::gateway

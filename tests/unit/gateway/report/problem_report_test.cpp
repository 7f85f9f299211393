// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F97: what leaves the phone in a problem report, and what does not; its archive is one that any tar reads.
#include "gateway/report/problem_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace phone::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string content(const std::vector<ReportFile>& files, const std::string& name) {
  for (const ReportFile& file : files) {
    if (file.name == name) return file.content;
  }
  ADD_FAILURE() << "no file " << name;
  return {};
}

std::string all_of(const std::vector<ReportFile>& files) {
  std::string all;
  for (const ReportFile& file : files) all += file.content;
  return all;
}

ReportParts whole_phone() {
  ReportParts parts{.reason = "no sound\n\x1B[2J",
                    .load = "phonemesh-9.8.7",
                    .system = "Linux 6.1",
                    .time = absl::UnixEpoch(),
                    .status = {},
                    .settings = {},
                    .decisions = {},
                    .events = {}};
  auto& status = parts.status;
  status.mutable_network()->set_port("port0");
  status.mutable_security()->set_security_mode("Encrypted");
  auto& signaling = *status.mutable_signaling();
  signaling.set_registered(true);
  signaling.set_display_text("Phone failed to register");
  auto& registration = *signaling.add_registration();
  registration.set_server("cucm-pub (10.0.0.1:5061)");
  registration.set_reason("refused by name");
  signaling.add_call()->set_call("call-secret-1");
  auto& line = *signaling.add_line();
  line.set_line(1);
  line.set_number("5551001");
  line.set_display_name("Alice Miller");
  line.set_forwarded_to("5559999");
  signaling.add_watched_number()->set_number("5552222");
  signaling.add_shown_text()->set_text("from 5553333");
  status.mutable_media();
  auto& incident = *status.add_incident();
  incident.set_service("signaling");
  incident.set_kind("call.answer_refused");
  incident.set_text("the call from 5554444 was refused");
  const auto setting = [&](const char* element, const char* text, phone::policy::v1::SettingSupport support) {
    auto& one = *parts.settings.add_setting();
    one.set_element(element);
    one.set_configured(text);
    one.set_support(support);
    one.set_level(phone::policy::v1::SETTING_LEVEL_DEVICE);
  };
  setting("vendorConfig/garp", "0", phone::policy::v1::SETTING_SUPPORT_OBEYED);
  setting("sipProfile/sipLines/line/name", "5551001", phone::policy::v1::SETTING_SUPPORT_OBEYED);
  setting("vendorConfig/emergencyNumbers", "5550112", phone::policy::v1::SETTING_SUPPORT_OBEYED);
  setting("vendorConfig/gapr", "typo-secret", phone::policy::v1::SETTING_SUPPORT_UNKNOWN);
  parts.settings.add_setting()->set_element("vendorConfig/notConfigured");
  auto& decision = *parts.decisions.add_decision();
  decision.set_what("ITLSEP0A1B2C3D4E5F.tlv");
  decision.set_reason("signed by a signer in force");
  const auto event = [&](const char* service, const char* kind, const char* text) {
    auto& one = parts.events.emplace_back();
    one.set_service(service);
    one.set_kind(kind);
    one.set_text(text);
    (*one.mutable_detail())["number"] = "5555555";
  };
  event("signaling", "call.established", "call with 5556666 established");
  event("signaling", "feature.done", "forwarded to 5557777");
  event("signaling", "registration.lost", "the connection was reset");
  event("trust_store", "trust_list.accepted", "the ITL was accepted");
  return parts;
}

TEST(F97_ReportContent_Table, HasWhatHelps) {
  const auto files = report_files(whole_phone());
  const std::string about = content(files, "about.txt");
  EXPECT_THAT(about, HasSubstr("Software: phonemesh-9.8.7\nSystem: Linux 6.1\nReason: no sound"));
  EXPECT_THAT(about, Not(HasSubstr("\x1B")));
  const std::string status = content(files, "status.json");
  for (const char* helps : {"port0", "Encrypted", "cucm-pub (10.0.0.1:5061)", "refused by name",
                            "Phone failed to register", "call.answer_refused"}) {
    EXPECT_THAT(status, HasSubstr(helps));
  }
  const std::string settings = content(files, "settings.json");
  EXPECT_THAT(settings, HasSubstr("vendorConfig/garp"));
  EXPECT_THAT(settings, HasSubstr("sipProfile/sipLines/line/name")) << "that it is configured is said";
  EXPECT_THAT(settings, Not(HasSubstr("notConfigured")));
  EXPECT_THAT(content(files, "decisions.json"), HasSubstr("signed by a signer in force"));
  const std::string events = content(files, "events.json");
  for (const char* helps : {"the connection was reset", "the ITL was accepted", "call.established"}) {
    EXPECT_THAT(events, HasSubstr(helps));
  }
}

TEST(F97_ReportContent_Table, HasNoCallNoNumberAndNoForeignText) {
  const std::string all = all_of(report_files(whole_phone()));
  for (const char* secret : {"call-secret-1", "5551001", "5552222", "5553333", "5554444", "5555555", "5556666",
                             "5557777", "5559999", "5550112", "Alice Miller", "typo-secret"}) {
    EXPECT_THAT(all, Not(HasSubstr(secret)));
  }
}

TEST(F97_ReportContent_Table, IsBoundedAndKeepsTheNewestEvents) {
  ReportParts parts = whole_phone();
  for (int i = 0; i < 20'000; ++i) {
    auto& one = parts.events.emplace_back();
    one.set_service("policy");
    one.set_kind("provisioning.failed");
    one.set_text(absl::StrCat("attempt ", i, std::string(1000, 'x')));
    parts.status.mutable_provisioning()->add_remark(std::string(200, 'r'));
  }
  const auto files = report_files(parts);
  for (const ReportFile& file : files) EXPECT_LE(file.content.size(), kMostReportFile) << file.name;
  EXPECT_THAT(content(files, "events.json"), HasSubstr("attempt 19999x"));
  EXPECT_THAT(content(files, "events.json"), Not(HasSubstr("attempt 0x")));
  EXPECT_THAT(content(files, "status.json"), HasSubstr("(the rest is left out)"));
  EXPECT_LE(tar_gz(files, 0).size(), kMostReportArchive);
}

// As zlib and the tables of POSIX have them, read by other code than wrote them.
TEST(F97_ReportArchive_Table, IsATarOfTheFilesInAGzip) {
  const std::string packed = tar_gz({{"a.txt", "hello"}, {"b.json", std::string(600, 'b')}}, 1'700'000'000);
  ASSERT_GT(packed.size(), 18U);
  EXPECT_EQ(packed.substr(0, 2), "\x1F\x8B");
  std::string tar(16384, '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(tar.data());
  stream.avail_out = static_cast<uInt>(tar.size());
  ASSERT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  tar.resize(stream.total_out);
  inflateEnd(&stream);
  ASSERT_EQ(tar.size(), 512U * (1 + 1 + 1 + 2 + 2));
  EXPECT_EQ(std::string(tar.c_str()), "a.txt");
  EXPECT_EQ(tar.substr(124, 11), "00000000005");
  EXPECT_EQ(tar.substr(257, 5), "ustar");
  EXPECT_EQ(tar.substr(512, 5), "hello");
  EXPECT_EQ(std::string(tar.c_str() + 1024), "b.json");
  EXPECT_EQ(tar.substr(1024 + 124, 11), "00000001130");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(tar[i]);
  EXPECT_EQ(std::stoul(tar.substr(148, 6), nullptr, 8), sum);
}

}  // namespace
}  // namespace phone::gateway

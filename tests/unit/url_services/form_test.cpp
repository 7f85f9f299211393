// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F97: the upload of a problem report is a form (RFC 7578) whose boundary is not in the archive.
#include "services/url_services/report/form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::url_services {
namespace {

using ::testing::HasSubstr;

TEST(F97_ReportForm_Table, HasTheFieldsThatReceiversKnow) {
  const auto form = write_form("SEP0A1B2C3D4E5F", "prt-1.tar.gz", std::string("\x1F\x8B\0x", 4));
  ASSERT_TRUE(form.ok()) << form.status();
  EXPECT_EQ(form->type, "multipart/form-data; boundary=phonemesh-report-0");
  EXPECT_EQ(form->body,
            std::string("--phonemesh-report-0\r\nContent-Disposition: form-data; name=\"devicename\"\r\n\r\n"
                        "SEP0A1B2C3D4E5F\r\n--phonemesh-report-0\r\n"
                        "Content-Disposition: form-data; name=\"prt_file\"; filename=\"prt-1.tar.gz\"\r\n"
                        "Content-Type: application/gzip\r\n\r\n") +
                std::string("\x1F\x8B\0x", 4) + "\r\n--phonemesh-report-0--\r\n");
}

TEST(F97_ReportForm_Table, TheBoundaryIsNotInTheArchive) {
  const auto form = write_form("SEP0A1B2C3D4E5F", "a", "phonemesh-report-0 phonemesh-report-1");
  ASSERT_TRUE(form.ok()) << form.status();
  EXPECT_THAT(form->type, HasSubstr("phonemesh-report-2"));
}

TEST(F97_ReportForm_Table, NamesThatWouldBeginAnotherHeaderAreRefused) {
  EXPECT_THAT(std::string(write_form("", "a", "x").status().message()), HasSubstr("no name yet"));
  EXPECT_THAT(std::string(write_form("SEP\r\nX", "a", "x").status().message()), HasSubstr("no name yet"));
  EXPECT_THAT(std::string(write_form("SEP", "a\"b", "x").status().message()), HasSubstr("not a name of a file"));
  EXPECT_THAT(std::string(write_form("SEP", "../a", "x").status().message()), HasSubstr("not a name of a file"));
}

}  // namespace
}  // namespace phone::url_services

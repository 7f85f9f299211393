// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F16: what a signed or unsigned configuration may cost and say. A signature proves who wrote a file, not that its text
// is text: one byte of Latin-1 once made every watch of the policy fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/text/foreign_text.hpp"
#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/own_names.hpp"
#include "services/policy/configuration/xml_reader.hpp"
#include "services/policy/files/encrypted_file.hpp"
#include "tests/unit/http/cpu_time.hpp"

namespace phone::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string repeated(std::size_t bytes, const std::string& piece) {
  std::string text;
  text.reserve(bytes + piece.size());
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

struct Shape {
  const char* name;
  std::string xml;
  const char* reason;  // empty: whatever comes of it
  friend void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }
};

constexpr std::size_t kRoom = kMaxXmlBytes - 256;

std::vector<Shape> shapes() {
  const auto device = [](const std::string& inside) { return "<device>" + inside + "</device>"; };
  std::string attributes = "<device";
  for (int i = 0; attributes.size() < kRoom; ++i) attributes += " a" + std::to_string(i) + "=''";
  std::string lines = "<sipProfile><sipLines>" + repeated(kRoom - 1000, "<line button='1'><name>1</name></line>") +
                      "</sipLines></sipProfile>";
  return {
      {"elements at one level", device(repeated(kRoom, "<a/>")), "at one level"},
      {"elements of one name that is read", device(repeated(kRoom, "<vendorConfig/>")), "at one level"},
      {"elements just below the limits",
       device("<vendorConfig>" + repeated(1999 * 4, "<a/>") + "</vendorConfig>" + repeated(1990 * 4, "<b/>")), ""},
      {"nested elements", repeated(kRoom / 7 * 3, "<a>") + repeated(kRoom / 7 * 4, "</a>"), "nested deeper"},
      {"nested and never closed", repeated(kRoom, "<a>"), "not well-formed XML"},
      {"attributes in one element", attributes + "/>", "attributes in one element"},
      {"attributes of many", device(repeated(kRoom, "<a b='' c='' d='' e='' f='' g=''/>")), "more than"},
      {"comments", device(repeated(kRoom, "<!---->")), ""},
      {"one comment", device("<!--" + repeated(kRoom - 100, "x- ") + "-->"), ""},
      {"processing instructions", device(repeated(kRoom, "<?a?>")), ""},
      {"character data", device("<versionStamp>" + repeated(kRoom - 100, "x") + "</versionStamp>"), "longer than"},
      {"character references", device("<versionStamp>" + repeated(kRoom - 100, "&#65;") + "</versionStamp>"),
       "longer than"},
      {"references to nothing", device("<versionStamp>" + repeated(kRoom - 100, "&a;") + "</versionStamp>"),
       "longer than"},
      {"ampersands", device("<versionStamp>" + repeated(kRoom - 100, "&") + "</versionStamp>"), "longer than"},
      {"CDATA sections", device("<versionStamp>" + repeated(kRoom - 100, "<![CDATA[]]>") + "</versionStamp>"),
       "at one level"},
      {"white space", device("<versionStamp>" + repeated(kRoom - 100, " \r\n") + "</versionStamp>"), ""},
      {"lines", device(lines), "more than"},
      {"members",
       device("<devicePool><callManagerGroup><members>" + repeated(kRoom - 1000, "<member/>") +
              "</members></callManagerGroup></devicePool>"),
       "at one level"},
      {"a document type with entities",
       "<!DOCTYPE d [" + repeated(kRoom - 1000, "<!ENTITY a '&b;&b;'>") + "]><device/>", "DOCTYPE"},
      {"a document type nested", "<!DOCTYPE d " + repeated(kRoom - 1000, "<!") + "><device/>", "not well-formed XML"},
      {"an encoding that is not the file's",
       "<?xml version='1.0' encoding='UTF-32'?>" + device(repeated(kRoom - 100, "x")), ""},
      {"UTF-16 with a mark", std::string("\xff\xfe", 2) + repeated(kRoom, std::string("<\0", 2)),
       "not well-formed XML"},
      {"UTF-32 with a mark", std::string("\0\0\xfe\xff", 4) + repeated(kRoom, std::string("\0\0\0<", 4)),
       "not well-formed XML"},
      {"a Latin-1 declaration",
       "<?xml version='1.0' encoding='ISO-8859-1'?>" +
           device("<versionStamp>" + repeated(kRoom / 3, "\xe9") + "</versionStamp>"),
       "longer than"},
      {"a byte too many", std::string(kMaxXmlBytes + 1, ' '), "larger than"}};
}

TEST(F16_HostileConfiguration, NoShapeAtTheLimitCostsMoreThanTwentyMilliseconds) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    absl::StatusOr<Configuration> read = absl::UnknownError("not read");
    const double spent = tests::cpu_milliseconds([&] { read = parse_configuration(shape.xml); });
    EXPECT_LT(spent, tests::kMostOfOneMessage);
    RecordProperty(shape.name, std::to_string(spent));
    if (*shape.reason == '\0') continue;
    ASSERT_FALSE(read.ok());
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(shape.reason));
  }
}

TEST(F10_EncryptedFileLimit, AFileThatNoConfigurationFillsIsRefusedBeforeItIsDecrypted) {
  Encryption encryption{.iv = std::string(16, 'i'),
                        .padding_length = 1,
                        .wrapped_key = std::string(256, 'w'),
                        .key_bits = 2048,
                        .digest = "SHA512",
                        .plaintext_digest = std::string(64, 'd')};
  EXPECT_THAT(std::string(check_encryption(encryption, kMaxXmlBytes + 32).message()),
              HasSubstr("larger than a configuration"));
  const std::string ciphertext(kMaxXmlBytes, 'c');
  const crypto::Secret key = crypto::Secret::copy_of(std::string(16, 'k'));
  absl::StatusOr<crypto::Secret> opened = absl::UnknownError("");
  EXPECT_LT(tests::cpu_milliseconds([&] { opened = decrypt(encryption, ciphertext, key); }), tests::kMostOfOneMessage);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("does not match"));
}

// Every element whose text ends in the policy, with something that is no clean UTF-8 in it.
struct Place {
  const char* element;
  std::string before, after;
  bool label;  // cleaned, else refused
  friend void PrintTo(const Place& place, std::ostream* out) { *out << place.element; }
};

std::string whole(const Place& place, const std::string& text) {
  return "<device>" + place.before + "<" + place.element + ">" + text + "</" + place.element + ">" + place.after +
         "</device>";
}

class F16_ForeignText_Table : public ::testing::TestWithParam<Place> {};

TEST_P(F16_ForeignText_Table, IsRefusedOrCleanedAndTheElementIsNamed) {
  for (const std::string& foreign :
       {std::string("caf\xe9"), std::string("a&#10;b"), std::string("a&#x202E;b"), std::string("a&#x85;b"),
        std::string("\xed\xa0\x80"), std::string("\xc0\xaf"), std::string("a\x7f"), std::string("&#xFFFE;")}) {
    SCOPED_TRACE(testing::PrintToString(foreign));
    Remarks remarks;
    const auto read = parse_configuration(whole(GetParam(), foreign), &remarks);
    if (GetParam().label) {
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_THAT(remarks.cleaned, ElementsAre(GetParam().element));
      for (const std::string& text : {read->version_stamp, read->load_information})
        EXPECT_TRUE(text::is_clean(text)) << text;
      for (const auto& line : read->lines) EXPECT_TRUE(text::is_clean(line.display_name)) << line.display_name;
    } else {
      ASSERT_FALSE(read.ok());
      EXPECT_THAT(std::string(read.status().message()), HasSubstr(GetParam().element));
      EXPECT_TRUE(text::is_clean({read.status().message().data(), read.status().message().size()}));
    }
  }
  Remarks remarks;
  (void)parse_configuration(whole(GetParam(), "caf\xc3\xa9"), &remarks);
  EXPECT_TRUE(remarks.cleaned.empty()) << "UTF-8 is left alone";
}

constexpr char kManager[] = "<devicePool><callManagerGroup><members><member><callManager>";
constexpr char kManagerEnd[] = "</callManager></member></members></callManagerGroup></devicePool>";
constexpr char kLine[] = "<sipProfile><sipLines><line>";
constexpr char kLineEnd[] = "</line></sipLines></sipProfile>";
constexpr char kNamed[] = "<sipProfile><sipLines><line><name>1001</name>";

INSTANTIATE_TEST_SUITE_P(
    Places, F16_ForeignText_Table,
    ::testing::Values(
        Place{"versionStamp", "", "", true}, Place{"loadInformation", "", "", true},
        Place{"displayName", kNamed, kLineEnd, true}, Place{"name", kLine, kLineEnd, false},
        Place{"authName", kNamed, kLineEnd, false}, Place{"authPassword", kNamed, kLineEnd, false},
        Place{"certHash", "", "", false}, Place{"capfAuthMode", "", "", false},
        Place{"name", kManager, kManagerEnd, false}, Place{"processNodeName", kManager, kManagerEnd, false},
        Place{"address", "<TVS><members><member>", "</member></members></TVS>", false},
        Place{"processNodeName", "<capfList><capf>", "</capf></capfList>", false},
        Place{"sipIpAddr1", "<devicePool><srstInfo>", "</srstInfo></devicePool>", false},
        Place{"deviceSecurityMode", "", "", false}, Place{own::kScepServer, "<vendorConfig>", "</vendorConfig>", false},
        Place{own::kScepRootFingerprint, "<vendorConfig><scepServer>ra</scepServer>", "</vendorConfig>", false},
        Place{own::kScepChallenge,
              "<vendorConfig><scepServer>ra</scepServer><scepRootFingerprint>00</scepRootFingerprint>",
              "</vendorConfig>", false},
        Place{own::kSrtpSuites, "<vendorConfig>", "</vendorConfig>", false},
        Place{own::kCodecs, "<commonConfig><vendorConfig>", "</vendorConfig></commonConfig>", false},
        Place{own::kTlsMinimum, "<enterpriseConfig>", "</enterpriseConfig>", false}));

}  // namespace
}  // namespace phone::policy

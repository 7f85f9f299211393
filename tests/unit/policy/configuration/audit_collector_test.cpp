// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2 and F50: elements of ours that say where audit events go, and whether the indication tone is played.
#include <gtest/gtest.h>

#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

std::string device_with(const std::string& inside) { return "<device>" + inside + "</device>"; }

struct CollectorRow {
  const char* said;
  const char* host;  // empty: refused
  int port;
};
class F2_AuditSettings_Table : public testing::TestWithParam<CollectorRow> {};
TEST_P(F2_AuditSettings_Table, NameHostAndPort) {
  const auto read = parse_configuration(device_with(std::string("<vendorConfig><auditLogServer>") + GetParam().said +
                                                    "</auditLogServer></vendorConfig>"));
  if (*GetParam().host == '\0') {
    EXPECT_EQ(read.status().message(), "auditLogServer: not a host, or host:port");
    return;
  }
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->audit_collector,
            (AuditCollector{.host = GetParam().host, .port = static_cast<std::uint16_t>(GetParam().port)}));
}
INSTANTIATE_TEST_SUITE_P(Rows, F2_AuditSettings_Table,
                         testing::Values(CollectorRow{"10.1.2.3", "10.1.2.3", 514},
                                         CollectorRow{"log.lab:1514", "log.lab", 1514},
                                         CollectorRow{"[2001:db8::1]:6514", "2001:db8::1", 6514},
                                         CollectorRow{"2001:db8::1", "2001:db8::1", 514},
                                         CollectorRow{"[2001:db8::1]", "2001:db8::1", 514},
                                         CollectorRow{"log.lab:", "", 0}, CollectorRow{"log.lab:0", "", 0},
                                         CollectorRow{"log.lab:70000", "", 0}, CollectorRow{":514", "", 0},
                                         CollectorRow{"log.lab/x", "", 0}, CollectorRow{"[2001:db8::1]514", "", 0}));

TEST(F2_AuditSettings, TheTransportIsTcpUnlessAnotherIsNamed) {
  const auto read = [](const std::string& elements) {
    return parse_configuration(
        device_with("<vendorConfig><auditLogServer>log.lab</auditLogServer>" + elements + "</vendorConfig>"));
  };
  const auto transport = [](const char* name) {
    return std::string("<auditLogTransport>") + name + "</auditLogTransport>";
  };
  EXPECT_EQ(describe(read("")->audit_collector), "log.lab:514, TCP");
  EXPECT_EQ(describe(read(transport("TCP"))->audit_collector), "log.lab:514, TCP");
  EXPECT_EQ(describe(read(transport("udp"))->audit_collector), "log.lab:514, UDP");
  EXPECT_EQ(describe(read(transport("Tls"))->audit_collector), "log.lab:6514, TLS");
  EXPECT_EQ(read(transport("dtls")).status().message(), "auditLogTransport: only tcp, tls and udp are supported");
  const std::string certificate = "<auditLogCertificate>TUlJ</auditLogCertificate>";
  EXPECT_EQ(read(transport("tls") + certificate)->audit_collector.certificate, "MII");
  EXPECT_EQ(read(certificate).status().message(), "auditLogCertificate: needs auditLogTransport tls");
  EXPECT_EQ(read(transport("tls") + "<auditLogCertificate>?</auditLogCertificate>").status().message(),
            "auditLogCertificate: not a base64-encoded certificate");
}

TEST(F50_IndicationTone_Settings, ProtectedDeviceAndItsToneAreTwoSettingsAndOffByDefault) {
  const auto none = parse_configuration(device_with(""));
  EXPECT_FALSE(none->protected_device || none->secure_indication_tone);
  const auto one =
      parse_configuration(device_with("<vendorConfig><protectedDevice>true</protectedDevice></vendorConfig>"));
  EXPECT_TRUE(one->protected_device && !one->secure_indication_tone);
  const auto other = parse_configuration(
      device_with("<vendorConfig><playSecureIndicationTone>true</playSecureIndicationTone></vendorConfig>"));
  EXPECT_TRUE(!other->protected_device && other->secure_indication_tone);
}

}  // namespace
}  // namespace phone::policy

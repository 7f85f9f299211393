// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lab's listeners from outside, over real sockets: download, CAPF, the configuration that follows it, SIP and
// alarm.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/unit/lab/sip_world.hpp"
#include "tests/unit/lab/tls_client.hpp"
#include "tools/lab/bytes.hpp"
#include "tools/lab/enrolment/capf_server.hpp"
#include "tools/lab/file_server.hpp"
#include "tools/lab/issue.hpp"
#include "tools/lab/sip/alarm.hpp"
#include "tools/lab/sip/sip_server.hpp"
#include "tools/lab/tvs_server.hpp"

namespace phone::lab {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
constexpr char kAddress[] = "127.0.0.1";

std::filesystem::path dir() {
  return std::filesystem::temp_directory_path() / ("lab-servers-" + std::to_string(getpid()));
}

// One PKI for all tests: making keys is what takes the time.
class OnePki : public testing::Environment {
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_TRUE(make_pki(dir(), {kAddress}).ok());
  }
  void TearDown() override { std::filesystem::remove_all(dir()); }
};
[[maybe_unused]] const auto* const kOnePki = testing::AddGlobalTestEnvironment(new OnePki);

class Cluster : public testing::Test {
 protected:
  Cluster() : pki_(*load_pki(dir())), devices_(pki_), files_(pki_, devices_, {.host = kAddress}, {}, faults_) {
    std::filesystem::remove_all(dir() / "devices");
    std::filesystem::remove(dir() / "events");
    EXPECT_TRUE(events_.open(dir() / "events").ok());
    devices_.add({.name = kDevice, .number = "1001", .operation = CapfOperation::kInstall});
    capf_ = std::make_unique<CapfServer>(pki_, devices_, faults_, events_);
    tvs_ = std::make_unique<TvsServer>(pki_, faults_, events_);
    http_ = std::make_unique<FileServer>(pki_, files_, faults_, events_);
    sip_ = std::make_unique<SipServer>(
        pki_, devices_, faults_, events_,
        SipSettings{.expected_alarms = {4}, .ctl = *files_.trust_list(true), .itl = *files_.trust_list(false)});
    EXPECT_TRUE(capf_->start(kAddress, 0).ok());
    EXPECT_TRUE(tvs_->start(kAddress, 0).ok());
    EXPECT_TRUE(http_->start(kAddress, 0, 0).ok());
    EXPECT_TRUE(sip_->start(kAddress, 0).ok());
  }

  std::string events(const std::string& name) {
    std::ifstream in(dir() / "events");
    std::string all;
    for (std::string line; std::getline(in, line);) {
      if (line.find("\"event\":\"" + name + "\"") != std::string::npos) all += line;
    }
    return all;
  }

  // What a phone does in CAPF, in bytes written down here; gives its new identity.
  IdentityPtr enrol() {
    TlsClient capf(capf_->port(), *pki_.capf);
    const auto receive = [&] {
      const std::string header = capf.read(kCapfHeader);
      return header + capf.read(header.empty() ? 0 : capf_body_length(header));
    };
    const std::string session = receive().substr(2, 4);
    const auto send = [&](char command, const std::string& body) {
      capf.write(std::string("\x55") + command + session + u16(body.size()) + body);
    };
    send(2, element(1, u8(1)) + element(7, u8(3)) + element(11, u8(0)) + element(13, with_nul(kDevice)));
    EXPECT_EQ(receive()[1], 3);
    KeyPtr key = make_rsa(2048);
    unsigned char* spki = nullptr;
    const int size = i2d_PUBKEY(key.get(), &spki);
    send(4, element(9, {reinterpret_cast<char*>(spki), static_cast<size_t>(size)}));
    OPENSSL_free(spki);
    const std::string store = receive();
    const auto elements = split_elements(std::string_view(store).substr(kCapfHeader));
    const auto certificate = Identity::from_der(std::string_view(*find_element(*elements, 4)).substr(5));
    send(10, element(1, u8(1)));
    EXPECT_EQ(receive()[1], 15);
    return std::make_shared<Identity>(X509Ptr(X509_dup((*certificate)->x509())), std::move(key));
  }

  Pki pki_;
  Devices devices_;
  Faults faults_;
  Events events_;
  Provisioning files_;
  std::unique_ptr<CapfServer> capf_;
  std::unique_ptr<TvsServer> tvs_;
  std::unique_ptr<FileServer> http_;
  std::unique_ptr<SipServer> sip_;
};

class LabCluster : public Cluster {};
class LabFaults : public Cluster {};

TEST_F(LabCluster, TheConfigurationFollowsTheCertificateJustIssued) {
  const std::string name = std::string(kDevice) + ".cnf.xml";
  EXPECT_NE(http_get(http_->http_port(), name + ".sgn").find("<capfAuthMode>2<"), std::string::npos);
  EXPECT_NE(http_get(http_->http_port(), name + ".enc.sgn").find("404"), std::string::npos);
  const IdentityPtr lsc = enrol();
  EXPECT_EQ(device_of(*lsc), kDevice);
  const std::string partial = http_get(http_->http_port(), name + ".sgn");
  EXPECT_NE(partial.find("<certHash>" + lsc->md5_hex() + "<"), std::string::npos);
  EXPECT_NE(partial.find("<capfAuthMode>0<"), std::string::npos);
  EXPECT_NE(http_get(http_->http_port(), name + ".enc.sgn").find("200 OK"), std::string::npos);
  EXPECT_NE(events("capf").find("\"result\":\"done\""), std::string::npos);
}

TEST_F(LabCluster, HttpsShowsTheEcCertificateOfTheItl) {
  TlsClient https(http_->https_port(), *pki_.tftp_ec);
  ASSERT_TRUE(https.connected());
  https.write("GET /" + std::string(kDevice) + ".cnf.xml HTTP/1.1\r\n\r\n");
  EXPECT_NE(https.read_until("</device>").find("<fullConfig>false<"), std::string::npos);
}

TEST_F(LabCluster, APhoneRegistersWithItsLscAndItsAlarmIsChecked) {
  const IdentityPtr lsc = enrol();
  TlsClient sip(sip_->port(), *pki_.call_manager, lsc.get());
  ASSERT_TRUE(sip.connected());
  sip.write("\r\n\r\n");
  EXPECT_EQ(sip.read(2), "\r\n");
  const std::string values = "<String name=\"CTL_Signature\">" + list_signature(*files_.trust_list(true)) +
                             "</String><String name=\"CTL_TFTP_Server\">h</String><String name=\"ITL_Signature\">" +
                             list_signature(*files_.trust_list(false)) +
                             "</String><String name=\"ITL_TFTP_Server\">h</String>";
  for (const char* code : {"4", "3"}) {
    const std::string body =
        "<?xml version=\"1.0\"?><x-cisco-alarm><Alarm Name=\"DeviceTLInfo\"><ParameterList>"
        "<String name=\"DeviceName\">" +
        std::string(kDevice) +
        "</String><String name=\"IPv4Address\">127.0.0.1</String><String name=\"IPv6Address\"/>" + values +
        "<String name=\"StatusCode\">" + code + "</String></ParameterList></Alarm></x-cisco-alarm>";
    sip.write(
        "REFER sip:cucm SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bKa\r\nFrom: <sip:1001@cucm>;tag=a\r\n"
        "To: <sip:cucm>\r\nCall-ID: alarm\r\nCSeq: 1000 REFER\r\nRequire: norefersub\r\nReferred-By: <sip:1001@h>\r\n"
        "Refer-To: cid:1@h\r\nContent-Id: <1@h>\r\nContent-Disposition: session;handling=required\r\n"
        "Content-Type: application/x-cisco-alarm+xml\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(sip.read_until("\r\n\r\n").starts_with(std::string("SIP/2.0 ") + (code[0] == '4' ? "202" : "400")));
  }
  sip.write(register_text("1001", kDevice));
  EXPECT_TRUE(sip.read_until("\r\n\r\n").starts_with("SIP/2.0 200"));
  EXPECT_NE(events("registered").find("\"certificate\":\"LSC\""), std::string::npos);
  EXPECT_NE(events("registered").find("\"missing\":[]"), std::string::npos);
}

TEST_F(LabCluster, WithoutACertificateOfOursThereIsNoSip) {
  EXPECT_TRUE(TlsClient(sip_->port(), *pki_.call_manager).closed());
  const auto stranger = issued_by(*pki_.stranger_ca, device_request(*pki_.capf, kDevice), make_ec("P-256"));
  EXPECT_TRUE(TlsClient(sip_->port(), *pki_.call_manager, stranger->get()).closed());
  EXPECT_EQ(events("registered"), "");
}

TEST_F(LabFaults, AListenerPlaysTheFaultOrdered) {
  ASSERT_TRUE(faults_.add("capf=stranger").ok());
  EXPECT_FALSE(TlsClient(capf_->port(), *pki_.capf).connected());
  ASSERT_TRUE(faults_.add("capf=gone").ok());
  EXPECT_FALSE(TlsClient(capf_->port(), *pki_.capf).connected());
  ASSERT_TRUE(faults_.add("tvs=gone").ok());
  EXPECT_FALSE(TlsClient(tvs_->port(), *pki_.tvs).connected());
  ASSERT_TRUE(faults_.add("itl=gone").ok());
  EXPECT_NE(http_get(http_->http_port(), "ITLFile.tlv").find("404"), std::string::npos);
  ASSERT_TRUE(faults_.add("http=gone").ok());
  EXPECT_EQ(http_get(http_->http_port(), "ITLFile.tlv"), "");
}

}  // namespace
}  // namespace phone::lab

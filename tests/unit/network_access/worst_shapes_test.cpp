// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// No message that anybody near can send costs more than 20 ms of a processor at its size limit, whatever its shape.
// Asserted at five times that, in processor time of this thread, and ten times more under a sanitizer.
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <time.h>

#include <cstring>
#include <functional>

#include "services/network_access/discovery/cdp.hpp"
#include "services/network_access/dot1x/pac_file.hpp"
#include "services/network_access/link/dhcp_message.hpp"
#include "services/network_access/link/lease.hpp"
#include "services/network_access/link/link_facts.hpp"
#include "services/network_access/pc_port/eapol_dispatcher.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_status.hpp"
#include "services/network_access/wlan/access_points.hpp"

namespace phone::network::worst_shapes_test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostMilliseconds = 1000;
#else
constexpr double kMostMilliseconds = 100;
#endif

double milliseconds_of(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  const double before = now();
  work();
  return now() - before;
}

std::string filled(std::string beginning, const std::string& with, std::size_t size, const std::string& end = "") {
  while (beginning.size() + with.size() + end.size() <= size) beginning += with;
  return beginning + end;
}

std::string attribute(int type, std::size_t size) {
  rtattr header{static_cast<unsigned short>(size), static_cast<unsigned short>(type)};
  std::string bytes(size, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}
std::string netlink(int type, const std::string& body) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body.size());
  header.nlmsg_type = static_cast<std::uint16_t>(type);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + body;
}

struct Shape {
  std::string name;
  std::string bytes;
};

void each_is_cheap(const std::vector<Shape>& shapes, const std::function<void(const std::string&)>& parse) {
  for (const Shape& shape : shapes) {
    EXPECT_LT(milliseconds_of([&] { parse(shape.bytes); }), kMostMilliseconds)
        << shape.name << ", " << shape.bytes.size() << " bytes";
  }
}

TEST(WorstShapes_Table, OfADhcpMessage) {
  const std::size_t most = 1500;
  const std::string head =
      encode(DhcpMessage{.type = DhcpType::kAck, .reply = true, .yours = 0x0a000001}).substr(0, 243);
  each_is_cheap({{"padding", filled(head, std::string(1, '\0'), most)},
                 {"options of nothing", filled(head, std::string("\x96\0", 2), most)},
                 {"routes to the same", filled(head, std::string("\x79\x05\0\x0a\0\0\x02", 7), most)},
                 {"DNS servers", filled(head, std::string("\x06\x04\x0a\0\0\x02", 6), most)},
                 {"vendor options of nothing", filled(head, std::string("\x2b\x02\x96\0", 4), most)},
                 {"a name", filled(head, std::string("\x42\x01") + "a", most)}},
                [](const std::string& bytes) {
                  const auto message = parse_dhcp(bytes);
                  if (message.ok()) (void)lease_of(*message);
                });
}

TEST(WorstShapes_Table, OfTheSupplicantsWords) {
  const std::size_t most = kMaxControlDatagram;
  const std::string certificate = "<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='";
  const std::string error = "<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=1 depth=0 subject='";
  each_is_cheap({{"quotes", filled(certificate, "'", most)},
                 {"ends of a subject", filled(certificate, "' cert=", most)},
                 {"a certificate", filled(certificate + "' cert=", "00", most)},
                 {"errors within an error", filled(error, "' err='", most)},
                 {"depths", filled(error, " depth=", most)},
                 {"reasons", filled("<3>CTRL-EVENT-SSID-TEMP-DISABLED ssid=\"", " reason=", most)},
                 {"error numbers", filled("<4>EAP-MSCHAPV2: failure message: '", "allowed, error ", most)},
                 {"digits", filled("<3>CTRL-EVENT-EAP-PROPOSED-METHOD method=", "9", most)},
                 {"ends of line", filled("<3>", "\n", most)}},
                [](const std::string& bytes) { (void)parse_event(bytes); });
  each_is_cheap({{"lines", filled("", "\n", most)},
                 {"equal signs", filled("", "=\n", most)},
                 {"the same key", filled("", "bssid=02:00:00:00:00:00\n", most)},
                 {"a long value", filled("EAP state=", "\x01", most)}},
                [](const std::string& bytes) {
                  (void)parse_status(bytes);
                  (void)parse_signal(bytes);
                });
  each_is_cheap({{"access points", filled("", "02:00:00:00:00:01\t2412\t-50\t[WPA2]\tx\n", most)},
                 {"tabs", filled("", "\t", most)},
                 {"lines", filled("", "\n", most)},
                 {"one name", filled("02:00:00:00:00:01\t2412\t-50\t[", "\x01", most)}},
                [](const std::string& bytes) { (void)offered(parse_scan_results(bytes), std::string(32, '\xff')); });
  const std::string pac = "wpa_supplicant EAP-FAST PAC file - version 1\n";
  each_is_cheap({{"lines", filled(pac, "\n", kMaxPacFile)},
                 {"attributes of nothing", filled(pac + "PAC-Info=", "00030000", kMaxPacFile)},
                 {"many of them", filled(pac, "PAC-Info=0003000400000000\n", kMaxPacFile)}},
                [](const std::string& bytes) { (void)read_pac(bytes); });
}

TEST(WorstShapes_Table, OfFramesAndOfTheKernelsWords) {
  std::string cdp(kCdpGroup.begin(), kCdpGroup.end());
  cdp += std::string("\x02\x00\x00\x00\x00\x01\x05\xdc\xaa\xaa\x03\x00\x00\x0c\x20\x00\x02\xb4\x00\x00", 20);
  each_is_cheap({{"elements of nothing", filled(cdp, std::string("\x00\x63\x00\x04", 4), 1518)},
                 {"elements without a length", filled(cdp, std::string("\x00\x01\x00\x00", 4), 1518)},
                 {"one name", filled(cdp + std::string("\x00\x01\x05\xc0", 4), "\xff", 1518)}},
                [](const std::string& bytes) { (void)parse_cdp(bytes); });
  // A flood from the PC: what is beyond its rate is not even parsed.
  EapolDispatcher dispatcher({0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f}, true);
  const std::string start("\x01\x80\xc2\x00\x00\x03\x02\x00\x00\x00\x00\x01\x88\x8e\x02\x01\x00\x00", 18);
  for (int i = 0; i < 100000; ++i) (void)dispatcher.take(EapolDispatcher::Port::kPc, start, {});
  EXPECT_LE(dispatcher.counts().forwarded, EapolDispatcher::kFramesPerSecond);
  EXPECT_GE(dispatcher.counts().flooded, 100000U - EapolDispatcher::kFramesPerSecond);
  const std::string link(sizeof(ifinfomsg), '\0'), address(sizeof(ifaddrmsg), '\0');
  std::string attributes;
  for (int i = 0; attributes.size() < 32000; ++i) attributes += attribute(i & 0x3fff, sizeof(rtattr));
  each_is_cheap({{"attributes of nothing", netlink(RTM_NEWLINK, link + attributes)},
                 {"of an address", netlink(RTM_NEWADDR, address + attributes)},
                 {"messages of nothing", filled("", netlink(RTM_NEWLINK, ""), 32768)},
                 {"links of nothing", filled("", netlink(RTM_NEWLINK, link), 32768)}},
                [](const std::string& bytes) {
                  LinkFacts facts;
                  apply_datagram(bytes, "eth0", facts);
                  (void)ends_dump(bytes);
                });
}

}  // namespace
}  // namespace phone::network::worst_shapes_test

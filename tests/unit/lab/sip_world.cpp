// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/lab/sip_world.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace phone::lab {
namespace {

std::filesystem::path world_dir() {
  return std::filesystem::temp_directory_path() / ("lab-sip-" + std::to_string(getpid()));
}

std::string finish(const std::string& head, const std::string& body) {
  const std::string type = body.empty() ? "" : "Content-Type: application/sdp\r\n";
  return head + type + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

SipWorld::SipWorld()
    : pki_{.dir = world_dir()},
      devices_(pki_),
      registrar_(devices_, events_, settings_,
                 [this](uint64_t flow, const std::string& text) { sent_[flow].push_back(text); }),
      calls_(registrar_, events_, settings_,
             [this](uint64_t flow, const std::string& text) { sent_[flow].push_back(text); }) {
  std::filesystem::create_directories(pki_.dir);
  EXPECT_TRUE(events_.open(pki_.dir / "events").ok());
  devices_.add({.name = "SEP0A1B2C3D4E5F", .number = "1001"});
  for (const char* number : {"1002", "1003"}) {
    devices_.add({.name = far_end_device(number), .number = number, .far_end = true});
  }
}

SipWorld::~SipWorld() { std::filesystem::remove_all(pki_.dir); }

void SipWorld::connect(uint64_t flow, const std::string& device, bool mic) {
  registrar_.opened({.id = flow, .device = device, .mic = mic, .version = "TLSv1.3", .address = "127.0.0.1"});
}

void SipWorld::receive(uint64_t flow, const std::string& text) {
  const auto message = parse_sip(text);
  ASSERT_TRUE(message) << text;
  if (!message->is_request()) return calls_.response(flow, *message);
  if (message->method == "REGISTER") return registrar_.receive(flow, *message, Clock::now());
  calls_.request(flow, *message);
}

SipMessage SipWorld::take(uint64_t flow) {
  if (sent_[flow].empty()) return {};
  const std::string text = sent_[flow].front();
  sent_[flow].erase(sent_[flow].begin());
  const auto message = parse_sip(text);
  EXPECT_TRUE(message) << text;
  return message.value_or(SipMessage{});
}

bool SipWorld::quiet(uint64_t flow) const {
  const auto found = sent_.find(flow);
  return found == sent_.end() || found->second.empty();
}

nlohmann::json SipWorld::last(const std::string& event) {
  std::ifstream in(pki_.dir / "events");
  nlohmann::json found;
  for (std::string line; std::getline(in, line);) {
    const auto one = nlohmann::json::parse(line, nullptr, false);
    if (one.is_object() && one.value("event", "") == event) found = one;
  }
  return found;
}

size_t SipWorld::count(const std::string& event) {
  std::ifstream in(pki_.dir / "events");
  size_t found = 0;
  for (std::string line; std::getline(in, line);)
    found += line.find("\"event\":\"" + event + "\"") != std::string::npos;
  return found;
}

std::string register_text(const std::string& number, const std::string& device, const std::string& extra) {
  return finish("REGISTER sip:cucm SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKreg\r\nFrom: <sip:" +
                    number + "@cucm>;tag=r\r\nTo: <sip:" + number + "@cucm>\r\nCall-ID: reg-" + device +
                    "\r\nCSeq: 1 REGISTER\r\nExpires: 3600\r\nContact: <sip:uuid-" + number +
                    "@127.0.0.1:5061;transport=tls>;+sip.instance=\"<urn:uuid:1>\";+u.sip!devicename.ccm.cisco.com=\"" +
                    device + "\";+u.sip!model.ccm.cisco.com=\"621\"" + extra +
                    "\r\nSupported: replaces,X-cisco-callinfo,X-cisco-sis-7.0.0\r\n",
                "");
}

std::string request_text(const std::string& method, const Dialog& dialog, unsigned cseq, const std::string& body,
                         const std::string& headers) {
  const std::string number = std::to_string(cseq);
  return finish(method + " " + dialog.target + " SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK" + method +
                    number + "\r\nMax-Forwards: 70\r\nFrom: " + dialog.from + "\r\nTo: " + dialog.to +
                    "\r\nCall-ID: " + dialog.call_id + "\r\nCSeq: " + number + " " + method +
                    "\r\nContact: <sip:me@127.0.0.1:5061;transport=tls>\r\nAllow: INVITE,UPDATE\r\n" + headers,
                body);
}

std::string answer_text(const SipMessage& request, int status, const std::string& tag, const std::string& body) {
  SipMessage response = respond_to(request, status, "Reason", tag);
  response.add("Contact", "<sip:callee@127.0.0.2:5061;transport=tls>").add("Allow", "INVITE,ACK,BYE,UPDATE");
  if (!body.empty()) response.add("Content-Type", "application/sdp");
  response.body = body;
  return response.text();
}

std::string srtp_sdp(const std::string& suite) {
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/SAVP 0\r\n"
         "a=crypto:1 " +
         suite + " inline:AAAA\r\n";
}

std::string rtp_sdp() {
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0\r\n";
}

}  // namespace phone::lab

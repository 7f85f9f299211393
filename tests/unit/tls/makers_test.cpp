// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Nothing but common/tls makes a context or says what it may speak: the table of makers is all there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace phone::tls {
namespace {

namespace fs = std::filesystem;

// Of OpenSSL, of libcurl, of gRPC and of every other library that could bring TLS of its own.
constexpr const char* kOthers[] = {"SSL_CTX_new",
                                   "set_min_proto_version",
                                   "set_max_proto_version",
                                   "set_cipher_list",
                                   "set_ciphersuites",
                                   "set_security_level",
                                   "set1_groups",
                                   "set1_curves",
                                   "set1_sigalgs",
                                   "set1_client_sigalgs",
                                   "SSL_CONF_",
                                   "CURLOPT_SSLVERSION",
                                   "CURLOPT_SSL_CIPHER",
                                   "CURLOPT_TLS13_CIPHERS",
                                   "CURLOPT_SSL_EC_CURVES",
                                   "CURLOPT_PROXY_SSL",
                                   "SslCredentials",
                                   "SslServerCredentials",
                                   "TlsCredentials",
                                   "TlsServerCredentials",
                                   "asio/ssl",
                                   "ssl::context",
                                   "DTLS_",
                                   "gnutls/",
                                   "mbedtls/",
                                   "openssl_ciphers=",
                                   "TLS_client_method",
                                   "TLS_server_method"};

bool says(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

std::string content(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

template <class Look>
std::set<std::string> files_that(Look look, int* count = nullptr) {
  std::set<std::string> found;
  for (const char* room : {"common", "services", "gateway"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(PHONE_SOURCE_DIR) / room)) {
      const auto kind = entry.path().extension();
      if (kind != ".cpp" && kind != ".hpp") continue;
      if (count != nullptr) ++*count;
      if (look(content(entry.path()))) found.insert(fs::relative(entry.path(), PHONE_SOURCE_DIR));
    }
  }
  return found;
}

TEST(F3_F72_TlsMakers, NothingElseInThePhoneMakesOrBendsAContext) {
  int files = 0;
  const auto found = files_that(
      [](const std::string& text) {
        return std::any_of(std::begin(kOthers), std::end(kOthers), [&](const char* word) { return says(text, word); });
      },
      &files);
  EXPECT_GT(files, 300) << "where are the sources?";
  EXPECT_EQ(found, std::set<std::string>{"common/tls/context.cpp"});
}

// A file that uses libcurl applies the TLS profile to libcurl's context, or uses no HTTPS.
TEST(F3_F72_TlsMakers, LibcurlMakesNoContextOfItsOwn) {
  const auto users = files_that([](const std::string& text) { return says(text, "curl_easy_init"); });
  EXPECT_EQ(users, std::set<std::string>{"common/http/get.cpp"});
  for (const auto& user : users) {
    const std::string text = content(fs::path(PHONE_SOURCE_DIR) / user);
    const bool gives = says(text, "CURLOPT_SSL_CTX_FUNCTION") && says(text, "tls::apply(");
    EXPECT_TRUE(gives || !says(text, "\"https\"")) << user;
  }
}

// What makes a connection from a policy names a function of its own: one for each row of the table.
TEST(F3_F72_TlsMakers, EachFunctionHasItsMaker) {
  const auto of = [](const char* function) {
    return files_that([function](const std::string& text) { return says(text, function); });
  };
  EXPECT_EQ(of("Profile::of(tls::Function::kTvs"), std::set<std::string>{"services/trust_store/peers/tvs_client.cpp"});
  EXPECT_EQ(of("Profile::of(tls::Function::kCapf"),
            std::set<std::string>{"services/certificate_manager/enrolment/tls_transport.cpp"});
  EXPECT_EQ(of("Profile::of(tls::Function::kDiagnostics"), std::set<std::string>{"gateway/rpc/diagnostics.cpp"});
  EXPECT_EQ(of("Profile::of(tls::Function::kWeb"), std::set<std::string>{"gateway/web/admin/context.cpp"});
  EXPECT_EQ(of("Profile::of(tls::Function::kEap"),
            std::set<std::string>{"services/network_access/dot1x/eap_profile.cpp"});
  EXPECT_EQ(of("Function::kSipAuthenticated : tls::Function::kSip"),
            std::set<std::string>{"services/signaling/transport/flow.cpp"});
  EXPECT_EQ(of("Profile::of(tls::Function::kSyslog"), std::set<std::string>{"common/http/secure.cpp"});
  EXPECT_EQ(of("Profile::of(tls::Function::kHttps"),
            (std::set<std::string>{"common/http/secure.cpp", "services/signaling/oauth/token_client.cpp"}));
}

}  // namespace
}  // namespace phone::tls

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// bench-path -- a certificate path from the peer's bytes to the verdict: ours against bare OpenSSL with the same
// parameters, in turns in one run. Goal: at most 1.2 times.
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/crypto/path.hpp"
#include "tests/unit/crypto/issue.hpp"

namespace phone::crypto {
namespace {

constexpr char kName[] = "pbx.lab";
constexpr double kGoal = 1.2;

struct Chain {
  std::vector<std::string> der;  // leaf, issuing CA
  Certificate root;
};

Chain make_chain(int rsa_bits) {
  const absl::Time now = absl::Now();
  const auto make = [&](const char* name, const std::vector<std::pair<int, std::string>>& extensions,
                        const Issued* by) {
    return issue({.name = name,
                  .extensions = extensions,
                  .rsa_bits = rsa_bits,
                  .from = now - absl::Hours(1),
                  .until = now + absl::Hours(24)},
                 by);
  };
  const std::vector<std::pair<int, std::string>> ca = {{NID_basic_constraints, "critical,CA:TRUE"},
                                                       {NID_key_usage, "critical,keyCertSign,cRLSign"}};
  const Issued root = make("Root", ca, nullptr);
  const Issued issuing = make("Issuing CA", ca, &root);
  const Issued leaf = make(kName, {{NID_subject_alt_name, std::string("DNS:") + kName}}, &issuing);
  return {{leaf.certificate().der(), issuing.certificate().der()}, root.certificate()};
}

X509Ptr parsed(const std::string& der) {
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  return X509Ptr(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
}

bool bare(const Chain& chain, X509_STORE* store) {
  const X509Ptr leaf = parsed(chain.der[0]);
  const X509Ptr issuing = parsed(chain.der[1]);
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  sk_X509_push(untrusted, issuing.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), untrusted);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_auth_level(param, 2);
  X509_VERIFY_PARAM_set1_host(param, kName, 0);
  const bool good = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  sk_X509_free(untrusted);
  return good;
}

// Median microseconds of one round.
class Contender {
 public:
  explicit Contender(std::function<bool()> work) : work_(std::move(work)) {}
  void round() {
    const absl::Time start = absl::Now();
    if (!work_()) std::abort();
    took_.push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
  }
  double median() {
    std::nth_element(took_.begin(), took_.begin() + static_cast<long>(took_.size() / 2), took_.end());
    return took_[took_.size() / 2];
  }

 private:
  std::function<bool()> work_;
  std::vector<double> took_;
};

double ratio(const char* keys, int rsa_bits, int rounds) {
  const Chain chain = make_chain(rsa_bits);
  const TrustAnchors anchors = TrustAnchors::of({chain.root}).value();
  const PathRules rules{.at = absl::Now(), .name = kName};
  Contender theirs([&] { return bare(chain, anchors.get()); });
  Contender ours([&] { return validate_path(chain.der, anchors, rules).trusted; });
  for (int i = 0; i < rounds; ++i) {
    (i % 2 == 0 ? theirs : ours).round();
    (i % 2 == 0 ? ours : theirs).round();
  }
  const double result = ours.median() / theirs.median();
  std::printf("%-10s %10.1f %10.1f %8.2f\n", keys, theirs.median(), ours.median(), result);
  return result;
}

}  // namespace
}  // namespace phone::crypto

int main(int argc, char** argv) {
  int rounds = 2000;
  double limit = 0;
  CLI::App app{"path validation against bare OpenSSL", "bench-path"};
  app.add_option("--rounds", rounds, "of each")->check(CLI::Range(1, 1'000'000));
  app.add_option("--limit", limit, "fail above so many times the goal");
  CLI11_PARSE(app, argc, argv);
  std::printf("leaf, issuing CA, root; median microseconds from bytes to verdict\n%-10s %10s %10s %8s\n", "keys",
              "openssl", "ours", "ratio");
  double worst = 0;
  for (const auto& [keys, bits] :
       {std::pair("RSA 2048", 2048), std::pair("RSA 4096", 4096), std::pair("EC P-256", 0)}) {
    worst = std::max(worst, phone::crypto::ratio(keys, bits, rounds));
  }
  std::printf("\ngoal <= %.1f: %.2f %s\n", phone::crypto::kGoal, worst,
              worst <= phone::crypto::kGoal ? "met" : "missed");
  return limit > 0 && worst > limit * phone::crypto::kGoal ? 1 : 0;
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// bench-trust [TIMES] -- what a verdict costs, against its goals (times TIMES). In time of this thread's processor, so
// that a shared machine does not decide. 77 when the samples are absent.
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>

#include "common/crypto/pointers.hpp"
#include "services/trust_store/peers/tvs_client.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"
#include "tests/unit/trust_store/tvs_server.hpp"

namespace phone::trust {
namespace {

constexpr char kItl[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
constexpr double kMostRatio = 1.5;
constexpr double kLeastCachedPerSecond = 10000;

double seconds_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double cost(const std::function<void()>& work) {
  const double start = seconds_of_this_thread();
  work();
  return seconds_of_this_thread() - start;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// No more than OpenSSL must do: parse every certificate of the list and check one signature.
bool bare(const std::string& bytes, const FileHeader& header, const std::vector<std::string>& certificates) {
  bool good = true;
  std::vector<std::unique_ptr<X509, decltype(&X509_free)>> parsed;
  for (const std::string& der : certificates) {
    const auto* position = reinterpret_cast<const unsigned char*>(der.data());
    parsed.emplace_back(d2i_X509(nullptr, &position, static_cast<long>(der.size())), X509_free);
    good = good && parsed.back() != nullptr;
  }
  const std::string signed_part = signed_bytes(bytes, header);
  const crypto::EvpMdCtxPtr context(EVP_MD_CTX_new());
  return good &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha512(), nullptr, X509_get0_pubkey(parsed[0].get())) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(header.signature.data()),
                          header.signature.size(), reinterpret_cast<const unsigned char*>(signed_part.data()),
                          signed_part.size()) == 1;
}

bool list_is_quick(double times) {
  const std::string bytes = Phone::sample(kItl);
  const TrustList held = parse_list(ListKind::kItl, bytes).value();
  const std::string update = Phone::sample("itl/ITL_update_same_signer.tlv");
  std::vector<std::string> certificates;
  for (const Record& record : held.records) certificates.push_back(record.certificate->der());
  bool good = true;
  std::vector<double> base, first, second;
  for (int i = 0; i < 300; ++i) {
    base.push_back(cost([&] { good = good && bare(bytes, held.header, certificates); }));
    first.push_back(cost([&] { good = good && judge_list(ListKind::kItl, bytes, {}, {}, {}).trusted; }));
    second.push_back(cost([&] {
      const TrustLists lists{.itl = &held};
      good = good && judge_list(ListKind::kItl, update, lists, {}, {}).trusted;
    }));
  }
  const double ratio = median(first) / median(base), update_ratio = median(second) / median(base);
  std::printf(
      "ITL of %zu records, RSA 4096: bare OpenSSL %.0f us, first list %.0f us (x%.2f), update %.0f us (x%.2f), goal "
      "x%.1f\n",
      certificates.size(), median(base) * 1e6, median(first) * 1e6, ratio, median(second) * 1e6, update_ratio,
      kMostRatio);
  return good && ratio <= kMostRatio * times && update_ratio <= kMostRatio * times;
}

// The whole way of a verdict on a peer that TVS vouched for before: trust store, TVS client, cache, record.
bool cached_verdicts_are_quick(double times) {
  tvs::Server server("tvs-pub", Phone::sample("wire/tvs/002_tvs_response.bin"));
  tvs::TvsClient tvs_client(nullptr, "9861");
  std::string name = (std::filesystem::temp_directory_path() / "bench-trust-XXXXXX").string();
  const std::filesystem::path directory = mkdtemp(name.data());
  std::promise<void> primed;
  bool first = true;
  TrustStoreState* self = nullptr;
  FlashStorage storage(directory);
  TrustStoreState trust_state(storage, {[&](TvsJob job) {
                                          const std::uint64_t request_id = job.request_id;
                                          // Only the first answer comes from another thread, while this one waits for
                                          // it.
                                          tvs_client.ask(std::move(job), [&, request_id](TvsAnswer word) {
                                            self->answered(request_id, word);
                                            if (std::exchange(first, false)) primed.set_value();
                                          });
                                        },
                                        [](Notice) {}, [] { return clock::Present{.time = absl::Now()}; },
                                        [] { return absl::ZeroDuration(); }});
  self = &trust_state;
  trust_state.apply({.tvs = {server.address()}, .device_name = "SEP0A1B2C3D4E5F"});
  trust_state.offer({{ListKind::kItl, Phone::sample(kItl), "cucm"}}, [](OfferResult) {});
  // Trusted only by TVS: the list has the TFTP certificate of another key.
  const PeerClaim claim{Phone::certificate("tftp4096").der(), Role::kTftp, "10.0.0.1:6971", "https"};
  std::size_t trusted = 0;
  const auto count = [&](PeerResult result) { trusted += result.verdict.trusted ? 1 : 0; };
  trust_state.peer(claim, count);
  primed.get_future().wait();
  constexpr int kRounds = 20000;
  const double spent = cost([&] {
    for (int i = 0; i < kRounds; ++i) trust_state.peer(claim, count);
  });
  std::filesystem::remove_all(directory);
  const double rate = kRounds / spent;
  std::printf(
      "TVS verdicts from the cache, record included: %.0f a second on one core, goal %.0f; server asked %d time(s)\n",
      rate, kLeastCachedPerSecond, server.served());
  return trusted == kRounds + 1 && server.served() == 1 && rate >= kLeastCachedPerSecond / times;
}

}  // namespace
}  // namespace phone::trust

int main(int argc, char** argv) {
  using namespace phone::trust;
  if (!Phone::samples_present()) {
    std::printf("samples are absent\n");
    return 77;
  }
  const double times = argc > 1 ? std::atof(argv[1]) : 1;
  const bool quick = list_is_quick(times);
  return cached_verdicts_are_quick(times) && quick ? 0 : 1;
}

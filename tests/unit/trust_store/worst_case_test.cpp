// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the dearest input costs: lists, files and releases at their limits, counted in certificates and signatures
// rather than in time where that can be, and in processor time of the trust store's own thread where not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <deque>

#include "absl/strings/str_cat.h"
#include "services/trust_store/lists/judgement.hpp"
#include "services/trust_store/lists/list_reading.hpp"
#include "tests/unit/crypto/issue.hpp"
#include "tests/unit/trust_store/signer.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"
#include "tests/unit/trust_store/worst_list.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::trust {
namespace {

using testing::HasSubstr;

// Five times the goal of 20 ms for a message of the actor; sanitizers cost as much again.
constexpr double kMostSeconds = rig::kRelaxed ? 1.0 : 0.1;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::shared_ptr<const ListReading> scanned(const std::string& list) {
  return ListReading::scan(ListKind::kItl, list).value();
}

TEST(F9_WorstCase, AListIsHeldToItsSignatureBeforeItsCertificatesAreRead) {
  NEEDS_SAMPLES();
  const std::string worst = WorstList{.certificates = many_certificates()}.make();
  ASSERT_GT(worst.size(), kLargestList * 3 / 4);
  ASSERT_LE(worst.size(), kLargestList);
  const TrustList held = parse_list(ListKind::kItl, Phone::sample("itl/ITL_impostor_same_names.tlv")).value();
  const TrustLists lists{.itl = &held};

  const auto stranger = scanned(worst);
  EXPECT_EQ(stranger->certificates_read(), 0u) << "structure alone";
  EXPECT_TRUE(judge_list(*stranger, lists, {}, {}).question.has_value());
  EXPECT_LE(stranger->certificates_read(), 2u);
  const ListVerdict refused = judge_list(*stranger, lists, {TvsVerdict::kNo, std::nullopt, {}, "unknown"}, {});
  EXPECT_FALSE(refused.trusted);
  EXPECT_LE(stranger->certificates_read(), 2u) << "a second judgement reads nothing again";

  std::string forged = worst;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  const auto damaged = scanned(forged);
  EXPECT_THAT(judge_list(*damaged, {}, {}, {}).reason, HasSubstr("does not verify"));
  EXPECT_LE(damaged->certificates_read(), 2u);

  const auto good = scanned(worst);
  const ListVerdict believed = judge_list(*good, {}, {}, {});
  ASSERT_TRUE(believed.trusted) << believed.reason;
  EXPECT_EQ(good->certificates_read(), kMostRecords);
  const auto again = good->list();
  ASSERT_TRUE(again.ok());
  for (std::size_t i = 0; i < again->records.size(); ++i) {
    ASSERT_EQ(again->records[i].certificate->get(), believed.list->records[i].certificate->get()) << "read once";
  }
}

TEST(F9_WorstCase, AFaultBehindAGoodSignatureStillRefusesTheList) {
  NEEDS_SAMPLES();
  const ListVerdict verdict =
      judge_list(*scanned(WorstList{.certificates = {many_certificates()[0], "no certificate"}}.make()), {}, {}, {});
  EXPECT_FALSE(verdict.trusted);
  EXPECT_FALSE(verdict.list.has_value());
  EXPECT_THAT(verdict.reason, testing::AllOf(HasSubstr("record 3"), HasSubstr("is damaged")));
}

TEST(F9_WorstCase, TheSameCertificateInAThousandRecordsIsReadOnce) {
  NEEDS_SAMPLES();
  const auto reading =
      scanned(WorstList{.certificates = std::vector<std::string>(kMostRecords - 1, many_certificates()[0])}.make());
  const auto list = reading->list();
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(reading->certificates_read(), 2u);
  EXPECT_EQ(list->certificates(Role::kTftp).size(), 1u);
}

TEST(F16_WorstCase, AThousandCertificatesOfOneSerialNumberAreNotAllTried) {
  NEEDS_SAMPLES();
  // The signer's serial number on keys that are not the signer's.
  const std::string serial = Phone::certificate("tftp").serial();
  std::vector<std::string> ders;
  for (std::size_t i = 0; i < 40; ++i) {
    const crypto::Issued one = crypto::issue({.name = absl::StrCat("twin ", i),
                                              .rsa_bits = i == 0 ? 4096 : 0,
                                              .from = absl::FromUnixSeconds(0),
                                              .until = absl::FromUnixSeconds(2000000000)},
                                             nullptr);
    BIGNUM* number =
        BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), static_cast<int>(serial.size()), nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(one.x509.get()));
    BN_free(number);
    X509_sign(one.x509.get(), one.key.get(), EVP_sha256());
    ders.push_back(one.certificate().der());
  }
  const TrustList held = scanned(WorstList{.certificates = ders}.make())->list().value();
  const FileVerdict verdict = judge_file("a.sgn", signed_with("tftp", "a.sgn", "body"), {.itl = &held}, {}, {});
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, HasSubstr("more than 4 certificates have the serial number"));
}

TEST(F16_WorstCase, AReasonDoesNotNameAThousandSigners) {
  NEEDS_SAMPLES();
  const TrustList held = scanned(WorstList{.certificates = many_certificates()}.make())->list().value();
  const FileVerdict verdict = judge_file("a.sgn", signed_with("tftp", "a.sgn", "body"), {.itl = &held},
                                         {TvsVerdict::kNo, std::nullopt, {}, "unknown"}, {});
  EXPECT_THAT(verdict.reason, HasSubstr("and 1017 more"));
  EXPECT_LT(verdict.reason.size(), 2000u);
}

// A trust store whose long work is done when the test says so, on whatever it is given.
class WorkElsewhere : public testing::Test {
 protected:
  void SetUp() override { NEEDS_SAMPLES(); }
  // What `step` costs the thread that answers everybody.
  void on_the_actor(const char* what, const std::function<void()>& step) {
    const double start = processor_seconds();
    step();
    const double took = processor_seconds() - start;
    RecordProperty(absl::StrCat("microseconds: ", what), static_cast<int>(took * 1e6));
    EXPECT_LT(took, kMostSeconds) << what;
  }
  // Does all work there is; what comes back is held to the bound.
  void work(const char* what) {
    while (!jobs_.empty()) {
      const Work job = std::move(jobs_.front());
      jobs_.pop_front();
      const auto rest = job();
      on_the_actor(what, rest);
    }
  }
  tests::TemporaryDirectory directory_;
  std::deque<Work> jobs_;
  std::vector<TvsJob> asked_;
  FlashStorage storage_{directory_};
  TrustStoreState trust_state_{storage_,
                               {.ask_tvs = [this](TvsJob job) { asked_.push_back(std::move(job)); },
                                .tell = [](const Notice&) {},
                                .present = [] { return clock::Present{.time = absl::FromUnixSeconds(1800000000)}; },
                                .uptime = [] { return absl::ZeroDuration(); },
                                .elsewhere = [this](QueueKind, Work job) { jobs_.push_back(std::move(job)); }}};
};

TEST_F(WorkElsewhere, NothingLongIsDoneWhereEverybodyIsAnswered) {
  std::optional<OfferResult> offered;
  std::string worst = WorstList{.certificates = many_certificates()}.make();
  on_the_actor("offer", [&] {
    trust_state_.offer({{ListKind::kItl, worst, "server"}}, [&](OfferResult result) { offered = std::move(result); });
  });
  EXPECT_FALSE(offered.has_value()) << "a list of a thousand records waits for the worker";
  on_the_actor("in force", [&] { EXPECT_FALSE(trust_state_.in_force()->itl.has_value()); });
  work("offer comes back");
  ASSERT_TRUE(offered.has_value());
  EXPECT_TRUE(offered->verdicts[0].accepted) << offered->verdicts[0].reason;

  std::optional<FileResult> judged;
  std::string file = signed_with("tftp", "a.sgn", std::string(kLargestFile - 4096, 'b'));
  on_the_actor("file", [&] {
    trust_state_.file("a.sgn", std::move(file), false, [&](FileResult r) { judged = std::move(r); });
  });
  EXPECT_FALSE(judged.has_value());
  work("file comes back");
  EXPECT_EQ(judged.has_value(), asked_.empty()) << "or TVS has been asked";

  bool previewed = false, released = false, imaged = false, by_path = false;
  on_the_actor("preview",
               [&] { trust_state_.preview(worst, [&](const PreviewResult& r) { previewed = r.verdict.unchanged; }); });
  on_the_actor("release", [&] {
    trust_state_.release(std::string(64 * 1024, 'r'), [&](const ReleaseResult&) { released = true; });
  });
  on_the_actor("image", [&] {
    trust_state_.image("i", std::string(65535, 'i'), "", "", [&](const ImageResult&) { imaged = true; });
  });
  PeerClaim path;
  path.anchor = many_certificates()[0];
  path.chain = std::vector<std::string>(8, many_certificates()[1]);
  on_the_actor("path", [&] { trust_state_.peer(std::move(path), [&](const PeerResult&) { by_path = true; }); });
  EXPECT_FALSE(previewed || released || imaged || by_path);
  work("the rest comes back");
  EXPECT_TRUE(previewed && released && imaged && by_path);

  // A peer is one look at what is in force, and is answered at once whatever waits.
  trust_state_.preview(worst, [](const PreviewResult&) {});
  bool answered = false;
  PeerClaim claim;
  claim.leaf_der = many_certificates()[500];
  claim.role = Role::kTftp;
  on_the_actor(
      "peer", [&] { trust_state_.peer(std::move(claim), [&](const PeerResult& r) { answered = r.verdict.trusted; }); });
  EXPECT_TRUE(answered);
  // The dearest stranger: 64 KiB of names, and a subject as long as is taken.
  const crypto::Issued stranger =
      crypto::issue({.name = std::string(64, 's'),
                     .extensions = {{NID_subject_alt_name,
                                     [] {
                                       std::string names;
                                       for (int i = 0; i < 1024; ++i) {
                                         absl::StrAppend(&names, i == 0 ? "" : ",", "DNS:", std::string(50, 'n'), i);
                                       }
                                       return names;
                                     }()}},
                     .from = absl::FromUnixSeconds(0),
                     .until = absl::FromUnixSeconds(2000000000)},
                    nullptr);
  PeerClaim dear;
  dear.leaf_der = stranger.certificate().der();
  dear.role = Role::kTvs;
  ASSERT_GT(dear.leaf_der.size(), 50000u);
  answered = true;
  on_the_actor("stranger",
               [&] { trust_state_.peer(std::move(dear), [&](const PeerResult& r) { answered = r.verdict.trusted; }); });
  EXPECT_FALSE(answered);
}

TEST_F(WorkElsewhere, AVerdictByListsThatHaveGoneIsMadeAgain) {
  trust_state_.apply({.device_name = "SEP0A1B2C3D4E5F"});
  const std::string itl = Phone::sample("itl/ITL_v1.1_sha512_rsa4096.tlv");
  trust_state_.offer({{ListKind::kItl, itl, "server"}}, [](const OfferResult&) {});
  work("offer");
  std::optional<FileResult> file;
  trust_state_.file("SEP0A1B2C3D4E5F.cnf.xml.sgn", Phone::sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"), false,
                    [&](FileResult result) { file = std::move(result); });
  ASSERT_EQ(jobs_.size(), 1u);
  const auto by_the_old_list = jobs_.front()();
  jobs_.clear();
  // Meanwhile FIPS mode is switched on; the signature of this file is not affected, but the verdict is made anew.
  trust_state_.apply({.fips = true, .device_name = "SEP0A1B2C3D4E5F"});
  by_the_old_list();
  EXPECT_FALSE(file.has_value());
  ASSERT_EQ(jobs_.size(), 1u) << "judged again";
  work("again");
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->verdict.trusted) << file->verdict.reason;
}

}  // namespace
}  // namespace phone::trust

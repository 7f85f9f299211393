// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// RFC 4475 torture messages, as they arrive on a stream: what the framer cuts and what the phone does with each piece.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "services/signaling/sip/framer.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/validator.hpp"

namespace phone::signaling {
namespace {

std::string outcome_of(const std::string& bytes) {
  Framer framer;
  framer.feed(bytes);
  std::string outcome;
  for (;;) {
    auto next = framer.next();
    if (!next.ok()) return outcome + "unframed";
    if (!next->has_value()) return outcome + (framer.buffered() > 0 ? "waits" : "");
    Verdict verdict = read_message(**next).verdict;
    outcome += verdict.kind == Verdict::kAccept ? "accepted "
               : verdict.kind == Verdict::kDrop ? "dropped "
                                                : cat(verdict.status, " ");
  }
}

struct Row {
  const char* file;
  const char* outcome;
};

class Rfc4475_Peer : public testing::TestWithParam<Row> {};

TEST_P(Rfc4475_Peer, IsHandledAsThePhoneShould) {
  std::filesystem::path file =
      std::filesystem::path(PHONE_SHARED_DIR "/testdata/sip/rfc4475") / (std::string(GetParam().file) + ".dat");
  std::ifstream in(file, std::ios::binary);
  if (!in) GTEST_SKIP() << file << " does not exist";
  std::stringstream bytes;
  bytes << in.rdbuf();
  EXPECT_EQ(outcome_of(bytes.str()), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(
    Messages, Rfc4475_Peer,
    testing::Values(
        // 3.1.1 valid
        Row{"wsinv", "accepted "}, Row{"intmeth", "501 "}, Row{"esc01", "accepted "}, Row{"escnull", "405 "},
        Row{"esc02", "501 "}, Row{"lwsdisp", "accepted "}, Row{"longreq", "accepted "},
        Row{"dblreq", "405 accepted dropped "}, Row{"semiuri", "accepted "}, Row{"transports", "accepted "},
        Row{"mpart01", "405 "}, Row{"unreason", "accepted "}, Row{"noreason", "accepted "},
        // 3.1.2 invalid
        Row{"badinv01", "400 "}, Row{"clerr", "waits"}, Row{"ncl", "unframed"}, Row{"scalar02", "400 "},
        Row{"scalarlg", "dropped "}, Row{"quotbal", "400 "}, Row{"ltgtruri", "400 "}, Row{"lwsruri", "400 "},
        Row{"lwsstart", "400 "}, Row{"trws", "400 "}, Row{"escruri", "400 "}, Row{"baddate", "accepted "},
        Row{"regbadct", "400 "}, Row{"badaspec", "400 "}, Row{"baddn", "waits"}, Row{"badvers", "505 "},
        Row{"mismatch01", "400 "}, Row{"mismatch02", "501 "}, Row{"bigcode", "dropped "},
        // 3.2 to 3.4
        Row{"badbranch", "accepted "}, Row{"insuf", "400 "}, Row{"unkscm", "416 "}, Row{"novelsc", "416 "},
        Row{"unksm2", "405 "}, Row{"bext01", "420 "}, Row{"invut", "415 "}, Row{"regaut01", "405 "},
        Row{"multi01", "400 "}, Row{"mcl01", "unframed"}, Row{"bcast", "dropped "}, Row{"zeromf", "accepted "},
        Row{"cparam01", "405 "}, Row{"cparam02", "405 "}, Row{"regescrt", "405 "}, Row{"sdp01", "406 "},
        Row{"inv2543", "accepted waits"}),
    [](const auto& info) { return info.param.file; });

}  // namespace
}  // namespace phone::signaling

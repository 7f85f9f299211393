#include "services/network_access/own_certificate.hpp"

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

const char* name_of(EapCertificate kind) { return kind == EapCertificate::kLsc ? "LSC" : "MIC"; }

std::string date(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()); }

}  // namespace

std::variant<OwnCertificate, WhyNone> choose_own(EapCertificate wanted, const std::vector<OwnCertificate>& installed,
                                                 absl::Time now) {
  WhyNone why{AccessCause::kNoCertificate,
              wanted == EapCertificate::kBest ? "" : absl::StrCat("no ", name_of(wanted), " is installed")};
  for (const EapCertificate kind : {EapCertificate::kLsc, EapCertificate::kMic}) {
    if (wanted != EapCertificate::kBest && wanted != kind) continue;
    for (const OwnCertificate& one : installed) {
      if (one.kind != kind) continue;
      if (now >= one.not_before && now < one.not_after) return one;
      // What is said of the better one is said.
      if (why.cause != AccessCause::kNoCertificate) continue;
      why = now < one.not_before ? WhyNone{AccessCause::kOwnNotYetValid,
                                           absl::StrCat("the ", name_of(kind), " is valid from ", date(one.not_before))}
                                 : WhyNone{AccessCause::kOwnExpired,
                                           absl::StrCat("the ", name_of(kind), " ended on ", date(one.not_after))};
    }
  }
  return why;
}

std::string key_uri(EapCertificate kind) {
  return absl::StrCat("pkcs11:token=phone;object=wired-", kind == EapCertificate::kLsc ? "lsc" : "mic",
                      ";type=private");
}

}  // namespace phone::network

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// soak [MINUTES] -- one secure call for that long while the phone refreshes its registration and downloads its
// configuration again: what each process has written of its
// own memory and its descriptors must stay flat, no process may be started again, SRTP must never stop.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/system/process_cost.hpp"
#include "tools/rig/lab.hpp"

namespace phone::bench {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
constexpr absl::Duration kSample = absl::Seconds(5);
constexpr absl::Duration kPoll = absl::Seconds(30);
constexpr int kKeepaliveSeconds = 10;
// Against the first quarter of the run, which includes warming up.
constexpr double kMemoryGrowth = 1.0;  // MB
constexpr long kDescriptorGrowth = 2;

struct Course {
  std::vector<double> pss, own;  // MB
  std::vector<long> descriptors;
};

struct Media {
  long long sent = 0, received = 0, lost = 0, late = 0, refused = 0;
  unsigned largest_gap = 0;
  bool secure = false;
};

long long number(const nlohmann::json& from, const char* name) {
  const auto found = from.find(name);
  if (found == from.end()) return 0;
  return found->is_string() ? std::atoll(found->get<std::string>().c_str()) : found->get<long long>();
}

std::optional<Media> media_of(const nlohmann::json& status) {
  const auto media = status.find("media");
  if (media == status.end() || !media->contains("stream") || (*media)["stream"].empty()) return std::nullopt;
  const auto& stream = (*media)["stream"][0];
  return Media{.sent = number(stream, "packetsSent"),
               .received = number(stream, "packetsReceived"),
               .lost = number(stream, "packetsLost"),
               .late = number(stream, "packetsLate"),
               .refused = number(stream, "packetsRefused") + number(stream, "authenticationFailures"),
               .largest_gap = static_cast<unsigned>(number(stream, "largestGapMilliseconds")),
               .secure = stream.value("sendingEncrypted", false) && stream.value("receivingEncrypted", false)};
}

// The mean of one quarter of the samples, the first (0) or the last (3).
template <class Number>
double mean(const std::vector<Number>& samples, int quarter) {
  const size_t part = std::max<size_t>(1, samples.size() / 4);
  const auto from = quarter == 0 ? samples.begin() : samples.end() - static_cast<std::ptrdiff_t>(part);
  return std::accumulate(from, from + static_cast<std::ptrdiff_t>(part), 0.0) / static_cast<double>(part);
}

struct Bench {
  std::optional<rig::Stage> stage;
  std::unique_ptr<rig::Phone> phone;
  std::unique_ptr<rig::Lab> lab;
  std::optional<rig::FarEnd> far_end;

  absl::Status set_up(int minutes) {
    auto made = rig::Stage::make();
    if (!made.ok()) return made.status();
    stage.emplace(*std::move(made));
    if (auto done = rig::Lab::manufacture(*stage, kDevice); !done.ok()) return done;
    const auto tones = rig::Lab::make_tones(*stage, 440, 1000, absl::Minutes(minutes + 2));
    if (!tones.ok()) return tones.status();
    (void)stage->set_options("network_access", "--port port0");
    (void)stage->set_options("media", "--device file --capture /etc/phone/capture.wav");
    auto installed = rig::Phone::install(*stage);
    if (!installed.ok()) return installed.status();
    phone = *std::move(installed);
    auto serving = rig::Lab::serve(*stage, *phone, kDevice, {"--keepalive", absl::StrCat(kKeepaliveSeconds)});
    if (!serving.ok()) return serving.status();
    lab = *std::move(serving);
    auto far = rig::FarEnd::start(*stage, *phone, lab->far_end(*stage, rig::Lab::kFarEnd, tones->far));
    if (!far.ok()) return far.status();
    far_end.emplace(*std::move(far));
    return phone->power_on();
  }

  nlohmann::json status() {
    auto answer = phone->phonectl({"status", "--json"});
    return answer.ok() ? *answer : nlohmann::json::object();
  }
  size_t seen(const char* event) const {
    const auto all = lab->events();
    return static_cast<size_t>(std::count_if(
        all.begin(), all.end(), [&](const nlohmann::json& one) { return one.value("event", "") == event; }));
  }
};

absl::Status call(Bench& bench) {
  const bool up = rig::poll_until(
      absl::Seconds(60),
      [&] {
        return bench.phone->phonectl_text({"call", rig::Lab::kFarEnd}).exit_code == 0;
      },
      absl::Milliseconds(200));
  if (!up) return absl::UnavailableError("no call could be made");
  const bool secure = rig::poll_until(
      absl::Seconds(20),
      [&] {
        const auto media = media_of(bench.status());
        return media && media->secure;
      },
      absl::Milliseconds(100));
  return secure ? absl::OkStatus() : absl::UnavailableError("the call did not become secure");
}

int soak(int minutes) {
  Bench bench;
  absl::Status ready = bench.set_up(minutes);
  if (ready.ok()) ready = call(bench);
  if (!ready.ok()) {
    std::fprintf(stderr, "%s\n", ready.ToString().c_str());
    if (bench.stage) bench.stage->keep();
    return absl::IsUnavailable(ready) && !bench.phone ? 77 : 2;
  }
  std::map<std::string, long> pids;
  std::map<std::string, Course> courses;
  for (const char* service : kServices) pids[service] = pid_outside(*bench.phone, service);
  const Media first = media_of(bench.status()).value_or(Media());
  Media last = first;
  int insecure = 0, polls = 0, silent = 0;
  const absl::Time begun = absl::Now(), end = begun + absl::Minutes(minutes);
  absl::Time poll_at = begun + kPoll;
  for (absl::Time at = begun; at < end; at += kSample) {
    absl::SleepFor(at + kSample - absl::Now());  // what is measured is the course of time
    const auto media = media_of(bench.status());
    if (!media) {
      ++silent;
    } else {
      if (!media->secure || media->received <= last.received || media->sent <= last.sent) ++insecure;
      last = *media;
    }
    for (const char* service : kServices) {
      courses[service].pss.push_back(pss_megabytes(pids[service]));
      courses[service].own.push_back(own_megabytes(pids[service]));
      courses[service].descriptors.push_back(open_descriptors(pids[service]));
    }
    if (absl::Now() >= poll_at) {
      poll_at += kPoll;
      if (bench.phone->phonectl_text({"reprovision"}).exit_code == 0) ++polls;
    }
  }

  bool flat = true;
  std::printf("%-22s %20s %27s %23s %9s\n", "", "PSS MB first/last", "own MB first/last/most", "descriptors first/last",
              "restarts");
  for (const char* service : kServices) {
    const Course& course = courses[service];
    const double before = mean(course.own, 0), after = mean(course.own, 3);
    const double held_before = mean(course.descriptors, 0), held_after = mean(course.descriptors, 3);
    const std::string restarts = bench.phone->property(service, "NRestarts");
    const bool good = pids[service] != 0 && after - before <= kMemoryGrowth &&
                      held_after - held_before <= kDescriptorGrowth && restarts == "0";
    flat = flat && good;
    std::printf("%-22s %11.2f %8.2f %9.2f %8.2f %8.2f %13.1f %9.1f %9s%s\n", service, mean(course.pss, 0),
                mean(course.pss, 3), before, after, *std::max_element(course.own.begin(), course.own.end()),
                held_before, held_after, restarts.c_str(), good ? "" : "  <--");
  }
  const size_t refreshes = bench.seen("refreshed"), downloads = bench.seen("download");
  const auto expected = static_cast<size_t>(minutes) * 60 / kKeepaliveSeconds / 2;
  const long long received = last.received - first.received, lost = last.lost - first.lost;
  std::printf(
      "\n%d minutes: %lld packets sent, %lld received, %lld lost (%.3f %%), %lld late, %lld refused, largest gap %u "
      "ms\n",
      minutes, last.sent - first.sent, received, lost,
      received + lost == 0 ? 0.0 : 100.0 * static_cast<double>(lost) / static_cast<double>(received + lost),
      last.late - first.late, last.refused - first.refused, last.largest_gap);
  std::printf(
      "%zu registration refreshes, %d configuration polls with %zu downloads, %d samples without SRTP in both "
      "directions, %d without an answer\n",
      refreshes, polls, downloads, insecure, silent);
  const bool ended = bench.phone->phonectl_text({"hangup"}).exit_code == 0;
  const bool good = flat && ended && insecure == 0 && silent == 0 && refreshes >= expected && polls > 0;
  std::printf("%s\n", good ? "flat" : "NOT as it should be");
  if (!good) {
    bench.stage->keep();
    std::printf("logs: %s\n", (bench.stage->root() / "log").c_str());
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace phone::bench

int main(int argc, char** argv) {
  const int minutes = argc > 1 ? std::atoi(argv[1]) : 5;
  if (minutes < 1) {
    std::fprintf(stderr, "soak [MINUTES]\n");
    return 2;
  }
  return phone::bench::soak(minutes);
}

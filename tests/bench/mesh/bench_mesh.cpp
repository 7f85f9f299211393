// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// bench-mesh -- what an actor behind a call costs: unary calls of 64 bytes over a Unix socket against a bare gRPC
// server, in turns in one run, and the same with pauses, where gRPC's callback API stalls. Goals: p50 at most 1.10
// times bare; a call every 2 s under 5 ms at p99.
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench_servers.hpp"
#include "common/mesh/client/client.hpp"
#include "phone/signaling/v1/signaling.grpc.pb.h"

namespace {

using phone::signaling::v1::CallReply;
using phone::signaling::v1::DialRequest;
using phone::signaling::v1::Signaling;

class Latencies {
 public:
  void add(absl::Duration took) { microseconds_.push_back(absl::ToDoubleMicroseconds(took)); }
  double quantile(double q) {
    if (microseconds_.empty()) return 0;
    std::sort(microseconds_.begin(), microseconds_.end());
    const auto last = static_cast<double>(microseconds_.size() - 1);
    return microseconds_[static_cast<size_t>(q * last + 0.5)];
  }
  size_t size() const { return microseconds_.size(); }

 private:
  std::vector<double> microseconds_;
};

class Contender {
 public:
  Contender(std::string kind, const std::filesystem::path& directory) : kind_(std::move(kind)) {
    std::string socket = directory / kind_;
    std::vector<std::string> words{"/proc/self/exe", "--serve", kind_, "--socket", socket};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) pid_ = -1;
    // Of the bare server the client is bare as well: no guard at either end.
    stub_ =
        Signaling::NewStub(kind_ == "bare" ? grpc::CreateChannel("unix:" + socket, grpc::InsecureChannelCredentials())
                                           : phone::mesh::open_channel(socket));
  }
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;
  ~Contender() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  void call(Latencies* into) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    DialRequest request;
    request.set_number(std::string(64, '7'));
    CallReply reply;
    const absl::Time before = absl::Now();
    const auto status = stub_->Dial(&context, request, &reply);
    if (!status.ok()) {
      std::fprintf(stderr, "%s: %s\n", kind_.c_str(), status.error_message().c_str());
      ++failed;
    } else if (into != nullptr) {
      into->add(absl::Now() - before);
    }
  }
  // Processor time of the server so far.
  absl::Duration cpu() const {
    std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
    std::string word;
    long user = 0, kernel = 0;
    for (int i = 1; i < 14 && stat >> word; ++i) {
    }
    stat >> user >> kernel;
    return absl::Seconds(1) * (user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  const std::string& kind() const { return kind_; }

  Latencies dense, sparse;
  int failed = 0;

 private:
  const std::string kind_;
  pid_t pid_ = -1;
  std::unique_ptr<Signaling::Stub> stub_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string serve, socket;
  int rounds = 40, calls = 500, sparse = 20, gap_ms = 2000;
  CLI::App options("what an actor behind a call costs");
  options.add_option("--serve", serve)->group("");
  options.add_option("--socket", socket)->group("");
  options.add_option("--rounds", rounds, "turns")->capture_default_str();
  options.add_option("--calls", calls, "calls a turn, one after the other")->capture_default_str();
  options.add_option("--sparse", sparse, "calls after a pause")->capture_default_str();
  options.add_option("--gap-ms", gap_ms, "the pause, give or take a tenth")->capture_default_str();
  double limit = 0;
  options.add_option("--limit", limit, "fail beyond this many times the goals; 0: report alone");
  CLI11_PARSE(options, argc, argv);
  if (!serve.empty()) return phone::mesh::serve_bench(serve, socket);

  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  std::string directory = "/tmp/bench-mesh-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return 1;
  {
    std::vector<std::unique_ptr<Contender>> all;
    for (const char* kind : {"bare", "router", "actor"}) all.push_back(std::make_unique<Contender>(kind, directory));
    for (auto& contender : all) {
      for (int i = 0; i < calls; ++i) contender->call(nullptr);
    }
    std::vector<absl::Duration> before;
    for (auto& contender : all) before.push_back(contender->cpu());
    for (int round = 0; round < rounds; ++round) {
      for (auto& contender : all) {
        for (int i = 0; i < calls; ++i) contender->call(&contender->dense);
      }
    }
    std::printf("%d calls each, one after the other, 64 bytes, microseconds\n", rounds * calls);
    std::printf("%-8s %8s %8s %8s %14s %8s\n", "server", "p50", "p90", "p99", "server cpu/call", "p50/bare");
    for (size_t i = 0; i < all.size(); ++i) {
      auto& dense = all[i]->dense;
      const double cpu = absl::ToDoubleMicroseconds(all[i]->cpu() - before[i]) /
                         static_cast<double>(std::max<size_t>(dense.size(), 1));
      std::printf("%-8s %8.0f %8.0f %8.0f %14.0f %8.2f\n", all[i]->kind().c_str(), dense.quantile(.5),
                  dense.quantile(.9), dense.quantile(.99), cpu, dense.quantile(.5) / all[0]->dense.quantile(.5));
    }
    std::fflush(stdout);

    std::mt19937 random(1);  // NOLINT: the same pauses every run
    for (int i = 0; i < sparse; ++i) {
      absl::SleepFor(absl::Milliseconds(gap_ms) * std::uniform_real_distribution<>(0.9, 1.1)(random));
      // Alternately first, since the first one also wakes the machine.
      for (size_t k = 0; k < all.size(); ++k) {
        auto& contender = *all[(k + static_cast<size_t>(i)) % all.size()];
        contender.call(&contender.sparse);
      }
    }
    std::printf("\n%d calls each, one every %d ms, microseconds\n%-8s %8s %8s %8s\n", sparse, gap_ms, "server", "p50",
                "p99", "max");
    for (auto& contender : all) {
      auto& latencies = contender->sparse;
      std::printf("%-8s %8.0f %8.0f %8.0f\n", contender->kind().c_str(), latencies.quantile(.5),
                  latencies.quantile(.99), latencies.quantile(1));
    }
    const double ratio = all[2]->dense.quantile(.5) / all[0]->dense.quantile(.5);
    std::printf("\ngoal p50 actor/bare <= 1.10: %.2f %s\n", ratio, ratio <= 1.10 ? "met" : "missed");
    std::printf("goal sparse p99 < 5000: %.0f %s\n", all[2]->sparse.quantile(.99),
                all[2]->sparse.quantile(.99) < 5000 ? "met" : "missed");
    if (limit > 0 && (ratio > limit * 1.10 || all[2]->sparse.quantile(.99) > limit * 5000)) return 1;
    for (auto& contender : all) {
      if (contender->failed > 0) return 1;
    }
  }
  std::filesystem::remove_all(directory);
}

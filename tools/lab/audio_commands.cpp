// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/str_cat.h"
#include "tools/lab/commands.hpp"
#include "tools/lab/tone.hpp"
#include "tools/lab/wav.hpp"

namespace phone::lab {
namespace {

struct Check {
  std::string file;
  double hz = 1000, seconds = 1, minimum_dbfs = -40, minimum_purity = 0.8;
};

absl::Status check(const Check& options) {
  auto sound = read_wav(options.file);
  if (!sound.ok()) return sound.status();
  const auto wanted = static_cast<size_t>(options.seconds * sound->rate);
  std::span<const int16_t> samples(sound->samples);
  if (samples.size() < wanted) return absl::NotFoundError(absl::StrCat("only ", samples.size(), " samples so far"));
  samples = samples.last(wanted);
  const Tone tone = measure_tone(samples, sound->rate, options.hz);
  std::printf("%.1f Hz %.1f dBFS purity %.3f\n", tone.hz, tone.level_dbfs, tone.purity);
  if (tone.level_dbfs < options.minimum_dbfs) return absl::NotFoundError("too quiet");
  if (tone.purity < options.minimum_purity) return absl::NotFoundError("something else is louder");
  return absl::OkStatus();
}

}  // namespace

void add_audio_commands(CLI::App& app, Run& run) {
  CLI::App* checking = app.add_subcommand("audio-check", "is the tone in the last part of a WAV file?");
  auto options = std::make_shared<Check>();
  checking->add_option("file", options->file)->required();
  checking->add_option("--hz", options->hz)->capture_default_str();
  checking->add_option("--seconds", options->seconds, "of the end of the file to look at")->capture_default_str();
  checking->add_option("--minimum-level", options->minimum_dbfs, "dBFS")->capture_default_str();
  checking->add_option("--minimum-purity", options->minimum_purity, "share of all power")->capture_default_str();
  checking->callback([&run, options] { run = [options] { return check(*options); }; });

  CLI::App* making = app.add_subcommand("tone", "write a WAV file with a tone, 8 kHz mono 16 bit");
  auto file = std::make_shared<std::string>();
  auto values = std::make_shared<std::array<double, 3>>(std::array{440.0, 60.0, -8.0});
  making->add_option("file", *file)->required();
  making->add_option("--hz", (*values)[0])->capture_default_str();
  making->add_option("--seconds", (*values)[1])->capture_default_str();
  making->add_option("--level", (*values)[2], "dBFS")->capture_default_str();
  making->callback([&run, file, values] {
    run = [file, values] { return write_tone(*file, (*values)[0], (*values)[1], (*values)[2]); };
  });
}

}  // namespace phone::lab

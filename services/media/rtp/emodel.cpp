// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/emodel.hpp"

#include <cmath>

namespace phone::media {
namespace {

// G.107 table 2, default values.
constexpr double kSlr = 8, kRlr = 2, kStmr = 15, kLstr = 18, kDs = 3, kTelr = 65, kWepl = 110, kQdu = 1;
constexpr double kNc = -70, kNfor = -64, kPs = 35, kPr = 35;
constexpr double kOlr = kSlr + kRlr;

double decibels(double value) { return 10 * std::log10(value); }
double power(double db) { return std::pow(10, db / 10); }

double noise() {
  const double send = kPs - kSlr - kDs - 100 + 0.004 * std::pow(kPs - kOlr - kDs - 14, 2);
  const double room = kPr + decibels(1 + power(10 - kLstr));
  const double receive = kRlr - 121 + room + 0.008 * std::pow(room - 35, 2);
  return decibels(power(kNc) + power(send) + power(receive) + power(kNfor + kRlr));
}

double signal_to_noise(double no) { return 15 - 1.5 * (kSlr + no); }

double simultaneous(double ro, double no, double delay) {
  const double loud = kOlr + 0.2 * (64 + no - kRlr);
  const double olr = 20 * (std::pow(1 + std::pow(loud / 8, 8), 1.0 / 8) - loud / 8);
  const double side = -decibels(power(-kStmr) + std::exp(-delay / 4) * power(-kTelr));
  const double st = 12 * std::pow(1 + std::pow((side - 13) / 6, 8), 1.0 / 8) -
                    28 * std::pow(1 + std::pow((side + 1) / 19.4, 35), 1.0 / 35) -
                    13 * std::pow(1 + std::pow((side - 3) / 33, 13), 1.0 / 13) + 29;
  const double q = 37 - 15 * std::log10(kQdu);
  const double g = 1.07 + 0.258 * q + 0.0602 * q * q;
  const double y = (ro - 100) / 15 + 46 / 8.4 - g / 9;
  const double z = 46.0 / 30 - g / 40;
  return olr + st + 15 * std::log10(1 + std::pow(10, y) + std::pow(10, z));
}

double delayed(double no, double ro, double delay) {
  const double terv =
      kTelr - 40 * std::log10((1 + delay / 10) / (1 + delay / 150)) + 6 * std::exp(-0.3 * delay * delay);
  const double re = 80 + 2.5 * (terv - 14);
  const double half = (-1.5 * (no - kRlr) - re) / 2;
  const double talker = (half + std::sqrt(half * half + 100) - 1) * (1 - std::exp(-delay));
  const double listener_half = (ro - 10.5 * (kWepl + 7) * std::pow(2 * delay + 1, -0.25)) / 2;
  const double listener = listener_half + std::sqrt(listener_half * listener_half + 169);
  double absolute = 0;
  if (delay > 100) {
    const double x = std::log2(delay / 100);
    absolute = 25 * (std::pow(1 + std::pow(x, 6), 1.0 / 6) - 3 * std::pow(1 + std::pow(x / 3, 6), 1.0 / 6) + 2);
  }
  return talker + listener + absolute;
}

}  // namespace

double r_factor(const CallQuality& call) {
  const double no = noise();
  const double ro = signal_to_noise(no);
  const double loss = call.loss_percent;
  const double equipment = call.equipment + (95 - call.equipment) * loss / (loss / call.burst_ratio + call.robustness);
  return ro - simultaneous(ro, no, call.delay_ms) - delayed(no, ro, call.delay_ms) - equipment;
}

double mos_of(double r) {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

}  // namespace phone::media

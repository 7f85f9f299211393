// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// emodel.hpp -- ITU-T G.107 (narrowband) with default parameters except what a call measures. Not for wideband codecs.
#pragma once

namespace phone::media {

struct CallQuality {
  double delay_ms = 0;      // one way, mouth to ear
  double loss_percent = 0;  // after the jitter buffer
  double burst_ratio = 1;
  double equipment = 0;      // Ie: G.711 is 0
  double robustness = 25.1;  // Bpl: G.711 with concealment
};

double r_factor(const CallQuality&);
double mos_of(double r);

}  // namespace phone::media

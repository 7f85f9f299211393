// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "./dom";

// A rank: as many chevrons, one above the other, as the level has.
const chevrons = (level: number): string =>
  Array.from({ length: level }, (_, i) => `M4 ${21 - 3 * i}l8-4 8 4v-2l-8-4-8 4z`).join("");

const PATHS = {
  lock: "M6 10V8a6 6 0 0 1 12 0v2h1v11H5V10zm2 0h8V8a4 4 0 0 0-8 0z",
  shield: "M12 2l8 3v6c0 5-3.4 9.4-8 11-4.6-1.6-8-6-8-11V5z",
  lamp: "M3 5h18v14H3zm2 2v1l7 5 7-5V7z",
  precedence1: chevrons(1),
  precedence2: chevrons(2),
  precedence3: chevrons(3),
  precedence4: chevrons(4),
  precedence5: chevrons(5),
  precedence6: chevrons(6),
} as const;

// `label` is its text for those who do not see it; empty: it stands beside the same words.
export function icon(name: keyof typeof PATHS, label: string): Node_ {
  const words = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return h("svg", { viewBox: "0 0 24 24", class: `icon ${name}`, ...words }, h("path", { d: PATHS[name] }));
}

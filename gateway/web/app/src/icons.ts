// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "./dom";

const PATHS = {
  lock: "M6 10V8a6 6 0 0 1 12 0v2h1v11H5V10zm2 0h8V8a4 4 0 0 0-8 0z",
  shield: "M12 2l8 3v6c0 5-3.4 9.4-8 11-4.6-1.6-8-6-8-11V5z",
  lamp: "M3 5h18v14H3zm2 2v1l7 5 7-5V7z",
} as const;

// `label` is its text for those who do not see it; empty: it stands beside the same words.
export function icon(name: keyof typeof PATHS, label: string): Node_ {
  const words = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return h("svg", { viewBox: "0 0 24 24", class: `icon ${name}`, ...words }, h("path", { d: PATHS[name] }));
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { state } from "../store";
import { duration, time, words } from "../words";
import { HistoryKind } from "../gen/phone/signaling/v1/signaling_pb";
import { keys, person, screen } from "./parts";

export function history(): Node_ {
  const w = words();
  const all = state.memory?.history ?? [];
  const kinds: Record<number, string> = { [HistoryKind.MISSED]: w.missed, [HistoryKind.RECEIVED]: w.received, [HistoryKind.PLACED]: w.placed };
  if (all.length === 0) return screen(w.history, h("p", {}, w.noCalls));
  return screen(w.history,
    h("ul", { class: "calls" }, ...all.slice(0, 50).map((entry) =>
      h("li", { "data-key": String(entry.entry) },
        h("button", { type: "button", "data-order": "dialAgain", "data-about": entry.number, disabled: !entry.number },
          h("b", {}, person(entry.name, entry.number, w.anonymous)),
          h("span", { class: entry.kind === HistoryKind.MISSED ? "bad" : "fine" },
            [kinds[entry.kind] ?? "", entry.name ? entry.number : "", time(entry.time?.seconds, state.memory?.timeZone ?? ""),
              entry.durationSeconds ? duration(entry.durationSeconds) : ""].filter(Boolean).join(" · ")))))),
    keys({ text: w.clearHistory, order: "forget" }));
}

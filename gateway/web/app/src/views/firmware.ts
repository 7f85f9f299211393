// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { state } from "../store";
import { time, words } from "../words";
import { facts, screen, table } from "./parts";

const BUILD = /^phone_build_info\{service="([^"]*)",version="([^"]*)"\} 1$/gm;
const STARTED = /^phone_process_start_time_seconds\{service="([^"]*)"\} ([0-9.e+]+)$/gm;

// Which software runs, as each process says of itself, and which the call manager names.
export function firmware(): Node_ {
  const w = words();
  const zone = state.status?.signaling?.timeZone ?? "";
  const started = new Map([...state.metrics.matchAll(STARTED)].map((one) => [one[1] ?? "", Number(one[2])]));
  const rows = [...state.metrics.matchAll(BUILD)].map((one) => {
    const since = started.get(one[1] ?? "");
    return [one[1] ?? "", one[2] ?? "", since ? time(BigInt(Math.floor(since)), zone) : ""];
  });
  const load = state.settings?.find((one) => one.element === "loadInformation")?.configured ?? "";
  const orders = [...(state.status?.incident ?? [])].reverse().filter((one) => one.kind.startsWith("image.") || one.kind.includes("load"));
  return screen(w.firmware,
    facts([[w.loadName, load || w.none]]),
    rows.length > 0 ? table(w.firmware, [w.service, w.version, w.since], rows) : h("p", {}, w.unknown),
    ...orders.map((one) => h("p", { class: "open" }, one.text)));
}

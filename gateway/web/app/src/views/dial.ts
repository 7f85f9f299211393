// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { state } from "../store";
import { words } from "../words";
import { keys, pad, screen } from "./parts";

export function dial(): Node_ {
  const w = words();
  const transfer = state.purpose === "transfer";
  const speedDials = transfer ? [] : (state.memory?.speedDial ?? []);
  return screen(transfer ? w.transferTo : w.dial,
    h("label", { for: "number", class: "unseen" }, w.number),
    h("input", { id: "number", inputmode: "tel", autocomplete: "off", maxlength: "64", value: state.number, placeholder: w.number }),
    pad("type"),
    keys({ text: transfer ? w.transfer : w.callNow, order: transfer ? "transfer" : "call", kind: "go" },
      { text: w.remove, order: "remove" },
      transfer && { text: w.cancel, order: "stay" }),
    speedDials.length > 0 ? h("h2", {}, w.speedDials) : null,
    speedDials.length > 0
      ? h("div", { class: "keys" }, ...speedDials.map((speed) => h("button",
        { type: "button", "data-order": "speed", "data-about": speed.index, "data-key": `speed${speed.index}` },
        speed.label || speed.number)))
      : null);
}

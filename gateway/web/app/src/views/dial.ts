// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { state } from "../store";
import { words } from "../words";
import { Precedence } from "../gen/phone/signaling/v1/signaling_pb";
import { key, keys, pad, screen } from "./parts";

const LEVELS = [Precedence.ROUTINE, Precedence.PRIORITY, Precedence.IMMEDIATE, Precedence.FLASH, Precedence.FLASH_OVERRIDE];

// Only where the configuration gives calls a precedence.
function precedence(): Node_ | null {
  const w = words();
  const domain = (state.settings ?? []).some((one) => one.element.endsWith("mlppDomainId") && /^[0-9a-f]{6}$/i.test(one.configured));
  if (!domain) return null;
  return h("div", { class: "keys", role: "group", "aria-label": w.precedence }, ...LEVELS.map((level) =>
    key({ text: w.precedences[level] ?? "", order: "precedence", about: String(level), pressed: state.precedence === level })));
}

export function dial(): Node_ {
  const w = words();
  const transfer = state.purpose === "transfer";
  const forward = state.purpose === "forward";
  const call = !transfer && !forward;
  const speedDials = call ? (state.memory?.speedDial ?? []) : [];
  return screen(transfer ? w.transferTo : forward ? w.forwardTo : w.dial,
    h("label", { for: "number", class: "unseen" }, w.number),
    h("input", { id: "number", inputmode: "tel", autocomplete: "off", maxlength: "64", value: state.number, placeholder: w.number }),
    pad("type"),
    keys({ text: transfer ? w.transfer : forward ? w.forward : w.callNow, order: state.purpose, kind: "go" },
      { text: w.remove, order: "remove" },
      !call && { text: w.cancel, order: "stay" }),
    call ? precedence() : null,
    speedDials.length > 0 ? h("h2", {}, w.speedDials) : null,
    speedDials.length > 0
      ? h("div", { class: "keys" }, ...speedDials.map((speed) => h("button",
        { type: "button", "data-order": "speed", "data-about": speed.index, "data-key": `speed${speed.index}` },
        speed.label || speed.number)))
      : null);
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { icon } from "../icons";
import { farAway, state } from "../store";
import { words } from "../words";
import { DoNotDisturb, WatchedState } from "../gen/phone/signaling/v1/signaling_pb";
import { missed } from "./frame";
import { facts, key, keys, screen } from "./parts";

// Parked calls, and numbers at which a call that rings may be picked up.
function elsewhere(): (Node_ | null)[] {
  const w = words();
  const signaling = state.status?.signaling;
  return [
    ...(signaling?.parkedCall ?? []).map((call) => h("p", { "data-key": `park${call.slot}` }, `${w.parked} ${call.slot} `,
      key({ text: `${w.fetch} ${call.slot}`, order: "dialAgain", about: call.slot }))),
    ...(signaling?.watchedNumber ?? []).filter((one) => one.pickup && one.state === WatchedState.ALERTING).map((one) =>
      h("p", { "data-key": `watch${one.number}` }, `${one.label || one.number} `,
        key({ text: `${w.pickup} ${one.number}`, order: "pickupAt", about: one.number }))),
  ];
}

function lines(): Node_ {
  const w = words();
  return facts((state.status?.signaling?.line ?? []).map((line) => [
    `${w.line} ${line.line}`,
    [line.number, line.displayName, line.registered ? w.registered : w.notRegistered,
      line.forwardedTo || line.forwardedToVoicemail ? `${w.forwarded} ${line.forwardedTo || w.voicemail}` : ""]
      .filter(Boolean).join(" · "),
  ]));
}

export function home(): Node_ {
  const w = words();
  const signaling = state.status?.signaling;
  const number = missed();
  const quiet = signaling?.doNotDisturb === DoNotDisturb.SILENT || signaling?.doNotDisturb === DoNotDisturb.REJECT;
  const forwarded = signaling?.line.some((line) => line.forwardedTo || line.forwardedToVoicemail);
  const waiting = signaling?.line.some((line) => line.messagesWaiting);
  return screen(w.ready,
    lines(),
    number > 0 ? h("p", { class: "lamp" }, h("a", { href: "#history" }, `${w.missedCalls}: ${number}`)) : null,
    waiting ? h("p", { class: "lamp" }, icon("lamp", ""), w.messages) : null,
    ...(signaling?.shownText ?? []).map((shown) => h("p", {}, shown.text)),
    signaling?.pending ? h("p", { class: "fine" }, signaling.pending) : null,
    ...(farAway ? [] : [...elsewhere(), keys({ text: w.dial, order: "go", about: "dial", kind: "go" },
      state.memory?.redialNumber ? { text: w.redial, order: "redial" } : undefined,
      { text: w.doNotDisturb, order: "quiet", pressed: quiet },
      forwarded ? { text: w.forwardOff, order: "forwardOff", pressed: true } : { text: w.forwardAll, order: "forwardTo" },
      { text: w.pickup, order: "pickup" })]));
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import type { PhoneStatus } from "./gen/phone/gateway/v1/gateway_pb";
import type { Decision } from "./gen/phone/trust/v1/trust_store_pb";
import type { Setting } from "./gen/phone/policy/v1/policy_pb";
import { CallState, Precedence, type Call, type GetMemoryReply } from "./gen/phone/signaling/v1/signaling_pb";

// All that the page knows. The phone's facts are its own words, never changed here.
export interface State {
  status: PhoneStatus | undefined; // the last one told
  live: boolean; // the stream that tells it is open and has told it since it was opened
  memory: GetMemoryReply | undefined;
  decisions: Decision[] | undefined;
  settings: Setting[] | undefined; // elements of the configuration
  metrics: string; // as Prometheus reads them; empty: not asked for yet
  screen: string;
  call: string; // the call that was chosen on the screen; empty: the one that has the user
  number: string; // typed on the dial screen
  purpose: "call" | "transfer" | "forward"; // what the typed number is for
  precedence: Precedence; // of the call that is dialled
  keypad: boolean; // shown in the call
  note: string; // why the last order was refused
}

export const state: State = {
  status: undefined,
  live: false,
  memory: undefined,
  decisions: undefined,
  settings: undefined,
  metrics: "",
  screen: "home",
  call: "",
  number: "",
  purpose: "call",
  precedence: Precedence.UNSPECIFIED,
  keypad: false,
  note: "",
};

// The page of an administrator far away: it shows and never acts.
export const farAway = document.body.dataset["door"] === "administrator";

let draw: () => void = () => undefined;
let drawing = false;
export function whenChanged(redraw: () => void): void {
  draw = redraw;
}
// At most one drawing a turn of the event loop, however many changes came.
export function changed(): void {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    draw();
  });
}

export const calls = (): Call[] => (state.status?.signaling?.call ?? []).filter((c) => c.state !== CallState.ENDED);

// The call that the screen is about: the chosen one, else one that rings, else the one that has the user.
export function currentCall(): Call | undefined {
  const all = calls();
  return (
    all.find((c) => c.call === state.call) ??
    all.find((c) => c.state === CallState.RINGING_IN && !c.ignored) ??
    all.find((c) => c.hasUser) ??
    all[0]
  );
}

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { loadMemory, order, phone } from "./connection";
import { calls, changed, currentCall, state } from "./store";
import { speak, speaks } from "./words";
import { device, volume } from "./views/call";
import { CallState, DoNotDisturb, Feature, Precedence } from "./gen/phone/signaling/v1/signaling_pb";
import { CapfAuthentication, Operation } from "./gen/phone/certificates/v1/certificate_manager_pb";

export function go(screen: string): void {
  if (location.hash.slice(1) === screen) return;
  location.hash = screen;
}
const field = (id: string): HTMLInputElement | null => document.querySelector(`#${id}`);
export function setNumber(number: string): void {
  state.number = number;
  const input = field("number");
  if (input) input.value = number;
}
const typed = (): string => (field("number")?.value ?? state.number).replace(/[\s()./-]/g, "");

async function dialled(ask: () => Promise<{ call?: { call: string } | undefined }>): Promise<void> {
  const reply = await order(ask);
  if (!reply) return;
  setNumber("");
  state.precedence = Precedence.UNSPECIFIED;
  state.call = reply.call?.call ?? "";
  go("call");
}
// What a soft key asks of the call manager; what it expects of a conference is said before it begins.
async function feature(asked: Parameters<typeof phone.useFeature>[0]): Promise<boolean> {
  const reply = await order(() => phone.useFeature(asked));
  if (reply?.expected) state.note = reply.expected;
  return reply !== undefined;
}
const others = (call: string): string[] => calls().map((c) => c.call).filter((c) => c !== call);
async function transferTo(to: { number: string } | { toCall: string }, call: string): Promise<void> {
  const reply = await order(() => phone.transfer({ call, ...to }));
  if (!reply) return;
  setNumber("");
  state.purpose = "call";
  go("call");
}
const level = (by: number): Promise<unknown> => {
  const next = Math.min(10, Math.max(0, volume() + by));
  return order(() => phone.setVolume({ volume: { device: device(), level: next } }));
};

// What a key does; its second word is what it is about.
const actions: Record<string, (about: string) => unknown> = {
  go: (screen) => go(screen),
  type: (digit) => setNumber((field("number")?.value ?? state.number) + digit),
  remove: () => setNumber((field("number")?.value ?? state.number).slice(0, -1)),
  call: () => dialled(() => phone.dial({ number: typed(), precedence: state.precedence })),
  precedence: (level) => void (state.precedence = Number(level)),
  redial: () => dialled(() => phone.dial({ redial: true })),
  dialAgain: (number) => dialled(() => phone.dial({ number })),
  speed: (index) => dialled(() => phone.dial({ speedDial: Number(index) })),
  answer: (call) => {
    state.call = call;
    return order(() => phone.answer({ call }));
  },
  decline: (call) => order(() => phone.decline({ call })),
  ignore: (call) => order(() => phone.ignore({ call })),
  hangUp: (call) => order(() => phone.hangUp({ call })),
  hold: (call) => order(() => phone.hold({ call })),
  resume: (call) => {
    state.call = call;
    return order(() => phone.resume({ call }));
  },
  choose: (call) => void (state.call = call),
  keypad: () => void (state.keypad = !state.keypad),
  digit: (digits) => order(() => phone.sendDigits({ call: currentCall()?.call ?? "", digits })),
  newCall: () => {
    state.purpose = "call";
    go("dial");
  },
  transferTo: (call) => {
    state.call = call;
    state.purpose = "transfer";
    go("dial");
  },
  transfer: () => transferTo({ number: typed() }, currentCall()?.call ?? ""),
  connect: (both) => transferTo({ toCall: both.split(" ")[1] ?? "" }, both.split(" ")[0] ?? ""),
  stay: () => {
    const back = state.purpose === "forward" ? "home" : "call";
    state.purpose = "call";
    setNumber("");
    go(back);
  },
  conference: (both) => feature({ feature: Feature.CONFERENCE, call: both.split(" ")[0] ?? "", otherCall: [both.split(" ")[1] ?? ""] }),
  join: (call) => feature({ feature: Feature.JOIN, call, otherCall: others(call) }),
  participants: (call) => feature({ feature: Feature.PARTICIPANTS, call }),
  dropLast: (call) => feature({ feature: Feature.DROP_LAST, call }),
  drop: (participant) => feature({ feature: Feature.DROP, call: currentCall()?.call ?? "", participant }),
  muteParticipant: (participant) => feature({ feature: Feature.MUTE, call: currentCall()?.call ?? "", participant }),
  park: (call) => feature({ feature: Feature.PARK, call }),
  pickup: () => feature({ feature: Feature.PICKUP }),
  pickupAt: (number) => feature({ feature: Feature.NUMBER_PICKUP, number }),
  forwardTo: () => {
    state.purpose = "forward";
    go("dial");
  },
  forward: async () => {
    if (!(await feature({ feature: Feature.FORWARD_ALL, number: typed() }))) return;
    setNumber("");
    state.purpose = "call";
    go("home");
  },
  forwardOff: () => feature({ feature: Feature.FORWARD_ALL }),
  unlock: async () => {
    const input = field("password");
    const password = new TextEncoder().encode(input?.value ?? "");
    if (input) input.value = "";
    const reply = await order(() => phone.unlock({ password }));
    if (reply && !reply.unlocked) state.note = reply.reason;
  },
  lock: () => order(() => phone.lock({})),
  mute: () => order(() => phone.setMute({ muted: !state.status?.media?.muted })),
  louder: () => level(1),
  quieter: () => level(-1),
  device: (transducer) => order(() => phone.selectTransducer({ transducer: Number(transducer) })),
  quiet: () => {
    const now = state.status?.signaling?.doNotDisturb;
    return order(() => phone.setDoNotDisturb({ on: now !== DoNotDisturb.SILENT && now !== DoNotDisturb.REJECT }));
  },
  forget: async () => {
    await order(() => phone.forgetCalls({ all: true }));
    await loadMemory();
  },
  language: () => speak(speaks() === "en" ? "de" : "en"),
  enrol: () => {
    const input = field("string");
    const authenticationString = input?.value ?? "";
    if (input) input.value = "";
    return order(() => phone.enrol({
      operation: Operation.CAPF_SESSION, authentication: CapfAuthentication.STRING, authenticationString,
      reason: "asked for at the phone",
    }));
  },
};

export async function act(name: string, about: string): Promise<void> {
  await actions[name]?.(about);
  changed();
}

// The keys of a keyboard where no field has the focus: digits dial, or go into the call; Enter calls or answers, Escape
// ends or goes back.
export function keyPressed(pressed: string): boolean {
  const call = currentCall();
  if (/^[0-9*#]$/.test(pressed)) {
    if (state.screen === "call" && call && call.state !== CallState.RINGING_IN) {
      void act("digit", pressed);
    } else {
      go("dial");
      setNumber(state.number + pressed);
    }
  } else if (pressed === "Enter") {
    const ringing = calls().find((c) => c.state === CallState.RINGING_IN);
    if (ringing) void act("answer", ringing.call);
    else if (location.hash.slice(1) === "dial") void act(state.purpose, "");  // state.screen follows it a moment later
    else return false;
  } else if (pressed === "Escape") {
    if (state.screen === "call" && call) void act(call.state === CallState.RINGING_IN ? "decline" : "hangUp", call.call);
    else go("home");
  } else return false;
  changed();
  return true;
}

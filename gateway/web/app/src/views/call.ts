// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { icon } from "../icons";
import { calls, currentCall, state } from "../store";
import { words } from "../words";
import { CallState, CodeKind, HoldState, Icon, SecurityReason, TransferState, type Call } from "../gen/phone/signaling/v1/signaling_pb";
import { SoundDevice, Transducer } from "../gen/phone/media/v1/media_pb";
import { codePrompt, participants } from "./conference";
import { key, keys, pad, person, screen, type Key } from "./parts";

const here = [HoldState.HOLDING, HoldState.HELD, HoldState.HELD_HERE];
export const isHeld = (call: Call): boolean => here.includes(call.hold);
const talks = (call: Call): boolean => call.state === CallState.ESTABLISHED || call.state === CallState.PRESERVED;

export function stateText(call: Call): string {
  const w = words();
  if (call.transfer === TransferState.REFERRING || call.transfer === TransferState.ACCEPTED) return w.transferring;
  if (isHeld(call)) return w.onHold;
  if (call.heldByFarEnd) return w.heldByFarEnd;
  switch (call.state) {
    case CallState.DIALING: return w.dialing;
    case CallState.RINGING_OUT: return w.ringingOut;
    case CallState.RINGING_IN: return w.incoming;
    case CallState.ESTABLISHED: return w.connected;
    case CallState.PRESERVED: return w.preserved;
    default: return "";
  }
}

// The mesh's own sentence; in another language its reason code says which one it is.
export function why(call: Call): string {
  const code = call.security?.reasonCode ?? SecurityReason.UNSPECIFIED;
  return words().why[code] || call.security?.sentence || "";
}

// No lock before there is sound: until then nothing is protected yet.
function protection(call: Call): Node_ | null {
  if (!talks(call)) return null;
  const shown = call.security?.icon;
  const sign = shown === Icon.LOCK ? icon("lock", words().lock) : shown === Icon.SHIELD ? icon("shield", words().shield) : null;
  return h("p", { class: `why ${shown === Icon.LOCK ? "good" : "open"}` }, sign, h("span", {}, why(call)));
}

const DEVICES: [Transducer, SoundDevice, "handset" | "headset" | "speaker"][] = [
  [Transducer.HANDSET, SoundDevice.HANDSET, "handset"],
  [Transducer.HEADSET, SoundDevice.HEADSET, "headset"],
  [Transducer.SPEAKER, SoundDevice.SPEAKER, "speaker"],
];
export const device = (): SoundDevice =>
  DEVICES.find(([transducer]) => transducer === state.status?.media?.transducer)?.[1] ?? SoundDevice.HANDSET;
export const volume = (): number =>
  state.status?.media?.volume.find((v) => v.device === device())?.level ?? 0;

function sound(): Node_ {
  const w = words();
  const media = state.status?.media;
  return h("div", { class: "sound" },
    key({ text: media?.muted ? w.unmute : w.mute, order: "mute", pressed: Boolean(media?.muted) }),
    key({ text: "−", order: "quieter" }),
    h("span", { class: "level" }, `${w.volume} ${volume()}`),
    key({ text: "+", order: "louder" }),
    ...DEVICES.map(([transducer, , name]) =>
      key({ text: w[name], order: "device", about: String(transducer), pressed: media?.transducer === transducer })));
}

function orders(call: Call): (Key | false)[] {
  const w = words();
  const about = call.call;
  if (call.state === CallState.RINGING_IN)
    return [{ text: w.answer, order: "answer", about, kind: "go" }, { text: w.decline, order: "decline", about, kind: "stop" },
      !call.ignored && { text: w.ignore, order: "ignore", about }];
  const other = calls().find((c) => c.call !== about && talks(c));
  const settled = call.state === CallState.ESTABLISHED;
  return [
    settled && (isHeld(call) ? { text: w.resume, order: "resume", about, kind: "go" } : { text: w.hold, order: "hold", about }),
    settled && { text: w.transfer, order: "transferTo", about },
    settled && other !== undefined && { text: w.transferHere, order: "connect", about: `${about} ${other.call}` },
    // The one that waits is the first of the two, which becomes the conference.
    settled && other !== undefined && { text: w.conference, order: "conference",
      about: isHeld(call) ? `${about} ${other.call}` : `${other.call} ${about}` },
    settled && calls().filter(talks).length > 2 && { text: w.join, order: "join", about },
    settled && call.conference && { text: w.participants, order: "participants", about },
    settled && call.conference && { text: w.dropLast, order: "dropLast", about },
    settled && !call.conference && { text: w.park, order: "park", about },
    { text: w.keypad, order: "keypad", pressed: state.keypad },
    settled && { text: w.newCall, order: "newCall" },
    { text: w.hangUp, order: "hangUp", about, kind: "stop" },
  ];
}

const PRECEDENCES = [null, "precedence1", "precedence2", "precedence3", "precedence4", "precedence5", "precedence6"] as const;

function others(current: Call): Node_ | null {
  const rest = calls().filter((c) => c.call !== current.call);
  if (rest.length === 0) return null;
  const w = words();
  return h("section", { class: "others", "aria-label": w.calls }, ...rest.map((call) =>
    h("div", { "data-key": call.call },
      h("span", {}, person(call.remoteName, call.remoteNumber, w.anonymous), " · ", stateText(call)),
      call.state === CallState.RINGING_IN
        ? key({ text: w.answer, order: "answer", about: call.call, kind: "go" })
        : key({ text: isHeld(call) ? w.resume : w.call, order: isHeld(call) ? "resume" : "choose", about: call.call }))));
}

// Its level as an icon and in words; nothing where calls have none.
function precedence(call: Call): (Node_ | string)[] {
  const name = PRECEDENCES[call.precedence];
  return name ? [icon(name, ""), ` ${words().precedences[call.precedence] ?? ""} · `] : [];
}

export function call(): Node_ {
  const w = words();
  const current = currentCall();
  if (!current) return screen(w.ready);
  const details = [current.codec, current.transmitSuite].filter(Boolean).join(" · ");
  return screen(person(current.remoteName, current.remoteNumber, w.anonymous),
    h("p", { class: "state" }, current.emergency ? `${w.emergency} · ` : "",
      ...precedence(current), stateText(current),
      current.remoteName && current.remoteNumber ? ` · ${current.remoteNumber}` : ""),
    protection(current),
    talks(current) && details ? h("p", { class: "fine" }, details) : null,
    current.fork.length > 0 ? h("p", { class: "open" }, w.recorded) : null,
    current.limited ? h("p", { class: "open" }, current.limited) : null,
    current.transferFailure ? h("p", { class: "open" }, current.transferFailure) : null,
    current.featureFailure ? h("p", { class: "open" }, current.featureFailure) : null,
    current.codeWanted === CodeKind.UNSPECIFIED && current.keysWanted ? h("p", { class: "state" }, w.codeWanted) : null,
    codePrompt(current),
    state.status?.media?.muted ? h("p", { class: "open" }, w.muted) : null,
    state.keypad || current.keysWanted || current.codeWanted ? pad("digit") : null,
    keys(...orders(current)),
    talks(current) && !state.keypad ? sound() : null,
    current.conference ? participants() : null,
    others(current));
}

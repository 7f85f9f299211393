// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { icon } from "../icons";
import { calls, farAway, state } from "../store";
import { words } from "../words";
import { HistoryKind, RegistrationState } from "../gen/phone/signaling/v1/signaling_pb";

// Missed calls since the list of calls was looked at.
const SEEN = "seen";
let seen = BigInt(localStorage.getItem(SEEN) ?? 0);
export function missed(): number {
  const all = state.memory?.history ?? [];
  if (all.length > 0 && all.every(({ entry }) => entry < seen)) seen = 0n; // the phone was reset and counts anew
  return all.filter(({ kind, entry }) => kind === HistoryKind.MISSED && entry > seen).length;
}
export function missedAreSeen(): void {
  for (const { entry } of state.memory?.history ?? []) if (entry > seen) seen = entry;
  localStorage.setItem(SEEN, String(seen));
}

function registration(): Node_ {
  const w = words();
  const signaling = state.status?.signaling;
  const active = signaling?.registration.find((r) => r.active && r.state === RegistrationState.REGISTERED);
  if (!active) return h("span", { class: "bad" }, signaling?.displayText || w.notRegistered);
  const name = active.server.split(" ")[0] ?? active.server;
  // A suite without encryption only authenticates (deviceSecurityMode 2).
  const sign = active.cipherSuite.includes("NULL") ? icon("shield", w.shield) : icon("lock", w.lock);
  return h("span", { class: "good" }, active.tlsVersion ? sign : null, `${w.registered}: ${name}`);
}

export function header(): Node_ {
  const w = words();
  const line = state.status?.signaling?.line[0];
  const silent = state.status?.unreachable ?? [];
  return h("header", {},
    h("b", {}, farAway ? state.status?.certificates?.deviceName || w.line : line ? line.label || line.displayName || line.number : w.line),
    line?.messagesWaiting ? h("span", { class: "lamp" }, icon("lamp", ""), `${w.messages} ${line.newMessages || ""}`) : null,
    state.status ? registration() : h("span", {}, w.connecting),
    state.status && !state.live ? h("span", { class: "bad" }, w.notLive) : null,
    silent.length > 0 ? h("span", { class: "bad" }, `${w.noAnswer}: ${silent.join(", ")}`) : null);
}

export function nav(): Node_ {
  const w = words();
  const number = missed();
  const links: [string, string][] = [["home", w.home], ["dial", w.dial], ["history", number ? `${w.history} (${number})` : w.history],
    ["settings", w.settings]];
  if (farAway) links.splice(1, 2);
  else if (calls().length > 0) links.unshift(["call", w.call]);
  return h("nav", { "aria-label": w.home }, ...links.map(([name, text]) =>
    h("a", { href: `#${name}`, "data-key": name, "aria-current": state.screen === name ? "page" : undefined }, text)));
}

export const note = (): Node_ => h("p", { role: "alert", class: state.note ? "note" : "unseen" }, state.note);

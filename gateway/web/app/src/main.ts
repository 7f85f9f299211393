// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { act, go, keyPressed, setNumber } from "./actions";
import { follow, loadDecisions, loadMemory, loadMetrics, loadSettings } from "./connection";
import { patch, type Node_ } from "./dom";
import { calls, changed, currentCall, farAway, state, whenChanged } from "./store";
import { call, stateText, why } from "./views/call";
import { dial } from "./views/dial";
import { header, missedAreSeen, nav, note } from "./views/frame";
import { firmware } from "./views/firmware";
import { history } from "./views/history";
import { home } from "./views/home";
import { lock } from "./views/lock";
import { certificates, decisions, incidents, network, security, settings, trust } from "./views/settings";
import { speaks } from "./words";
import { CallState } from "./gen/phone/signaling/v1/signaling_pb";

const shown = { home, settings, security, trust, decisions, certificates, network, firmware, incidents };
const screens: Record<string, () => Node_> = farAway ? shown : { ...shown, dial, call, history, lock };
const app = document.querySelector("#app");
const said = document.querySelector("#said");
if (!app || !said) throw new Error("the page is not this application's");

function draw(): void {
  document.documentElement.lang = speaks();
  document.body.dataset["live"] = state.live ? "yes" : "no";
  document.body.dataset["version"] = String(state.status?.version ?? "");
  patch(app as Element, [header(), (screens[state.screen] ?? home)(), note(), nav()]);
  const current = farAway ? undefined : currentCall();
  const talking = current?.state === CallState.ESTABLISHED;
  const text = current ? `${stateText(current)} ${current.remoteName || current.remoteNumber}. ${talking ? why(current) : ""}` : "";
  if ((said as Element).textContent !== text) (said as Element).textContent = text;
}

// A call that begins takes the screen, and the last one that ends gives it back.
let known = new Set<string>();
let policy: bigint | undefined;
function heard(): void {
  const version = state.status?.provisioning?.policyVersion;
  if (version !== policy) void loadSettings();
  policy = version;
  if (farAway) return;
  const now = new Set(calls().map((c) => c.call));
  const begun = [...now].some((c) => !known.has(c));
  const ended = [...known].some((c) => !now.has(c));
  known = now;
  if (!now.has(state.call)) state.call = "";
  if (begun) go("call");
  if (now.size === 0 && state.screen === "call") go("home");
  if (now.size === 0) state.keypad = false;
  if (begun || ended) void loadMemory();
}

function screenChanged(): void {
  state.screen = location.hash.slice(1) in screens ? location.hash.slice(1) : "home";
  state.note = "";
  if (state.screen === "decisions") void loadDecisions();
  if (state.screen === "firmware") void loadMetrics();
  if (state.screen === "history") void loadMemory().then(missedAreSeen);
  changed();
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-order]");
  if (button) void act(button.dataset["order"] ?? "", button.dataset["about"] ?? "");
});
document.addEventListener("input", (event) => {
  const input = event.target as HTMLInputElement;
  if (input.id === "number") setNumber(input.value);
});
document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  const typing = target.tagName === "INPUT";
  if (event.ctrlKey || event.altKey || event.metaKey || (typing && event.key.length === 1)) return;
  if (event.key === "Enter" && ["BUTTON", "A"].includes(target.tagName)) return;
  if (typing && target.id === "string" && event.key === "Enter") return void act("enrol", "");
  if (typing && target.id === "password" && event.key === "Enter") return void act("unlock", "");
  if (farAway) return;
  if (!keyPressed(event.key)) return;
  event.preventDefault();
  // The keyboard dials now: the Enter that follows is not for the button that was clicked last.
  if (["BUTTON", "A"].includes(target.tagName)) target.blur();
});
addEventListener("hashchange", screenChanged);
whenChanged(draw);
screenChanged();
void loadMemory();
void follow(heard);

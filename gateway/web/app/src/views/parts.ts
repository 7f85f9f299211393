// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Child, type Node_ } from "../dom";
import { state } from "../store";

export interface Key {
  text: string;
  order: string; // of actions.ts
  about?: string; // what the order is about: a call, a number
  kind?: "go" | "stop" | "on";
  pressed?: boolean;
}
export const key = (k: Key): Node_ =>
  h("button", {
    type: "button", "data-order": k.order, "data-about": k.about, class: k.kind, "data-key": k.order + (k.about ?? ""),
    "aria-pressed": k.pressed === undefined ? undefined : k.pressed ? "true" : "false",
  }, k.text);
export const keys = (...all: (Key | false | undefined)[]): Node_ =>
  h("div", { class: "keys" }, ...all.filter((k): k is Key => Boolean(k)).map(key));

export const screen = (title: string, ...children: (Child | Child[])[]): Node_ =>
  h("main", { "data-key": state.screen, tabindex: "0" }, h("h1", {}, title), ...children);
export const facts = (rows: [string, string | Child[]][]): Node_ =>
  h("dl", {}, ...rows.map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, ...(typeof value === "string" ? [value] : value)))));
export const table = (caption: string, heads: string[], rows: string[][]): Node_ =>
  h("table", {}, h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))))));

export const pad = (about: string): Node_ =>
  h("div", { class: "pad" }, ...[..."123456789*0#"].map((digit) =>
    h("button", { type: "button", "data-order": about, "data-about": digit, "data-key": about + digit }, digit)));

// A name of the far end and its number; what is hidden is said.
export const person = (name: string, number: string, anonymous: string): string => name || number || anonymous;

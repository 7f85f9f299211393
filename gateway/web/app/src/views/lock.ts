// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { state } from "../store";
import { words } from "../words";
import { SettingsLock } from "../gen/phone/policy/v1/policy_pb";
import { facts, keys, screen } from "./parts";

// Whether a person at the phone may change settings now, and which ones nobody here may.
export function lock(): Node_ {
  const w = words();
  const now = state.status?.provisioning?.settingsLock ?? SettingsLock.UNSPECIFIED;
  const fixed = (state.settings ?? []).filter((one) => one.locked).map((one) => one.element);
  const hasPassword = (state.settings ?? []).some((one) => one.element === "commonProfile/phonePassword" && one.configured !== "");
  return screen(w.settingsLock,
    facts([[w.settings, w.locks[now] ?? w.unknown], [w.lockedElements, fixed.length > 0 ? fixed.map((one) => h("div", {}, one)) : w.none]]),
    now === SettingsLock.PASSWORD ? h("label", { for: "password" }, w.password) : null,
    now === SettingsLock.PASSWORD ? h("input", { id: "password", type: "password", autocomplete: "off", maxlength: "128" }) : null,
    now === SettingsLock.PASSWORD ? keys({ text: w.unlock, order: "unlock", kind: "go" }) : null,
    now === SettingsLock.OPEN && hasPassword ? keys({ text: w.lockNow, order: "lock" }) : null);
}

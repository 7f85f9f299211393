// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { state } from "../store";
import { words } from "../words";
import { CodeKind, type Call } from "../gen/phone/signaling/v1/signaling_pb";
import { key, keys } from "./parts";

// Who is in the conference, as the call manager listed them last.
export function participants(): Node_ | null {
  const w = words();
  const all = state.status?.signaling?.roster?.participant ?? [];
  if (all.length === 0) return null;
  return h("section", { class: "others", "aria-label": w.participants }, ...all.map((one) =>
    h("div", { "data-key": one.participant },
      h("span", {}, [one.name || one.participant, one.muted ? w.muted : "", one.talking ? w.talks : ""].filter(Boolean).join(" · ")),
      h("span", { class: "keys" },
        key({ text: `${one.muted ? w.unmute : w.mute}: ${one.name || one.participant}`, order: "muteParticipant", about: one.participant }),
        key({ text: `${w.drop}: ${one.name || one.participant}`, order: "drop", about: one.participant, kind: "stop" })))));
}

// A code that the call manager asks for: how many digits were entered, never which.
export function codePrompt(call: Call): Node_ | null {
  if (call.codeWanted === CodeKind.UNSPECIFIED) return null;
  const w = words();
  const name = call.codeWanted === CodeKind.AUTHORIZATION ? w.authorizationCode : w.matterCode;
  return h("section", { class: "code", "aria-label": name },
    h("p", { class: "state" }, name, ": ", h("b", { "aria-label": `${call.codeDigits}` }, "•".repeat(call.codeDigits) || "–")),
    keys({ text: w.codeDone, order: "digit", about: "#", kind: "go" }));
}

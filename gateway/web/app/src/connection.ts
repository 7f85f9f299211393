// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { Gateway } from "./gen/phone/gateway/v1/gateway_pb";
import { changed, farAway, state } from "./store";

export const phone = createClient(Gateway, createConnectTransport({ baseUrl: location.origin, useBinaryFormat: false }));

const FIRST_PAUSE = 20; // ms; a process of the phone is back in some 150
const LONGEST_PAUSE = 1000;

// Follows the phone's status without end. What was told last stays on the screen, marked as not live.
export async function follow(heard: () => void): Promise<never> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      for await (const status of phone.watchStatus({})) {
        state.status = status;
        state.live = true;
        pause = FIRST_PAUSE;
        heard();
        changed();
      }
    } catch {
      // The screen says that it is not live; why is of no use to the user.
    }
    state.live = false;
    changed();
    await new Promise((again) => setTimeout(again, pause));
  }
}

// An order of the user. A refusal is shown in the phone's own words.
export async function order<Reply>(ask: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    const reply = await ask();
    state.note = "";
    return reply;
  } catch (error) {
    state.note = ConnectError.from(error).rawMessage;
    return undefined;
  } finally {
    changed();
  }
}

// What a page shows besides; an answer that does not come changes nothing.
async function quietly<Reply>(ask: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
export async function loadSettings(): Promise<void> {
  state.settings = (await quietly(() => phone.listSettings({})))?.setting ?? state.settings;
  changed();
}
export async function loadMetrics(): Promise<void> {
  state.metrics = (await quietly(() => phone.getMetrics({})))?.text ?? state.metrics;
  changed();
}
export async function loadMemory(): Promise<void> {
  if (farAway) return;
  state.memory = (await order(() => phone.getMemory({}))) ?? state.memory;
  changed();
}
export async function loadDecisions(): Promise<void> {
  state.decisions = (await order(() => phone.listDecisions({ maximum: 40 })))?.decision ?? state.decisions;
  changed();
}

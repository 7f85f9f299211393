// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { h, type Node_ } from "../dom";
import { farAway, state } from "../store";
import { orUnknown, time, words, yesNo } from "../words";
import { CertificateKind } from "../gen/phone/certificates/v1/certificate_manager_pb";
import { RegistrationState } from "../gen/phone/signaling/v1/signaling_pb";
import { facts, keys, screen, table } from "./parts";

const zone = (): string => state.status?.signaling?.timeZone ?? "";

export function settings(): Node_ {
  const w = words();
  const pages: [string, string][] = [["security", w.security], ["trust", w.trust], ["decisions", w.decisions],
    ["certificates", w.certificates], ["network", w.network], ["firmware", w.firmware], ["incidents", w.incidents]];
  if (!farAway) pages.push(["lock", w.settingsLock]);
  return screen(w.settings,
    h("ul", { class: "menu" }, ...pages.map(([name, text]) => h("li", {}, h("a", { href: `#${name}` }, text)))),
    keys({ text: w.language, order: "language" }));
}

export function security(): Node_ {
  const w = words();
  const s = state.status?.security;
  const registered = (state.status?.signaling?.registration ?? []).map((r) =>
    [r.server, RegistrationState[r.state]?.toLowerCase() ?? "", r.tlsVersion, r.cipherSuite, r.reason].filter(Boolean).join(", "));
  return screen(w.security, facts([
    [w.securityMode, orUnknown(s?.securityMode)],
    [w.registration, registered.length > 0 ? registered.map((text) => h("div", {}, text)) : w.notRegistered],
    [w.lsc, orUnknown(s?.lsc)],
    [w.ctl, orUnknown(s?.ctlSignature)],
    [w.itl, orUnknown(s?.itlSignature)],
    [w.signedFiles, yesNo(s?.signedFilesRequired)],
    [w.fips, yesNo(s?.fips)],
    [w.webAccess, yesNo(s?.webAccess)],
    [w.tlsMinimum, orUnknown(s?.tlsMinimum)],
    [w.tlsServerMinimum, orUnknown(s?.tlsServerMinimum)],
  ]));
}

export function trust(): Node_ {
  const w = words();
  const menu = state.status?.security?.trustList;
  return screen(w.trust,
    facts([[w.signedConfiguration, orUnknown(menu?.signedConfiguration)]]),
    table(w.trust, [w.role, w.address, w.certificate], (menu?.server ?? []).map((server) =>
      [server.role, server.address, server.certificate ? server.subject || w.on : w.none])));
}

export function decisions(): Node_ {
  const w = words();
  return screen(w.decisions, table(w.decisions, [w.when, w.what, w.verdict, w.reason], (state.decisions ?? []).map((one) =>
    [time(one.lastTime?.seconds ?? one.time?.seconds, zone()), one.what, one.accepted ? w.accepted : w.refused, one.reason])));
}

export function certificates(): Node_ {
  const w = words();
  const known = state.status?.certificates;
  const report = known?.enrolment;
  return screen(w.certificates,
    ...(known?.certificate ?? []).map((one) => h("section", { "data-key": one.serial },
      h("h2", {}, CertificateKind[one.kind] ?? ""),
      facts([[w.subject, one.subject], [w.issuer, one.issuer], [w.key, one.key], [w.validUntil, time(one.notAfter?.seconds, zone())]]))),
    known?.tokenTrouble ? h("p", { class: "bad" }, known.tokenTrouble) : null,
    report ? facts([[w.enrolment, [w.phases[report.phase] ?? w.unknown, report.server, report.reason].filter(Boolean).join(" · ")]]) : null,
    ...(farAway ? [] : [h("label", { for: "string" }, w.authenticationString),
      h("input", { id: "string", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "10", "aria-describedby": "hint" }),
      h("p", { id: "hint", class: "fine" }, w.stringHint),
      keys({ text: w.submit, order: "enrol", kind: "go" })]));
}

export function network(): Node_ {
  const w = words();
  const n = state.status?.network;
  const access = n?.wiredAccess;
  const wlan = n?.wlan;
  if (!n) return screen(w.network, h("p", {}, w.unknown));
  return screen(w.network, facts([
    [w.link, n.linkUp ? [w.up, n.speedMegabits ? `${n.speedMegabits} Mbit/s` : ""].filter(Boolean).join(", ") : w.down],
    [w.addresses, n.address.join(", ") || w.none],
    [w.mac, n.hardwareAddress],
    [w.server, n.provisioningServer.length > 0 ? `${n.provisioningServer.join(", ")} (${n.provisioningSource})` : w.none],
    [w.dhcp, orUnknown(n.dhcp?.stateText)],
    [w.ipv6, orUnknown(n.ipv6?.stateText)],
    [w.dns, n.dnsServer.join(", ") || w.none],
    [w.voiceVlan, n.voiceVlanInForce ? String(n.voiceVlanInForce) : w.none],
    [w.switchName, n.neighbour ? `${n.neighbour.system} ${n.neighbour.port}` : w.unknown],
    [w.wired, [w.access[access?.state ?? 0] ?? w.unknown, access?.method ?? ""].filter(Boolean).join(", ")],
    ...(access?.causeText ? [[w.cause, [access.causeText, access.detail].filter(Boolean).join(": ")], [w.cure, access.cure]] as [string, string][] : []),
    [w.wlan, wlan ? [wlan.ssid, wlan.security, w.access[wlan.access?.state ?? 0] ?? "", wlan.access?.causeText ?? "", wlan.access?.cure ?? ""].filter(Boolean).join(" · ") : w.noWlan],
  ]));
}

export function incidents(): Node_ {
  const w = words();
  const all = [...(state.status?.incident ?? [])].reverse();
  if (all.length === 0) return screen(w.incidents, h("p", {}, w.noIncidents));
  return screen(w.incidents, h("ul", { class: "list" }, ...all.map((one) =>
    h("li", {}, h("b", {}, `${time(one.time?.seconds, zone())} ${one.service}`), " ", one.text))));
}

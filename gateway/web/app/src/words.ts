// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

import { english, german, type Words } from "./words_table";

const KEY = "language";
const known = { en: english, de: german } as const;
export type Language = keyof typeof known;

const preferred = (): Language => (navigator.language.startsWith("de") ? "de" : "en");
const saved = localStorage.getItem(KEY);
let language: Language = saved === "de" || saved === "en" ? saved : preferred();

export const speaks = (): Language => language;
export function speak(next: Language): void {
  language = next;
  localStorage.setItem(KEY, next);
}
export const words = (): Words => known[language];

// What is not known is not "off".
export const orUnknown = (text: string | undefined): string => text || words().unknown;
export const yesNo = (value: boolean | undefined): string =>
  value === undefined ? words().unknown : value ? words().on : words().off;

export function time(seconds: bigint | undefined, zone: string): string {
  if (seconds === undefined) return "";
  const shape: Intl.DateTimeFormatOptions = { dateStyle: "short", timeStyle: "short" };
  const date = new Date(Number(seconds) * 1000);
  try {
    return new Intl.DateTimeFormat(language, zone ? { ...shape, timeZone: zone } : shape).format(date);
  } catch {
    return new Intl.DateTimeFormat(language, shape).format(date); // a zone that this browser does not know
  }
}
export function duration(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${two(seconds / 60)}:${two(seconds % 60)}`;
}

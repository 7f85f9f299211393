// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Elements described as plain values and patched into the page. Text only ever becomes a text node: there is no way from
// a string to HTML here, and the page's Content-Security-Policy forbids one.

export type Child = Node_ | string | null | undefined | false;
export interface Node_ {
  tag: string;
  attributes: Record<string, string>;
  children: (Node_ | string)[];
}
export type Attributes = Record<string, string | number | boolean | undefined>;

const SVG = "http://www.w3.org/2000/svg";
const isSvg = (tag: string): boolean => tag === "svg" || tag === "path";

// true: an attribute without value; false and undefined: none.
export function h(tag: string, attributes: Attributes = {}, ...children: (Child | Child[])[]): Node_ {
  const written: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    written[name] = value === true ? "" : String(value);
  }
  const flat = children.flat().filter((child): child is Node_ | string => Boolean(child));
  return { tag, attributes: written, children: flat };
}

function make(wanted: Node_ | string): Node {
  if (typeof wanted === "string") return document.createTextNode(wanted);
  const element = isSvg(wanted.tag) ? document.createElementNS(SVG, wanted.tag) : document.createElement(wanted.tag);
  for (const [name, value] of Object.entries(wanted.attributes)) element.setAttribute(name, value);
  for (const child of wanted.children) element.append(make(child));
  return element;
}

function fits(present: Node, wanted: Node_ | string): boolean {
  if (typeof wanted === "string") return present.nodeType === Node.TEXT_NODE;
  return (
    present instanceof Element &&
    present.localName === wanted.tag &&
    (present.getAttribute("data-key") ?? "") === (wanted.attributes["data-key"] ?? "")
  );
}

function patchAttributes(element: Element, wanted: Record<string, string>): void {
  for (const { name } of [...element.attributes]) if (!(name in wanted)) element.removeAttribute(name);
  for (const [name, value] of Object.entries(wanted))
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Makes the children of `parent` what is wanted and keeps elements that stay, with focus, scroll and what was typed.
export function patch(parent: Element, wanted: (Node_ | string)[]): void {
  wanted.forEach((child, at) => {
    const present = parent.childNodes[at];
    if (!present) return void parent.append(make(child));
    if (!fits(present, child)) return void present.replaceWith(make(child));
    if (typeof child === "string") {
      if (present.nodeValue !== child) present.nodeValue = child;
      return;
    }
    patchAttributes(present as Element, child.attributes);
    patch(present as Element, child.children);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove();
}

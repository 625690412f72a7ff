// SPDX-License-Identifier: MIT
//
// Text as data: words, numbers of the results, and terms with an explanation. The generators make
// it, tests read it, the page renders it.
import { explained } from "./explain.js";
import type { Term } from "./glossary.js";
import { formatNumber } from "./format.js";

/** A number of summary.json, shown rounded; the page keeps the exact one beside it. */
export interface Shown {
  value: number;
  text: string;
}
export interface Explained {
  term: Term;
  text: string;
}
export interface Strong {
  strong: Rich;
}
/** How to use the page: not on paper. */
export interface Hint {
  hint: string;
}
export type Piece = string | Shown | Explained | Strong | Hint;
export type Rich = Piece[];

export function number(value: number, text: string = formatNumber(value)): Shown {
  return { value, text };
}

export function term(name: Term, text: string = name): Explained {
  return { term: name, text };
}

export function hint(text: string): Hint {
  return { hint: text };
}

export function strong(...content: Rich): Strong {
  return { strong: content };
}

/** "a, b and c" */
export function list(items: Rich[]): Rich {
  return items.flatMap((item, i) => {
    const before = i === 0 ? "" : i === items.length - 1 ? " and " : ", ";
    return before === "" ? item : [before, ...item];
  });
}

/** The words alone. */
export function plain(rich: Rich): string {
  return rich
    .map((piece) => {
      if (typeof piece === "string") return piece;
      if ("strong" in piece) return plain(piece.strong);
      return "hint" in piece ? piece.hint : piece.text;
    })
    .join("");
}

function render(piece: Piece): Node {
  if (typeof piece === "string") return document.createTextNode(piece);
  if ("strong" in piece) return element("strong", {}, ...piece.strong);
  if ("hint" in piece) return element("span", { class: "hint" }, piece.hint);
  if ("term" in piece) return explained(piece.term, piece.text);
  const data = document.createElement("data");
  data.value = String(piece.value);
  data.textContent = piece.text;
  return data;
}

export type Child = Piece | Node | null | undefined;

/** An element with attributes and content; handlers are attributes that begin with "on". */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number | boolean | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false) made.setAttribute(key, String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined) continue;
    made.append(child instanceof Node ? child : render(child));
  }
  return made;
}

export function paragraph(rich: Rich): HTMLParagraphElement {
  return element("p", {}, ...rich);
}

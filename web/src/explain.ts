// SPDX-License-Identifier: MIT
//
// Terms with an explanation that mouse, keyboard and touch can open.
import { glossary, type Term } from "./glossary.js";

/** Between an explanation and the edge of the window. */
const kMargin = 8;

let open: { term: HTMLElement; tooltip: HTMLElement } | undefined;
let closing: number | undefined;

/** Below its term, or above where there is more room. */
function place(): void {
  if (!open) return;
  const { term, tooltip } = open;
  // A term may go over two lines.
  const lines = [...term.getClientRects()];
  const [first, last] = [lines[0], lines[lines.length - 1]];
  if (!first || !last) return close();
  const { clientWidth, clientHeight } = document.documentElement;
  const { offsetWidth, offsetHeight } = tooltip;
  const fitsBelow = last.bottom + offsetHeight + kMargin <= clientHeight;
  const line = fitsBelow ? last : first;
  const top = fitsBelow ? line.bottom : line.top - offsetHeight;
  tooltip.style.left = `${Math.max(kMargin, Math.min(line.left, clientWidth - offsetWidth - kMargin))}px`;
  tooltip.style.top = `${Math.max(kMargin, top)}px`;
}

function close(): void {
  window.clearTimeout(closing);
  if (open) open.tooltip.hidden = true;
  open = undefined;
}

function show(term: HTMLElement, tooltip: HTMLElement): void {
  close();
  open = { term, tooltip };
  tooltip.hidden = false;
  place();
}

/** Soon, so that the mouse can reach the explanation; not while its term has the focus. */
function closeSoon(): void {
  if (open && document.activeElement === open.term) return;
  window.clearTimeout(closing);
  closing = window.setTimeout(close, 150);
}

/** Made when its term first occurs, and hidden: it describes the term to screen readers even so. */
function tooltipOf(name: Term): HTMLElement {
  const id = `explained-${name.replace(/\W+/g, "-")}`;
  const known = document.getElementById(id);
  if (known) return known;
  const made = document.createElement("div");
  Object.assign(made, { id, hidden: true, className: "explanation", textContent: glossary[name] });
  made.setAttribute("role", "tooltip");
  made.addEventListener("mouseenter", () => window.clearTimeout(closing));
  made.addEventListener("mouseleave", closeSoon);
  document.body.append(made);
  return made;
}

export function explained(name: Term, text: string): HTMLElement {
  const term = document.createElement("abbr");
  const tooltip = tooltipOf(name);
  term.textContent = text;
  term.tabIndex = 0;
  term.setAttribute("aria-describedby", tooltip.id);
  for (const event of ["mouseenter", "focus", "click"]) term.addEventListener(event, () => show(term, tooltip));
  term.addEventListener("mouseleave", closeSoon);
  term.addEventListener("blur", close);
  return term;
}

/** What closes explanations from anywhere, and keeps them beside their terms. */
export function listenForExplanations(): void {
  document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  document.addEventListener("pointerdown", ({ target }) => {
    if (open && target instanceof Node && !open.term.contains(target) && !open.tooltip.contains(target)) close();
  });
  document.addEventListener("scroll", place, { capture: true, passive: true });
  window.addEventListener("resize", place);
}

// SPDX-License-Identifier: MIT
//
// Switches: native form controls, so that keyboard and screen readers know them.
import { element } from "./rich.js";

let count = 0;

export interface Choice {
  value: string;
  label: string;
}

/** One of a few, side by side. */
export function radios(legend: string, choices: Choice[], chosen: string, use: (value: string) => void): HTMLElement {
  const name = `choice-${(count += 1)}`;
  const field = element("fieldset", { class: "radios" }, element("legend", {}, legend));
  for (const { value, label } of choices) {
    const input = element("input", {
      type: "radio",
      name,
      value,
      checked: value === chosen,
      onchange: () => use(value),
    });
    field.append(element("label", {}, input, element("span", {}, label)));
  }
  return field;
}

/** One of many. */
export function select(label: string, choices: Choice[], chosen: string, use: (value: string) => void): HTMLElement {
  const made = element("select", { onchange: (event) => use((event.target as HTMLSelectElement).value) });
  for (const choice of choices) {
    made.append(element("option", { value: choice.value, selected: choice.value === chosen }, choice.label));
  }
  return element("label", { class: "select" }, label, " ", made);
}

/** What is hidden until it is asked for, and made then: long tables make the page slow. */
export function details(summary: string, make: () => HTMLElement, attributes: Record<string, string> = {}): HTMLDetailsElement {
  const made = element("details", attributes, element("summary", {}, summary));
  let content: HTMLElement | undefined;
  made.addEventListener("toggle", () => {
    content?.remove();
    if (made.open) made.append((content = make()));
  });
  return made;
}

/** Makes the content again, if it is open: what it was made from has changed. */
export function refill(made: HTMLDetailsElement): void {
  made.dispatchEvent(new Event("toggle"));
}

/** As lines of it are drawn. */
function swatch({ colour, dashes }: Series): SVGElement {
  const make = (name: string, attributes: Record<string, string | number>) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    return made;
  };
  const drawing = make("svg", { class: "swatch", width: 26, height: 10, "aria-hidden": "true" });
  drawing.append(make("line", { x2: 26, y1: 5, y2: 5, stroke: colour, "stroke-width": 4, "stroke-dasharray": dashes.join(" ") }));
  return drawing;
}

export interface Series {
  name: string;
  colour: string;
  dashes: number[];
}

/** Any of many, each with its line; `shown` is changed in place. */
export function checks(legend: string, series: Series[], shown: Set<string>, use: () => void): HTMLElement {
  const field = element("fieldset", { class: "checks" }, element("legend", {}, legend));
  for (const one of series) {
    const { name } = one;
    const toggle = (event: Event) => {
      if ((event.target as HTMLInputElement).checked) shown.add(name);
      else shown.delete(name);
      use();
    };
    const input = element("input", { type: "checkbox", value: name, checked: shown.has(name), onchange: toggle });
    field.append(element("label", {}, input, swatch(one), name));
  }
  return field;
}

/** A field to search in; `use` hears of every change. */
export function search(label: string, use: (text: string) => void): HTMLElement {
  const input = element("input", {
    type: "search",
    placeholder: label,
    "aria-label": label,
    oninput: (event) => use((event.target as HTMLInputElement).value),
  });
  return element("p", { class: "search" }, input);
}

// SPDX-License-Identifier: MIT
//
// What sections with curves over delays have in common.
import { curvesSpec, curvesTable, type Curve, type CurvesOptions } from "../charts/curves.js";
import { makeFigure } from "../charts/figure.js";
import { lineOf } from "../charts/theme.js";
import { checks, select } from "../controls.js";
import { stateLabel } from "../format.js";
import type { Estimate, StateName } from "../results.js";
import { element, type Rich } from "../rich.js";
import { keep } from "../section.js";

export function curveFrom<Key extends string>(
  name: string,
  index: number,
  delays: ({ delay: number } & Record<Key, Estimate>)[],
  key: Key,
): Curve {
  return { name, index, points: delays.map((delay) => ({ delay: delay.delay, value: delay[key] })) };
}

/** What a chart over delays shows, and of which state. */
export function overDelays(measure: string, state?: StateName): string {
  return `${measure} over the delay${state ? `, ${stateLabel(state)}` : ""}, with 95\u00a0% intervals`;
}

export interface Panel {
  label: string;
  options: CurvesOptions;
  curves: Curve[];
}

/** So many are shown at first: more lines are hard to tell apart. */
const kFirstShown = 7;

/** One chart, of which a panel is shown at a time; of many curves those that are picked. */
export function panels(id: string, caption: Rich, shownPanels: Panel[], state?: StateName): HTMLElement | undefined {
  const known = shownPanels.filter(({ curves }) => curves.some(({ points }) => points.some(({ value }) => value?.estimate != null)));
  if (known.length === 0) return undefined;
  const chosen = keep(id, () => ({
    label: known[0]?.label,
    /** Panels of the same curves share what is picked. */
    pickedOf: new Map<string, Set<string>>(),
  }));
  let shown = known.find(({ label }) => label === chosen.label) ?? known[0];
  const picked = (): Set<string> => {
    const names = (shown?.curves ?? []).map(({ name }) => name);
    const key = names.join("\n");
    const already = chosen.pickedOf.get(key) ?? new Set(names.slice(0, kFirstShown));
    chosen.pickedOf.set(key, already);
    return already;
  };
  const options = (): CurvesOptions => shown?.options ?? { measure: "", scale: "linear" };
  const picks = element("div", { class: "picks" });
  const curves = () => {
    const all = shown?.curves ?? [];
    return all.length > kFirstShown ? all.filter(({ name }) => picked().has(name)) : all;
  };
  const offer = () => {
    const all = shown?.curves ?? [];
    const series = all.map(({ name, index }) => ({ name, ...lineOf(index) }));
    picks.replaceChildren(...(all.length > kFirstShown ? [checks("Curves", series, picked(), () => made.redraw())] : []));
  };
  const choices = known.map(({ label }, i) => ({ value: String(i), label }));
  const made = makeFigure({
    caption,
    controls: [
      known.length > 1
        ? select("Measure", choices, String(known.findIndex((panel) => panel === shown)), (value) => {
            shown = known[Number(value)];
            chosen.label = shown?.label;
            offer();
            made.redraw();
          })
        : null,
      picks,
    ],
    draw: () => ({ description: overDelays(options().measure, state), spec: curvesSpec(curves(), options()) }),
    numbers: () => curvesTable(curves(), options()),
  });
  offer();
  return made.figure;
}

// SPDX-License-Identifier: MIT
//
// What sections with curves over delays have in common.
import { curveColumns, curveRows, curvesSpec, type Curve, type CurvesOptions } from "../charts/curves.js";
import { makeFigure } from "../charts/figure.js";
import { select } from "../controls.js";
import type { Estimate } from "../results.js";
import type { Rich } from "../rich.js";

export function curveFrom<Key extends string>(
  name: string,
  index: number,
  delays: ({ delay: number } & Record<Key, Estimate>)[],
  key: Key,
): Curve {
  return { name, index, points: delays.map((delay) => ({ delay: delay.delay, value: delay[key] })) };
}

export interface Panel {
  label: string;
  options: CurvesOptions;
  curves: Curve[];
}

/** One chart, of which a panel is shown at a time. */
export function panels(caption: Rich, shownPanels: Panel[]): HTMLElement | undefined {
  const known = shownPanels.filter(({ curves }) => curves.some(({ points }) => points.some(({ value }) => value?.estimate != null)));
  let shown = known[0];
  if (!shown) return undefined;
  const choices = known.map(({ label }, i) => ({ value: String(i), label }));
  const made = makeFigure({
    caption,
    controls: [
      known.length > 1
        ? select("Measure", choices, "0", (value) => {
            shown = known[Number(value)];
            made.redraw();
          })
        : null,
    ],
    draw: () => ({
      description: `${shown?.options.measure ?? ""} over the delay, with 95 % intervals`,
      spec: curvesSpec(shown?.curves ?? [], shown?.options ?? { measure: "", scale: "linear" }),
    }),
    numbers: () => ({ columns: curveColumns, rows: curveRows(shown?.curves ?? []) }),
  });
  return made.figure;
}

// SPDX-License-Identifier: MIT
import { styleOfClass } from "../charts/theme.js";
import { paragraph, term } from "../rich.js";
import type { Section } from "../section.js";
import { averaging } from "../texts/averaging.js";
import { panels } from "./delays.js";
import { curveOf } from "./spectrum.js";

export const averagingSection: Section = {
  id: "averaging",
  short: "What averaging cancels",
  question: "How much does averaging over words cancel?",
  answer: ({ state }) => {
    const curves = state.classes
      .map((ofClass, i) => curveOf(ofClass, "kept_by_mean", styleOfClass(i)))
      .filter(({ points }) => points.some(({ value }) => value.estimate !== null));
    const all = state.classes[0];
    if (!all || curves.length === 0) return undefined;
    const measure = "Kept by the mean: share of single leading values";
    return [
      paragraph([
        "The spectrum, the classes and the directions above are of means over many words. Where one word raises a unit of the state and another lowers it, " +
          "the mean shows neither. A sample of single ",
        term("state gradient", "state gradients"),
        " says how much is ",
        term("kept by the mean"),
        ".",
      ]),
      paragraph(averaging(all)),
      panels("averaging", ["Bands: ", term("95 % interval", "95\u00a0% intervals"), "."], [
        { label: measure, options: { measure, scale: "linear", format: "~%" }, curves },
      ], state),
    ];
  },
};

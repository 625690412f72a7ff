// SPDX-License-Identifier: MIT
import { sameState } from "../results.js";
import { element, paragraph, term } from "../rich.js";
import type { Section } from "../section.js";
import { differenceSentence } from "../texts/rest.js";
import { curveFrom, panels } from "./delays.js";

export const differencesSection: Section = {
  id: "differences",
  short: "Differences between classes",
  question: "Is the difference between two classes remembered?",
  answer: ({ results, state }) => {
    const found = (results.differences ?? []).filter((other) => sameState(other, state));
    // Those of all words say how the difference is kept; of single classes there may be many.
    const all = found.filter((difference) => difference.class === "all");
    const shown = all.length > 0 ? all : found;
    if (shown.length === 0) return undefined;
    const curves = (key: "relative_memory" | "cosine") =>
      shown.map((difference, i) => {
        const delays = difference.delays.map((delay) => ({ ...delay, [key]: { ...delay[key], noise: delay.chance?.[key] ?? null } }));
        return curveFrom(difference.name, i, delays, key);
      });
    return [
      paragraph([
        "Take the vector from the middle of one ",
        term("class"),
        " of words to that of another: along it the two differ. Its ",
        term("relative memory"),
        " tells how well just this is kept; its ",
        term("cosine"),
        ", how far it lies among the best kept directions.",
      ]),
      panels("differences", ["Bands: ", term("95 % interval", "95\u00a0% intervals"), ". Dots: what a random direction would have."], [
        {
          label: "Relative memory",
          options: { measure: "Relative memory: share of the best kept direction", scale: "linear", of: "Difference", format: "~%", noise: true },
          curves: curves("relative_memory"),
        },
        {
          label: "Cosine",
          options: { measure: "Cosine with the best kept directions", scale: "linear", of: "Difference", noise: true },
          curves: curves("cosine"),
        },
      ], state),
      element("ul", {}, ...shown.map((difference) => element("li", {}, ...differenceSentence(difference)))),
    ];
  },
};

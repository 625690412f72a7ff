// SPDX-License-Identifier: MIT
import { styleOfClass } from "../charts/theme.js";
import { paragraph, term } from "../rich.js";
import type { Section } from "../section.js";
import { usedSentence } from "../texts/rest.js";
import { tests } from "./classes.js";
import { curveFrom, panels } from "./delays.js";

export const usedSection: Section = {
  id: "used",
  short: "Stored against used",
  question: "Is what is stored also used?",
  answer: ({ results }) => {
    const found = results.used ?? [];
    const all = found[0];
    if (!all) return undefined;
    const curves = (key: "mean_norm" | "norm_of_mean") =>
      found.map((used, i) => curveFrom(used.class, styleOfClass(i), used.delays, key));
    return [
      paragraph([
        "The state may hold something that the next prediction does not need. This is how much the log-probability of the word " +
          "that really came next depends on the ",
        term("embedding"),
        " of each word before: what is used, where the charts above show what is stored.",
      ]),
      paragraph(usedSentence(all)),
      panels("used", ["Bands: ", term("95 % interval", "95\u00a0% intervals"), "."], [
        {
          label: "Mean norm",
          options: { measure: "Mean norm of the gradient of the prediction", scale: "log" },
          curves: curves("mean_norm"),
        },
        {
          label: "Norm of the mean",
          options: { measure: "Norm of the mean gradient of the prediction", scale: "log" },
          curves: curves("norm_of_mean"),
        },
      ]),
      ...(found.length > 1 ? tests(results.used_comparisons ?? [], "the mean norm") : []),
    ];
  },
};

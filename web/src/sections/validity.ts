// SPDX-License-Identifier: MIT
import { styleOfClass } from "../charts/theme.js";
import { sameState } from "../results.js";
import { paragraph, term } from "../rich.js";
import type { Section } from "../section.js";
import { validitySentence } from "../texts/rest.js";
import { curveFrom, panels } from "./delays.js";

export const validitySection: Section = {
  id: "validity",
  short: "Linear validity",
  question: "How far can state gradients be trusted?",
  answer: ({ results, state }) => {
    const found = (results.validity ?? []).filter((other) => sameState(other, state));
    const first = found[0];
    if (!first) return undefined;
    const curves = (key: "relative_error" | "cosine" | "norm_ratio") =>
      found.map((validity, i) => curveFrom(validity.class, styleOfClass(i), validity.delays, key));
    return [
      paragraph([
        "State gradients describe small changes, and words are far apart. To see what that costs (",
        term("validity"),
        "), words were replaced by others, and the true change of the state compared with the predicted one.",
      ]),
      paragraph(validitySentence(first)),
      panels("validity", ["Bands: ", term("95 % interval", "95\u00a0% intervals"), ". The dashed line is a perfect prediction."], [
        {
          label: "Cosine of predicted and true change",
          options: { measure: "Cosine of predicted and true change", scale: "linear", level: { name: "Perfect prediction", value: 1 } },
          curves: curves("cosine"),
        },
        {
          label: "Relative error",
          options: { measure: "Error relative to the true change", scale: "linear", level: { name: "Perfect prediction", value: 0 }, format: "~%" },
          curves: curves("relative_error"),
        },
        {
          label: "Ratio of lengths",
          options: { measure: "Length of the predicted change relative to the true one", scale: "linear", level: { name: "Perfect prediction", value: 1 } },
          curves: curves("norm_ratio"),
        },
      ], state),
    ];
  },
};

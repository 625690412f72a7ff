// SPDX-License-Identifier: MIT
import type { Curve } from "../charts/curves.js";
import { stylesOf } from "../charts/theme.js";
import { sameState, type Angle, type ClassResult } from "../results.js";
import { element, paragraph, term } from "../rich.js";
import type { Section } from "../section.js";
import { angleSentence, toldOf } from "../texts/angles.js";
import { panels, type Panel } from "./delays.js";

/** A curve of the overlap for every name, over the delay of the second place. */
function overlaps(angles: Angle[], nameOf: (angle: Angle) => string, classes: ClassResult[] | undefined): Curve[] {
  const curves = new Map<string, Curve>();
  const styles = stylesOf(angles.map(nameOf), classes ?? []);
  for (const angle of angles) {
    const name = nameOf(angle);
    const index = classes ? (styles.get(name) ?? 0) : curves.size;
    const curve = curves.get(name) ?? { name, index, points: [] };
    curve.points.push({ delay: angle.second.delay, value: angle.overlap });
    curves.set(name, curve);
  }
  return [...curves.values()];
}

/** @param classes if the curves are classes */
function panel(label: string, angles: Angle[], nameOf: (angle: Angle) => string, classes?: ClassResult[]): Panel {
  const chance = angles[0]?.chance ?? undefined;
  return {
    label,
    options: {
      measure: `Overlap of the ${angles[0]?.k ?? ""} best kept directions`,
      scale: "linear",
      of: classes ? "Class" : "Curve",
      ...(chance === undefined ? {} : { level: { name: "Random directions", value: chance } }),
    },
    curves: overlaps(angles, nameOf, classes),
  };
}

/** A panel for every class that is compared with others. */
function classPanels(angles: Angle[], classes: ClassResult[]): Panel[] {
  const names = new Set(angles.flatMap(({ first, second }) => [first.class, second.class]));
  return [...names].map((name) => {
    const found = angles.filter(({ first, second }) => first.class === name || second.class === name);
    const other = ({ first, second }: Angle) => (first.class === name ? second.class : first.class);
    return panel(`Between ${name} and others`, found, other, classes);
  });
}

/** A panel for every other model: they may keep different numbers of directions. */
function modelPanels(angles: Angle[], classes: ClassResult[]): Panel[] {
  const others = new Map<string, Angle[]>();
  for (const angle of angles) {
    const name = angle.second.results ?? "";
    others.set(name, [...(others.get(name) ?? []), angle]);
  }
  return [...others].map(([name, found]) => panel(`With the model of ${name}`, found, ({ first }) => first.class, classes));
}

export const anglesSection: Section = {
  id: "angles",
  short: "Directions in common",
  question: "Are the same directions remembered?",
  answer: ({ results, state }) => {
    const found = (results.angles ?? []).filter((angle) => sameState(angle, state));
    if (found.length === 0) return undefined;
    const of = (kind: Angle["kind"]) => found.filter((angle) => angle.kind === kind);
    return [
      paragraph([
        "Some directions of the embeddings are kept better than others. Whether they are the same at different delays, for " +
          "different classes of words, or in another model, is told by their ",
        term("overlap"),
        ". Noise lowers it, the more the rarer the words are.",
      ]),
      panels("angles", ["Bands: ", term("95 % interval", "95\u00a0% intervals"), ". Line across: what random directions have."], [
        panel("Between delays", of("delays"), ({ first }) => `with delay ${first.delay}`),
        ...classPanels(of("classes"), state.classes),
        ...modelPanels(of("models"), state.classes),
      ], state),
      element("ul", {}, ...toldOf(found).map((angle) => element("li", {}, ...angleSentence(angle)))),
    ];
  },
};

// SPDX-License-Identifier: MIT
import { curvesSpec, curvesTable, type Curve, type CurvesOptions } from "../charts/curves.js";
import { makeFigure } from "../charts/figure.js";
import { radios, select } from "../controls.js";
import { measureOf, memoryOf, type ClassResult } from "../results.js";
import { paragraph, term, type Rich } from "../rich.js";
import { keep, type Section } from "../section.js";
import { lawOfDecay } from "../texts/memory.js";
import { overDelays } from "./delays.js";

interface Measure {
  value: string;
  label: string;
  axis: string;
}

/** With the normalised ones where they were computed. */
const measures: Measure[] = [
  { value: "raw_leading", label: "Leading value", axis: "Leading singular value of the mean" },
  { value: "raw_sum", label: "Sum of all values", axis: "Sum of the singular values of the mean" },
  { value: "raw_effective_rank", label: "Effective rank", axis: "Effective rank: directions kept about equally well" },
  { value: "raw_share", label: "Share of the leading value", axis: "Leading value as a share of the sum" },
  {
    value: "raw_leading_cross_validated",
    label: "Leading value, cross-validated",
    axis: "Leading singular value, cross-validated",
  },
  { value: "normalised_leading", label: "Leading value, normalised", axis: "Leading singular value, normalised" },
  { value: "normalised_sum", label: "Sum, normalised", axis: "Sum of the singular values, normalised" },
  { value: "mean_norm", label: "Norm of single gradients", axis: "Mean norm of single state gradients" },
];

export function axisOf(measure: string): string {
  return measures.find(({ value }) => value === measure)?.axis ?? measure;
}

export function curveOf(ofClass: ClassResult, measure: string, index: number, fitted = false): Curve {
  const points = ofClass.delays.flatMap((delay) => {
    const value = measureOf(delay, measure);
    return value ? [{ delay: delay.delay, value }] : [];
  });
  const fit = fitted ? memoryOf(ofClass, measure)?.curve : undefined;
  return { name: ofClass.name, index, points, ...(fit ? { fit } : {}) };
}

function available(ofClass: ClassResult): Measure[] {
  const first = ofClass.delays[0];
  return measures.filter(({ value }) => first !== undefined && measureOf(first, value) !== undefined);
}

const scales = [
  { value: "linear", label: "linear" },
  { value: "log", label: "logarithmic" },
];

export interface Chosen {
  measure: string;
  scale: "linear" | "log";
}

/** Controls that change what is chosen. */
export function choosers(ofClass: ClassResult, chosen: Chosen, redraw: () => void): HTMLElement[] {
  return [
    select("Measure", available(ofClass), chosen.measure, (value) => {
      chosen.measure = value;
      redraw();
    }),
    radios("Vertical axis", scales, chosen.scale, (value) => {
      chosen.scale = value as Chosen["scale"];
      redraw();
    }),
  ];
}

const caption: Rich = [
  "Band: ",
  term("95 % interval", "95\u00a0% interval"),
  ". Dots: ",
  term("noise level"),
  ", what chance alone would give. Dashes: the fitted ",
  term("law of decay"),
  ".",
];

export const spectrumSection: Section = {
  id: "spectrum",
  short: "Spectrum over delays",
  question: "How strong is the memory at each delay?",
  answer: ({ state }) => {
    const all = state.classes[0];
    if (!all) return undefined;
    const chosen = keep("spectrum", (): Chosen => ({ measure: "raw_leading", scale: "log" }));
    const curves = () => [curveOf(all, chosen.measure, 0, true)];
    const options = (): CurvesOptions => ({ measure: axisOf(chosen.measure), scale: chosen.scale, noise: true });
    const made = makeFigure({
      caption,
      controls: choosers(all, chosen, () => made.redraw()),
      draw: () => ({ description: overDelays(axisOf(chosen.measure), state), spec: curvesSpec(curves(), options()) }),
      numbers: () => curvesTable(curves(), options()),
    });
    const memory = memoryOf(all, "raw_leading");
    return [
      paragraph([
        "The mean ",
        term("state gradient"),
        " over all words shows what they have in common in how they are kept. Its ",
        term("leading value"),
        " says how strongly the best kept direction of the ",
        term("embedding"),
        " still acts on the state; the ",
        term("sum"),
        " and the ",
        term("effective rank"),
        " tell of all directions together.",
      ]),
      made.figure,
      memory ? paragraph(lawOfDecay(memory)) : null,
    ];
  },
};

// SPDX-License-Identifier: MIT
import type { VisualizationSpec } from "vega-embed";
import { details } from "../controls.js";
import { makeFigure } from "../charts/figure.js";
import { colourOf, kRoom, logarithmicTicks } from "../charts/theme.js";
import type { Training } from "../results.js";
import { paragraph, term } from "../rich.js";
import type { Section } from "../section.js";
import { table, type Column } from "../table.js";
import { trainingSentence } from "../texts/rest.js";

type Epoch = Training["epochs"][number];

const columns: Column<Epoch>[] = [
  { heading: ["Epoch"], value: (row) => row.epoch },
  { heading: ["Learning rate"], value: (row) => row.learning_rate },
  { heading: [term("perplexity", "Perplexity"), ", training text"], value: (row) => row.train_perplexity },
  { heading: ["Perplexity, validation text"], value: (row) => row.valid_perplexity },
];

const configurationColumns: Column<[string, string]>[] = [
  { heading: ["Key"], value: ([key]) => key },
  { heading: ["Value"], value: ([, value]) => value },
];

function spec(epochs: Epoch[]): VisualizationSpec {
  const names = ["training text", "validation text"];
  const values = epochs.flatMap(({ epoch, train_perplexity, valid_perplexity }) => [
    { epoch, text: names[0], perplexity: train_perplexity },
    { epoch, text: names[1], perplexity: valid_perplexity },
  ]);
  const ticks = logarithmicTicks(values.map(({ perplexity }) => perplexity));
  const legend = { title: null, orient: "bottom" };
  return {
    data: { values },
    title: "Perplexity",
    height: 220,
    mark: { type: "line", strokeWidth: 2, point: { size: 36, filled: true } },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "Epoch: pass over the training text",
        axis: { grid: false, tickMinStep: 1, format: "d", labelBound: true },
        scale: { nice: false, zero: false, padding: kRoom },
      },
      y: { field: "perplexity", type: "quantitative", title: null, scale: { type: "log", nice: false, padding: kRoom }, axis: { format: "~g", values: ticks } },
      color: {
        field: "text",
        type: "nominal",
        scale: { domain: names, range: [colourOf(4), colourOf(0)] },
        legend,
      },
      strokeDash: { field: "text", type: "nominal", scale: { domain: names, range: [[5, 3], [1, 0]] }, legend },
      tooltip: [
        { field: "text", title: "Text" },
        { field: "epoch", title: "Epoch" },
        { field: "perplexity", title: "Perplexity", format: ".4~g" },
      ],
    },
  } as unknown as VisualizationSpec;
}

export const trainingSection: Section = {
  id: "training",
  short: "Training",
  question: "How was the model trained?",
  answer: ({ results }) => {
    const training = results.training;
    if (!training || training.epochs.length === 0) return undefined;
    const { configuration } = training;
    const made = makeFigure({
      caption: ["Where the line of the validation text rises while the other falls, the model may be learning by heart, or its learning rate is too high. The axis is logarithmic."],
      draw: () => ({ description: "Perplexity after each epoch of the training", spec: spec(training.epochs) }),
      numbers: () => ({ columns, rows: training.epochs }),
    });
    return [
      paragraph(trainingSentence(training)),
      made.figure,
      configuration
        ? details("The configuration of the training", () => table(configurationColumns, Object.entries(configuration)))
        : null,
    ];
  },
};

// SPDX-License-Identifier: MIT
import { confusionHeight, confusionRows, confusionSpec } from "../charts/confusion.js";
import { dotsSpec } from "../charts/dots.js";
import { makeFigure } from "../charts/figure.js";
import { stylesOf } from "../charts/theme.js";
import { details, radios, select } from "../controls.js";
import { formatPoints, formatShare } from "../format.js";
import type { ClassResult, Coordinates, Plane, Probe } from "../results.js";
import { arranged } from "../neighbours.js";
import { element, hint, number, paragraph, term, type Child, type Rich } from "../rich.js";
import { keep, type Section } from "../section.js";
import { estimateColumn, table, type Column } from "../table.js";
import { probeName, probeSentence } from "../texts/probe.js";

type View = "pca" | "lda" | "umap";

const kViews: { value: View; label: string }[] = [
  { value: "pca", label: "PCA" },
  { value: "lda", label: "LDA" },
  { value: "umap", label: "UMAP" },
];
/** With fewer words there are no neighbourhoods. */
const kFewestNeighbours = 30;

function axisTitle(plane: Plane, axis: number, of: string): string {
  const share = plane.explained[axis];
  return `Axis ${axis + 1}${share === undefined ? "" : ` (${formatShare(share)} of ${of})`}`;
}

function planeFigure(coordinates: Coordinates, classes: ClassResult[]): HTMLElement | undefined {
  const { pca, lda, components } = coordinates;
  const planes: Partial<Record<View, Plane>> = { ...(pca && { pca }), ...(lda && { lda }) };
  const hasNeighbours = pca !== undefined && (components?.words.length ?? 0) >= kFewestNeighbours;
  const views = kViews.filter(({ value }) => planes[value] ?? (value === "umap" && hasNeighbours));
  const first = views[0]?.value;
  if (!first) return undefined;
  /** What is to be shown, as soon as it can. */
  const chosen = keep("embeddings", () => ({ view: first }));
  let view = planes[chosen.view] ? chosen.view : first;
  const plane = (): Plane => planes[view] ?? { explained: [], words: [] };
  const names = [...new Set(plane().words.map((word) => word.class))].sort();
  const groups = stylesOf(names, classes);
  const columns: Column<Plane["words"][number]>[] = [
    { heading: ["Word"], value: (row) => row.word },
    { heading: ["Class"], value: (row) => row.class },
    { heading: ["Axis 1"], value: (row) => row.x },
    { heading: ["Axis 2"], value: (row) => row.y },
  ];
  const status = element("span", { role: "status" });
  // The plane before stays until the neighbours are there.
  const makeNeighbours = async (words: Plane["words"], vectors: number[][]) => {
    try {
      const points = await arranged(vectors, (share) => {
        status.textContent = `Arranging the words: ${formatShare(share)}`;
      });
      status.textContent = "";
      planes.umap = { explained: [], words: points.map(([x, y], i) => ({ ...words[i]!, x, y })) };
      if (chosen.view === "umap") show("umap");
    } catch (error) {
      status.textContent = `The words could not be arranged: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const isToBeMade = () => chosen.view === "umap" && !planes.umap;
  const show = (shown: View) => {
    view = shown;
    made.redraw();
  };
  const made = makeFigure({
    caption: [
      "Each dot is a word, coloured by its class (",
      coordinates.group,
      "). ",
      term("PCA"),
      " looks for the widest spread of all words, ",
      term("LDA"),
      " for that between the classes",
      ...(hasNeighbours ? ["; ", term("UMAP"), " puts neighbours side by side", hint(", and is made when it is chosen")] : []),
      ".",
    ],
    controls: [
      views.length > 1
        ? radios("View", views, chosen.view, (value) => {
            chosen.view = value as View;
            if (isToBeMade()) void makeNeighbours(pca?.words ?? [], components?.words ?? []);
            else show(chosen.view);
          })
        : null,
      status,
    ],
    draw: () => {
      const of = view === "lda" ? "the variance between classes" : "the variance";
      return {
        description: `Embeddings of words in a plane (${kViews.find(({ value }) => value === view)?.label}), coloured by class`,
        spec: dotsSpec({
          rows: plane().words.map(({ word, x, y, class: group }) => ({ x, y: y ?? 0, label: word, group })),
          x: { title: axisTitle(plane(), 0, of), bare: true },
          y: { title: axisTitle(plane(), 1, of), bare: true },
          groups,
          height: 380,
        }),
        height: 440,
      };
    },
    numbers: () => ({ columns, rows: plane().words.slice(0, 500) }),
  });
  if (isToBeMade()) void makeNeighbours(pca?.words ?? [], components?.words ?? []);
  return made.figure;
}

const probeColumns: Column<Probe>[] = [
  { heading: [term("probe", "Probe of")], value: probeName },
  { heading: ["Classes"], value: (row) => row.group },
  { heading: ["Vectors"], value: (row) => row.count },
  estimateColumn<Probe>(["Accuracy"], (row) => row.accuracy, formatShare),
  { heading: ["Most frequent class"], value: (row) => row.majority, show: (row) => [number(row.majority, formatShare(row.majority))] },
  estimateColumn<Probe>([term("selectivity", "Selectivity"), ", percentage points"], (row) => row.selectivity, formatPoints),
];

function probeParts(probes: Probe[]): Child[] {
  const first = probes[0];
  if (!first) return [];
  const chosen = keep("probes", () => ({ index: 0 }));
  const shown = () => probes[chosen.index] ?? first;
  const sentence = element("p", { "aria-live": "polite" }, ...probeSentence(shown()));
  const confusionColumns: Column[] = [
    { heading: ["True class"], value: (row) => row.truth },
    { heading: ["Found"], value: (row) => row.found },
    { heading: ["Vectors"], value: (row) => row.count },
  ];
  const choices = probes.map((probe, i) => ({ value: String(i), label: `${probeName(probe)}: ${probe.group}` }));
  const caption: Rich = ["How often each class was taken for each other. On the diagonal the probe was right."];
  const made = makeFigure({
    caption,
    controls: [
      select("Probe", choices, String(chosen.index), (value) => {
        chosen.index = Number(value);
        sentence.replaceChildren(element("span", {}, ...probeSentence(shown())));
        made.redraw();
      }),
    ],
    draw: () => ({
      description: `Confusion matrix of the probe of ${probeName(shown())}: ${shown().group}`,
      spec: confusionSpec(shown()),
      height: confusionHeight(shown()),
    }),
    numbers: () => ({ columns: confusionColumns, rows: confusionRows(shown()) }),
  });
  return [
    element("h3", {}, "Can the class of a word be read from these vectors?"),
    sentence,
    made.figure,
    details("All probes", () => table(probeColumns, probes, { caption: "Accuracy with 95 % intervals", sortable: true })),
  ];
}

export const embeddingsSection: Section = {
  id: "embeddings",
  short: "Embeddings",
  question: "Where do the words lie, and what do the vectors tell?",
  answer: ({ results, state }) => {
    const figure = results.coordinates ? planeFigure(results.coordinates, state.classes) : undefined;
    const probes = results.probe ?? [];
    if (!figure && probes.length === 0) return undefined;
    return [
      figure
        ? paragraph(["The ", term("embedding"), " of a word is a point in many dimensions; here the words that have a class are laid out in a plane."])
        : null,
      figure,
      ...probeParts(probes),
    ];
  },
};

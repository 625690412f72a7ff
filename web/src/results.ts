// SPDX-License-Identifier: MIT
//
// summary.json as docs/formats.md tells it. What is not finite is null; a part that was not
// computed is absent.

export interface Estimate {
  estimate: number | null;
  error: number | null;
  low: number | null;
  high: number | null;
  noise?: number | null;
}

export interface DelayResult {
  delay: number;
  count: number;
  blocks: number;
  sampled: number;
  [measure: string]: Estimate | number | undefined;
}

export interface Fit {
  law: string;
  parameters: Record<string, { estimate: number | null; error: number | null }>;
  chi_squared: number | null;
  degrees_of_freedom: number;
  weight: number | null;
}

export interface Memory {
  measure: string;
  from: number;
  half: number | null;
  /** The same with its error; of the cross-validated measure only. */
  half_life?: Estimate;
  tenth: number | null;
  hundredth: number | null;
  law: string | null;
  fits: Fit[];
  /** The chosen law at the delays 0, 1, … */
  curve?: (number | null)[];
}

export interface ClassResult {
  name: string;
  group: string;
  delays: DelayResult[];
  memory: Memory[];
}

export interface Comparison {
  /** raw_leading_cross_validated, half_life, or of used gradients used_mean_norm. */
  measure: string;
  group: string;
  first: string;
  second: string;
  /** Null of half-lives. */
  delay: number | null;
  difference: number | null;
  error: number | null;
  low: number | null;
  high: number | null;
  p: number | null;
  corrected_p: number | null;
}

export interface StateName {
  state: string;
  layer: number;
}

export interface StateResult extends StateName {
  classes: ClassResult[];
  comparisons: Comparison[];
  half_life_comparisons: Comparison[];
}

export interface Probe {
  group: string;
  on: string;
  layer: number | null;
  delay: number;
  classes: string[];
  left_out: string[];
  count: number;
  accuracy: Estimate;
  control: Estimate;
  selectivity: Estimate;
  majority: number;
  confusion: number[][];
}

export interface Plane {
  explained: number[];
  words: { word: string; class: string; x: number; y: number | null }[];
}

export interface Coordinates {
  group: string;
  pca?: Plane;
  lda?: Plane;
  /** More principal components of the first words of `pca`. */
  components?: { explained: number[]; words: number[][] };
}

export interface WordDelays extends StateName {
  delays: number[];
  /** How many words there are; the most frequent of them are here. */
  of: number;
  words: { word: string; count: number; norms: (number | null)[] }[];
}

/** What a remembered subspace is of; `results` is the folder of another model's. */
export interface SubspacePlace {
  class: string;
  delay: number;
  results?: string;
}

/** How alike the directions are that two places remember best. */
export interface Angle extends StateName {
  kind: "delays" | "classes" | "models";
  first: SubspacePlace;
  second: SubspacePlace;
  k: number;
  overlap: Estimate;
  /** The overlap of random directions. */
  chance: number | null;
}

export interface Difference extends StateName {
  name: string;
  first?: string;
  second?: string;
  file?: string;
  class: string;
  delays: {
    delay: number;
    relative_memory: Estimate;
    cosine: Estimate;
    k: number;
    /** What a random direction would have. */
    chance?: { relative_memory: number | null; cosine: number | null };
  }[];
}

export interface Used {
  class: string;
  group: string;
  delays: { delay: number; count: number; mean_norm: Estimate; norm_of_mean: Estimate }[];
}

export interface Timescales {
  layer: number;
  gate: string;
  units: { unit: number; mean_log: Estimate; timescale: Estimate }[];
  quantiles?: { share: number; timescale: number | null }[];
}

export interface Validity extends StateName {
  class: string;
  delays: {
    delay: number;
    count: number;
    relative_error: Estimate;
    cosine: Estimate;
    norm_ratio: Estimate;
  }[];
}

/** sentences.json, which the page carries beside summary.json. */
export interface Sentences {
  max_delay: number;
  /** How many sentences the text has, and how many of them are here. */
  of: number;
  taken: number;
  states: StateName[];
  sentences: Sentence[];
}

export interface Sentence {
  /** Of its first word in the text; null of one that was typed. */
  position: number | null;
  words: string[];
  /** [state][word][delay] */
  norms: number[][][];
}

export interface Training {
  epochs: {
    epoch: number;
    learning_rate: number | null;
    train_perplexity: number | null;
    valid_perplexity: number | null;
  }[];
  best: number | null;
  test_perplexity?: number | null;
  /** Those that were analysed. */
  weights?: "last" | "best";
  configuration?: Record<string, string>;
}

export interface Reproduce {
  commands: string[];
  version: string;
  seed: number;
  threads: number;
  machine: string;
  compiler: string;
  build?: string;
  kernels?: string;
}

export interface Results {
  format: string;
  version: number;
  program: string;
  run: Record<string, string | number | boolean | null>;
  blocks: number;
  sample: number;
  whitening: { condition: number | null; failure?: string; kind?: string };
  states: StateResult[];
  probe?: Probe[];
  coordinates?: Coordinates;
  word_delays?: WordDelays[];
  differences?: Difference[];
  angles?: Angle[];
  used?: Used[];
  used_comparisons?: Comparison[];
  timescales?: Timescales[];
  validity?: Validity[];
  sentences?: Sentences;
  training?: Training;
  reproduce?: Reproduce;
}

export function sameState(a: StateName, b: StateName): boolean {
  return a.state === b.state && a.layer === b.layer;
}

/** A measure of a delay; undefined where it was not computed. */
export function measureOf(delay: DelayResult, measure: string): Estimate | undefined {
  const found = delay[measure];
  return typeof found === "object" ? found : undefined;
}

export function memoryOf(ofClass: ClassResult, measure: string): Memory | undefined {
  return ofClass.memory.find((memory) => memory.measure === measure);
}

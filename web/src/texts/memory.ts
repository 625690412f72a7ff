// SPDX-License-Identifier: MIT
//
// What is remembered, and for how long, in words.
import { formatError, formatLike, formatWords, formatWordsWithin } from "../format.js";
import { memoryOf, type ClassResult, type Fit, type Memory, type StateName } from "../results.js";
import { list, number, strong, term, type Rich } from "../rich.js";
import { reachOfMemory, withInterval } from "./claims.js";

function words(value: number): Rich {
  return [number(value, formatWords(value)), value === 1 ? " word" : " words"];
}

/** The sentence that the whole analysis comes to. */
export function headline(all: ClassResult, state: StateName): Rich {
  const memory = memoryOf(all, "raw_leading_cross_validated");
  const reached = reachOfMemory(all.delays);
  if (!reached) {
    return [
      `What the ${state.state} state keeps of a word cannot be told from chance, even of the word read last: `,
      "the text is too short, or the words have too little in common.",
    ];
  }
  const far: Rich = reached.open
    ? ["at every delay that was looked at, up to ", number(reached.last), " words back"]
    : reached.last === 0
      ? ["only of the word that was read last"]
      : ["up to ", ...words(reached.last), " back"];
  const holds: Rich = [`The ${state.state} state surely holds something of a word `, ...far];
  if (typeof memory?.half !== "number") {
    return [...holds, "; what words have in common in it has not fallen to half within the delays that were looked at."];
  }
  const [half = "", ...interval] = withInterval(memory.half_life, formatWordsWithin(memory.half_life));
  return [...holds, "; half of what words have in common in it is gone after ", strong(half, " words"), ...interval, "."];
}

/** When a measure has fallen to a half, a tenth, a hundredth. */
export function horizons(memory: Memory, subject: Rich): Rich {
  const steps: [Rich, number | null][] = [
    [["half"], memory.half],
    [["a tenth"], memory.tenth],
    [["a hundredth"], memory.hundredth],
  ];
  const reached = steps.filter(([, after]) => after !== null);
  const start: Rich =
    memory.from === 0 ? [] : [", counted from delay ", number(memory.from), " where it is largest,"];
  if (reached.length === 0) {
    return [...subject, ...start, " does not fall to half within the delays that were looked at."];
  }
  const parts = reached.map(([share, after], i): Rich => [
    ...(i === 0 ? ["falls to "] : []),
    ...share,
    " after ",
    ...(after === null ? [] : words(after)),
  ]);
  const missing = steps.find(([, after]) => after === null);
  const rest: Rich = missing ? ["; to ", ...missing[0], " it does not fall within the delays looked at"] : [];
  return [...subject, ...start, " ", ...list(parts), ...rest, "."];
}

const kLaws: Record<string, string> = {
  exponential: "an exponential",
  power: "a power law",
  "stretched exponential": "a stretched exponential",
  "two exponentials": "a sum of two exponentials",
};
const kFormulas: Record<string, string> = {
  exponential: "a·e^(−d/τ)",
  power: "a·(1 + d)^(−p)",
  "stretched exponential": "a·e^(−(d/τ)^β)",
  "two exponentials": "a₁·e^(−d/τ₁) + a₂·e^(−d/τ₂)",
};
const kSymbols: Record<string, string> = {
  tau: "τ",
  tau1: "τ₁",
  tau2: "τ₂",
  a1: "a₁",
  a2: "a₂",
  beta: "β",
};

/** An error so many times its value says that any value would do. */
const kUndetermined = 10;

function parameter(name: string, fit: Fit): Rich {
  const found = fit.parameters[name];
  if (typeof found?.estimate !== "number") return [];
  const unit = name.startsWith("tau") ? " words" : "";
  if (typeof found.error === "number" && found.error > kUndetermined * Math.abs(found.estimate)) {
    return [`${kSymbols[name] ?? name} undetermined`];
  }
  const { estimate, error } = found;
  const known = typeof error === "number" && error > 0;
  return [
    `${kSymbols[name] ?? name} = `,
    number(estimate, known ? formatLike(estimate, error) : undefined),
    ...(known ? [" ± ", number(error, formatError(error))] : []),
    unit,
  ];
}

/** By which law a measure falls, with what speaks against it. */
export function lawOfDecay(memory: Memory): Rich {
  const fit = memory.fits.find(({ law }) => law === memory.law);
  if (!fit) return ["No ", term("law of decay"), " could be fitted: there are too few delays with error bars."];
  const parameters = Object.keys(fit.parameters)
    .map((name) => parameter(name, fit))
    .filter((rich) => rich.length > 0);
  const text: Rich = [
    "Of the ",
    term("law of decay", "laws of decay"),
    ` that were tried, ${kLaws[fit.law] ?? fit.law} describes the fall of the `,
    term("leading value"),
    ` best: ${kFormulas[fit.law] ?? ""}, at delay d, with `,
    ...list(parameters),
    ".",
  ];
  if (fit.chi_squared !== null && fit.chi_squared > 2 * fit.degrees_of_freedom) {
    text.push(
      " It does not fit within the error bars, though (",
      term("χ²"),
      " = ",
      number(fit.chi_squared),
      " for ",
      number(fit.degrees_of_freedom),
      " degrees of freedom): take its parameters as a rough description.",
    );
  }
  return text;
}

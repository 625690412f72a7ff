// SPDX-License-Identifier: MIT
//
// Numbers for people. Nothing here changes a number but its number of digits.

const kMinus = "\u2212";
const kThin = "\u202f";

function withMinus(text: string): string {
  return text.replace(/^-/, kMinus);
}

/** Thousands apart: 12 345. */
export function formatCount(value: number): string {
  const digits = String(Math.abs(value));
  const grouped = digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, kThin) : digits;
  return value < 0 ? kMinus + grouped : grouped;
}

/** Three significant digits or as many as asked for; powers of ten where zeros would have to be counted. */
export function formatNumber(value: number, significant = 3): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return formatCount(value);
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [digits, power] = value.toExponential(significant - 1).split("e");
    const trimmed = digits?.replace(/\.?0+$/, "") ?? "";
    return `${withMinus(trimmed)}·10${superscript(Number(power))}`;
  }
  if (size >= 100) return withMinus(value.toFixed(0));
  return withMinus(value.toPrecision(significant));
}

function superscript(power: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return [...String(power)].map((c) => (c === "-" ? "⁻" : digits[Number(c)])).join("");
}

/** A standard error: more than two digits of it mean nothing. */
export function formatError(value: number): string {
  return formatNumber(value, 2);
}

/** With as many decimals as its error has (formatError). */
export function formatLike(value: number, error: number): string {
  const decimals = 1 - Math.floor(Math.log10(error));
  return Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5 ? formatNumber(value) : withMinus(value.toFixed(Math.min(Math.max(decimals, 0), 6)));
}

/** A number of words, such as a half-life: one digit after the point below 100. */
export function formatWords(value: number): string {
  if (Number.isInteger(value)) return formatCount(value);
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

/** Words with as many decimals as tell the ends of an interval apart. */
export function formatWordsWithin(found: { low: number | null; high: number | null } | undefined): (value: number) => string {
  const width = ((found?.high ?? NaN) - (found?.low ?? NaN)) / 2;
  if (!(width > 0 && width < 0.1)) return formatWords;
  return (value) => value.toFixed(Math.min(-Math.floor(Math.log10(width)), 6));
}

/** A share as per cent. */
export function formatShare(value: number): string {
  const percent = 100 * value;
  const digits = Math.abs(percent) >= 99.95 || percent === 0 ? 0 : Math.abs(percent) < 10 ? 1 : 0;
  return `${withMinus(percent.toFixed(digits))}${kThin}%`;
}

/** A difference of shares in percentage points, without the unit. */
export function formatPoints(value: number): string {
  return withMinus((100 * value).toFixed(Math.abs(value) < 0.0995 ? 1 : 0));
}

/** A probability of a test. */
export function formatP(value: number): string {
  return value < 0.001 ? "< 0.001" : value.toFixed(3);
}

/** "cell state, layer 0" */
export function stateLabel(state: { state: string; layer: number }): string {
  return `${state.state} state, layer ${state.layer}`;
}

/** "delay 1", "delays 1 and 2", "delays 1 to 3 and 7" */
export function formatDelays(delays: number[]): string {
  const runs: [number, number][] = [];
  for (const delay of delays) {
    const last = runs[runs.length - 1];
    if (last && delay === last[1] + 1) last[1] = delay;
    else runs.push([delay, delay]);
  }
  const parts = runs.flatMap(([from, to]) =>
    from === to ? [String(from)] : to === from + 1 ? [String(from), String(to)] : [`${from} to ${to}`],
  );
  const text =
    parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
  return `${delays.length === 1 ? "delay" : "delays"} ${text}`;
}

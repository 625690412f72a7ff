// SPDX-License-Identifier: MIT
//
// What may be said of numbers with error bars. Nothing is claimed that its 95 % interval does not
// support.
import { measureOf, type DelayResult, type Estimate } from "../results.js";
import { formatNumber } from "../format.js";
import { number, type Rich } from "../rich.js";

/** Whether all of the interval lies above a value: false without an interval. */
export function surelyAbove(found: Estimate | undefined, value: number): boolean {
  return typeof found?.low === "number" && found.low > value;
}

export function surelyBelow(found: Estimate | undefined, value: number): boolean {
  return typeof found?.high === "number" && found.high < value;
}

/** Whether two intervals leave no doubt about which value is larger. */
export function surelyApart(a: Estimate | undefined, b: Estimate | undefined): boolean {
  const [lowA, highA, lowB, highB] = [a?.low, a?.high, b?.low, b?.high];
  if (typeof lowA !== "number" || typeof highA !== "number") return false;
  if (typeof lowB !== "number" || typeof highB !== "number") return false;
  return lowA > highB || highA < lowB;
}

/** 0.123 (95 % interval 0.11 to 0.14) */
export function withInterval(
  found: Estimate | undefined,
  format: (value: number) => string = formatNumber,
): Rich {
  if (typeof found?.estimate !== "number") return ["unknown"];
  const estimate = number(found.estimate, format(found.estimate));
  if (typeof found.low !== "number" || typeof found.high !== "number") {
    return [estimate, " (no error known)"];
  }
  const low = number(found.low, format(found.low));
  const high = number(found.high, format(found.high));
  return [estimate, " (", { term: "95 % interval", text: "95\u00a0% interval" }, " ", low, " to ", high, ")"];
}

export interface Reach {
  /** The last delay of the unbroken run, from the first, at which the claim holds. */
  last: number;
  /** Whether the run ends only because no more delays were looked at. */
  open: boolean;
}

/** How far a claim holds without a gap from the first delay on; undefined if not even there. */
export function reach(delays: DelayResult[], holds: (delay: DelayResult) => boolean): Reach | undefined {
  let last: number | undefined;
  for (const delay of delays) {
    if (!holds(delay)) return last === undefined ? undefined : { last, open: false };
    last = delay.delay;
  }
  return last === undefined ? undefined : { last, open: true };
}

/** How far the mean state gradient is surely more than chance, by cross-validation. */
export function reachOfMemory(delays: DelayResult[]): Reach | undefined {
  return reach(delays, (delay) => surelyAbove(measureOf(delay, "raw_leading_cross_validated"), 0));
}

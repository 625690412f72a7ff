// SPDX-License-Identifier: MIT
//
// Whether the same directions are remembered.
import { formatNumber } from "../format.js";
import type { Angle } from "../results.js";
import { number, strong, term, type Rich } from "../rich.js";
import { surelyAbove, withInterval } from "./claims.js";

/** Where random directions have more in common than this, there is no telling. */
const kCrowded = 0.7;

/** An overlap below this is next to nothing, however sure. */
const kSlight = 0.1;

/** One pair: its overlap, and whether it is more than chance. */
export function angleSentence(angle: Angle): Rich {
  const { overlap, chance } = angle;
  const text: Rich = [...places(angle), ": the ", term("overlap"), " is ", ...withInterval(overlap)];
  if (chance === null) return [...text, "."];
  text.push("; random directions have ", number(chance, formatNumber(chance)), ".");
  if (chance > kCrowded) return [...text, " Of so few dimensions most are shared whatever is remembered."];
  if (!surelyAbove(overlap, chance)) return [...text, " That they have directions in common is not sure."];
  return [...text, surelyAbove(overlap, kSlight) ? " They surely have directions in common." : " That is surely more than chance, and yet hardly anything in common."];
}

function places({ kind, first, second }: Angle): Rich {
  if (kind === "delays") return ["Delay ", strong(number(first.delay)), " and delay ", strong(number(second.delay))];
  if (kind === "classes") return [strong(first.class), " and ", strong(second.class), ", at delay ", number(first.delay)];
  return ["This model and ", strong(second.results ?? ""), ", at delay ", number(first.delay)];
}

/** The pairs that the text tells of: the delays furthest apart, then all words in every other model, at the last delay. */
export function toldOf(angles: Angle[]): Angle[] {
  const delays = angles.filter(({ kind }) => kind === "delays");
  const last = new Map<string, Angle>();
  for (const angle of angles) {
    if (angle.kind === "models" && angle.first.class === "all") last.set(angle.second.results ?? "", angle);
  }
  const furthest = delays.reduce<Angle | undefined>(
    (best, angle) =>
      best && best.second.delay - best.first.delay >= angle.second.delay - angle.first.delay ? best : angle,
    undefined,
  );
  return [...(furthest ? [furthest] : []), ...last.values()];
}

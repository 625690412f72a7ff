// SPDX-License-Identifier: MIT
//
// Words in a plane, neighbours side by side: UMAP (McInnes, Healy and Melville 2018).
import { UMAP } from "umap-js";

const kEpochs = 300;

/** Numbers in [0, 1) that are the same every time: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Point = [number, number];
type Progress = (share: number) => void;

/** What is under way or done, by the vectors. */
const arrangements = new WeakMap<number[][], { points: Promise<Point[]>; heard: Set<Progress> }>();

/** A point for each vector, computed once however often it is asked for, unless it failed. */
export function arranged(vectors: number[][], onProgress: Progress): Promise<Point[]> {
  const known = arrangements.get(vectors);
  if (known) {
    known.heard.add(onProgress);
    return known.points;
  }
  const heard = new Set([onProgress]);
  const points = arrange(vectors, (share) => heard.forEach((hear) => hear(share)));
  arrangements.set(vectors, { points, heard });
  points.catch(() => arrangements.delete(vectors));
  return points;
}

/** The page stays usable meanwhile. */
async function arrange(vectors: number[][], onProgress: Progress): Promise<Point[]> {
  onProgress(0);
  // Lets the browser show that something has begun.
  await new Promise((resolve) => setTimeout(resolve));
  const umap = new UMAP({
    nComponents: 2,
    nEpochs: kEpochs,
    nNeighbors: Math.min(15, vectors.length - 1),
    random: randomNumbers(1),
  });
  const points = await umap.fitAsync(vectors, (epoch) => {
    if (epoch % 10 === 0) onProgress(epoch / kEpochs);
  });
  return points.map(([x, y]) => [x ?? 0, y ?? 0]);
}

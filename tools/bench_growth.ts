/**
 * `deno task bench:growth`: seconds and peak memory of a GRPO step against completion length, group size
 * and layers, on a small Llama made for it, on the tensorflow engine. Every shape has a process of its own,
 * so that its peak is its own. Writes docs/cost_growth.json and docs/cost_growth.svg.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./bench_peers/alternate.ts";
import { measureAlone } from "./bench_peers/measure_lock.ts";
import { startWorker } from "./bench_peers/worker.ts";
import { drawGrowth, type GrowthSeries } from "./bench_growth/draw_growth.ts";
import {
  type Axis,
  AXIS_KEYS,
  fitGrowth,
  type GrowthPoint,
  type GrowthShape,
  growthShapes,
} from "./bench_growth/points.ts";

const DOCS = fileURLToPath(new URL("../docs", import.meta.url));
const WORKER = fileURLToPath(new URL("./bench_growth/growth_worker.ts", import.meta.url));

/** Rounds of each shape that count, after one that does not. */
const ROUNDS = 3;
/** Attention alone grows with the square of the length; nothing else may. */
const NEAR_LINEAR = 1.2;

async function measurePoint(shape: GrowthShape): Promise<Omit<GrowthPoint, "axis">> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, JSON.stringify(shape));
  const worker = await startWorker(Deno.execPath(), ["run", "-A", WORKER, path]);
  try {
    await worker.round();
    const seconds: number[] = [];
    let peakBytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const answer = await worker.round();
      seconds.push(answer.seconds);
      peakBytes = answer.peakBytes;
    }
    return { ...shape, seconds: median(seconds), peakBytes };
  } finally {
    await worker.close();
    await Deno.remove(path);
  }
}

async function measurePoints(): Promise<GrowthPoint[]> {
  // The axes share a shape, which is measured once.
  const known = new Map<string, Omit<GrowthPoint, "axis">>();
  const points: GrowthPoint[] = [];
  for (const { axis, ...shape } of growthShapes()) {
    const key = JSON.stringify(shape);
    const point = known.get(key) ?? await measurePoint(shape);
    known.set(key, point);
    points.push({ ...point, axis });
    console.error(
      `${axis} ${shape[AXIS_KEYS[axis]]}: ${point.seconds.toFixed(2)} s, ` +
        `${(point.peakBytes / 2 ** 30).toFixed(2)} GiB`,
    );
  }
  return points;
}

function fitSeries(points: readonly GrowthPoint[]): GrowthSeries[] {
  const axes = Object.keys(AXIS_KEYS) as Axis[];
  return (["seconds", "GiB"] as const).flatMap((cost) =>
    axes.map((axis) => {
      const own = points.filter((point) => point.axis === axis);
      const growth = fitGrowth(
        own.map((point) => point[AXIS_KEYS[axis]]),
        own.map((point) => cost === "seconds" ? point.seconds : point.peakBytes),
      );
      return { axis, cost, growth };
    })
  );
}

async function main(): Promise<number> {
  const points = await measureAlone(measurePoints);
  const series = fitSeries(points);
  await Deno.mkdir(DOCS, { recursive: true });
  await Deno.writeTextFile(
    join(DOCS, "cost_growth.json"),
    JSON.stringify(
      { cores: navigator.hardwareConcurrency, rounds: ROUNDS, points, series },
      null,
      2,
    ) +
      "\n",
  );
  await Deno.writeTextFile(join(DOCS, "cost_growth.svg"), await drawGrowth(points, series));
  for (const { axis, cost, growth } of series) {
    const reaches = growth.lastExponent <= NEAR_LINEAR;
    console.log(
      `${cost.padEnd(7)} by ${axis.padEnd(17)} exponent ${
        growth.exponent.toFixed(2)
      }, of the last ` +
        `doubling ${growth.lastExponent.toFixed(2)}  at most ${NEAR_LINEAR}  ` +
        (reaches ? "reaches" : "MISSES"),
    );
  }
  return series.every(({ growth }) => growth.lastExponent <= NEAR_LINEAR) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());

/** How every benchmark says what it measured: one JSON object a line, with the machine beside the figure. */
import { cpus, totalmem } from 'node:os'

export interface Figure {
  readonly bench: string
  readonly value: number
  readonly unit: string
  /** What was done, how much of it, and how much at once. */
  readonly load: Readonly<Record<string, string | number | boolean>>
}

const machine = {
  cores: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}

export function report(figure: Figure): void {
  process.stdout.write(`${JSON.stringify({ ...figure, value: rounded(figure.value), machine })}\n`)
}

/** Four significant digits: more would pretend. */
const rounded = (value: number): number => Number(value.toPrecision(4))

/** The value below which the given share of the samples lies. */
export function percentile(samples: Float64Array, share: number): number {
  const sorted = samples.slice().sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Nanoseconds a call, over enough calls to fill `milliseconds`, the first tenth thrown away. */
export function nanosecondsPerCall(milliseconds: number, call: (index: number) => void): number {
  let index = 0
  const until = (limit: number): void => {
    const end = performance.now() + limit
    while (performance.now() < end) for (let burst = 0; burst < 256; burst += 1) call(index++)
  }
  until(milliseconds / 10)
  const first = index
  const start = performance.now()
  until(milliseconds)
  return ((performance.now() - start) * 1e6) / (index - first)
}

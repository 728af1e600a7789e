/** How every benchmark says what it measured: one JSON object a line, with the load and the machine beside the figure. */
import { cpus, loadavg, totalmem } from 'node:os'

export interface Figure {
  readonly bench: string
  readonly value: number
  readonly unit: string
  /** What was made of many samples: `mean`, `median of rounds`, `p50`, `p99`, … */
  readonly statistic: string
  /** What was done, how much of it, and how much at once. */
  readonly load: Readonly<Record<string, string | number | boolean>>
}

const machine = {
  cores: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}

export function report({ bench, value, unit, statistic, load }: Figure): void {
  const figure = { bench, value: rounded(value), unit, statistic, load: roundedAll(load) }
  // The load of the last minute says whether somebody else was working here too.
  const now = { ...machine, load_average: rounded(loadavg()[0] ?? 0) }
  process.stdout.write(`${JSON.stringify({ ...figure, machine: now })}\n`)
}

/** Four significant digits: more would pretend. Whole numbers are counts and stay what they are. */
const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))

const roundedAll = (load: Figure['load']): Figure['load'] =>
  Object.fromEntries(
    Object.entries(load).map(([name, value]) => [name, typeof value === 'number' ? rounded(value) : value]),
  )

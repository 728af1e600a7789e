/**
 * Sides that do the same on the same machine, in turn, so that noise meets them alike. `sustained` counts the time until
 * our tables have followed as well; the peer has nothing left to do when it has answered.
 */
import type { Options } from './benchmark.js'
import { closedLoop, type LoopOptions } from './closed-loop.js'
import { microsecondsOf } from './processor.js'
import { report } from './report.js'
import { median } from './statistics.js'
import { closeAll, secondsOf } from './transfers.js'

const SLICES = 5

export interface Side {
  readonly loop: Omit<LoopOptions, 'milliseconds'>
  /** What is left to do when all is answered. */
  readonly drain?: () => Promise<unknown>
  /** Processes that it needs, beside this one and those of PostgreSQL. */
  readonly processes?: readonly number[]
}

export interface Contest {
  readonly name: string
  readonly load: Readonly<Record<string, string | number>>
  /** Over HTTP with all that a request takes. */
  readonly ours: Side
  /** The engine host in this process, without HTTP. */
  readonly host: Side
  /** Called over its own protocol, with nothing in between: the better way of having as many in flight counts. */
  readonly theirs: readonly Side[]
  /** Behind a service over HTTP. */
  readonly theirService: Side
  /** Microseconds that PostgreSQL has taken so far. */
  readonly postgres: (() => number) | null
}

interface Measured {
  readonly rates: number[]
  readonly sustained: number[]
  /** Microseconds of the processor for a transfer, all processes together. */
  readonly processor: number[]
}

export async function compare(contest: Contest, options: Options): Promise<void> {
  const { ours, host, theirs, theirService, postgres } = contest
  const milliseconds = (secondsOf(options) * 1_000) / SLICES
  const measured = await measure(contest, milliseconds)
  for (const { loop } of measured.keys()) closeAll(loop.channels)
  const of = (side: Side, what: keyof Measured): number => median(measured.get(side)?.[what] ?? [])
  const figure = (what: string, value: number, unit: string): void =>
    reportFigure(contest, milliseconds, { what, value, unit })
  const direct = Math.max(...theirs.map((side) => of(side, 'rates')))
  const service = of(theirService, 'rates')
  for (const [name, side] of [
    ['', ours],
    ['host_', host],
  ] as const) {
    figure(`${name}rate`, of(side, 'rates'), RATE)
    figure(`${name}sustained`, of(side, 'sustained'), RATE)
  }
  figure('peer_rate', direct, RATE)
  figure('peer_service_rate', service, RATE)
  for (const [name, side, peer, unit] of [
    ['', ours, direct, 'ours over HTTP to the function called directly'],
    ['host_', host, direct, 'our engine host to the function, both called directly'],
    ['service_', ours, service, 'ours to the function behind a service, both over HTTP'],
  ] as const) {
    figure(`${name}ratio`, of(side, 'rates') / peer, unit)
    figure(`${name}sustained_ratio`, of(side, 'sustained') / peer, unit)
  }
  if (postgres === null) return
  figure('processor', of(ours, 'processor'), PROCESSOR)
  figure('host_processor', of(host, 'processor'), PROCESSOR)
  figure('peer_processor', Math.min(...theirs.map((side) => of(side, 'processor'))), PROCESSOR)
  figure('peer_service_processor', of(theirService, 'processor'), PROCESSOR)
}

async function measure(contest: Contest, milliseconds: number): Promise<ReadonlyMap<Side, Measured>> {
  const { ours, host, theirs, theirService } = contest
  const measured = new Map<Side, Measured>()
  for (const side of [ours, host, ...theirs, theirService])
    measured.set(side, { rates: [], sustained: [], processor: [] })
  // The first rounds warm up: a compiler that watches what runs often needs some seconds.
  const warm = Math.ceil(WARM_MILLISECONDS / milliseconds)
  for (let round = 0; round < warm + SLICES; round += 1)
    for (const [side, { rates, sustained, processor }] of measured) {
      const [start, taken] = [performance.now(), takenBy(side, contest)]
      const { done, seconds } = await closedLoop({ ...side.loop, milliseconds })
      await side.drain?.()
      if (round < warm) continue
      rates.push(done / seconds)
      sustained.push((done * 1_000) / (performance.now() - start))
      processor.push((takenBy(side, contest) - taken) / done)
    }
  return measured
}

/** Microseconds so far. */
const takenBy = ({ processes = [] }: Side, { postgres }: Contest): number => {
  const { user, system } = process.cpuUsage()
  const others = processes.reduce((sum, pid) => sum + microsecondsOf(pid), 0)
  return user + system + others + (postgres?.() ?? 0)
}

const PROCESSOR = 'us/transfer, all processes, tables included'
const RATE = 'transfers/s'
const WARM_MILLISECONDS = 3_000

function reportFigure(
  { name, load }: Contest,
  milliseconds: number,
  { what, value, unit }: { readonly what: string; readonly value: number; readonly unit: string },
): void {
  const flushed = { store: 'postgres', durable: 'fsync, synchronous_commit on' }
  report({
    bench: `transfers.postgres.${name}.${what}`,
    value,
    unit,
    statistic: 'median of slices in turn',
    load: { ...load, slices: SLICES, slice_ms: milliseconds, ...flushed },
  })
}

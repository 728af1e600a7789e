/**
 * Ours and the peers on PostgreSQL, measured in turn. `sustained` counts the time until our tables have followed as well;
 * the peer has nothing left to do when it has answered.
 */
import type { Options } from './benchmark.js'
import { type Medians, measureInTurn, type Side, SLICES } from './in-turn.js'
import { microsecondsOf } from './processor.js'
import { report } from './report.js'
import { closeAll, secondsOf } from './transfers.js'

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

export async function compare(contest: Contest, options: Options): Promise<void> {
  const { ours, host, theirs, theirService, postgres } = contest
  const milliseconds = (secondsOf(options) * 1_000) / SLICES
  const sides = [ours, host, ...theirs, theirService]
  const takenBy = (side: Side): number => takenWith(side, contest)
  const of: Medians = await measureInTurn({ sides, milliseconds, takenBy })
  for (const { loop } of sides) closeAll(loop.channels)
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

/** Microseconds so far. */
const takenWith = ({ processes = [] }: Side, { postgres }: Contest): number => {
  const { user, system } = process.cpuUsage()
  const others = processes.reduce((sum, pid) => sum + microsecondsOf(pid), 0)
  return user + system + others + (postgres?.() ?? 0)
}

const PROCESSOR = 'us/transfer, all processes, tables included'
const RATE = 'transfers/s'

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

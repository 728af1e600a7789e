/** Channels of what becomes of instruments: their states, new ones, and which indexes are locked. */
import { type Event, toMilliseconds } from '@stemma/core'
import type { Opened, Opening } from './channel.js'
import { contractShown } from './instrument-methods.js'
import type { Contract } from './instruments.js'
import { Ordered } from './pace.js'
import { lockedIndexes } from './server-methods.js'
import { followAll } from './watching.js'
import { contractOf, isWhich, kindAndCurrency } from './which.js'

/** States by the words of the event that comes as they begin. */
const STATES: Readonly<Record<string, string>> = {
  pending: 'created',
  preopen: 'created',
  open: 'started',
  auction: 'started',
  suspended: 'deactivated',
  halted: 'deactivated',
  closed: 'closed',
  expired: 'settled',
  terminated: 'terminated',
}

const isOfInstruments = ({ kind }: Event): boolean =>
  kind === 'instrument.created' || kind === 'instrument.state_changed' || kind === 'instrument.settled'

export async function openInstrumentChannel(
  opening: Opening,
  [head, ...rest]: readonly string[],
): Promise<Opened> {
  const which = rest.length === 2 ? kindAndCurrency(rest) : null
  if (which === null || (head !== 'state' && head !== 'creation')) return null
  const show = (event: Event, contract: Contract): void => {
    if (head === 'state') opening.tell(stateTold(event, contract))
    else if (event.kind === 'instrument.created') opening.tell(contractShown(contract))
  }
  const shown = new Ordered(opening.fail, async (event: Event) => {
    const contract = await contractOf(opening.services, String(event.data.symbol))
    if (contract !== null && isWhich(which, contract)) show(event, contract)
  })
  return followAll(opening, isOfInstruments, (event) => shown.add(event))
}

function stateTold({ kind, data, time }: Event, { symbol }: Contract): Readonly<Record<string, unknown>> {
  const state = kind === 'instrument.settled' ? 'settled' : (STATES[String(data.state)] ?? 'closed')
  return { instrument_name: symbol, state, timestamp: toMilliseconds(time) }
}

/** Which indexes are locked: at once those that are, and then every change. */
export async function openPlatformState(opening: Opening, rest: readonly string[]): Promise<Opened> {
  if (rest.length > 0) return null
  const { services, tell, fail } = opening
  let locked: ReadonlySet<string> = new Set()
  const shown = new Ordered<null>(fail, async () => {
    const now = new Set((await lockedIndexes(services)).locked)
    for (const index of now) if (!locked.has(index)) tell({ price_index: index, locked: true })
    for (const index of locked) if (!now.has(index)) tell({ price_index: index, locked: false })
    locked = now
  })
  shown.add(null)
  return followAll(opening, isOfInstruments, () => shown.add(null))
}

/**
 * Instruments as a request names them. They are no secret of an account: whoever may trade, see positions or see prices
 * under the venue's scope of the method may know what an instrument is, so once that scope was proved the server reads
 * them itself.
 */
import type { InstrumentId, InstrumentView } from '@stemma/core'
import type { InstrumentUnits } from '../../host/market-view.js'
import type { Call } from './call.js'
import { answered, symbolNotFound } from './errors.js'
import { Scales } from './trading/scales.js'

const SERVER = { kind: 'system' } as const

export interface Listed {
  readonly view: InstrumentView
  readonly scales: Scales
  readonly units: InstrumentUnits
}

/** What an order has to know of its instrument. */
export interface Counted {
  readonly id: InstrumentId
  readonly quantityScale: number
  readonly scales: Scales
}

/** The units of the instrument of that symbol. They never change, so no read has to wait for them. */
export function findUnits({ host }: Pick<Call, 'host'>, symbol: string): Counted {
  const units = host.unitsOf(symbol)
  if (units === null) throw symbolNotFound()
  const { id, currency, terms } = units
  const { tick, quantityScale, multiplier } = terms
  const scales = new Scales({ tick, quantityScale, multiplier, currency })
  return { id: id as InstrumentId, quantityScale, scales }
}

/** The instrument of that symbol; one that nobody lists is 404. */
export async function findInstrument({ host }: Pick<Call, 'host'>, symbol: string): Promise<Listed> {
  const input = { instrument: null, symbol }
  const answer = await host.read<InstrumentView>('instruments.get', SERVER, input)
  if (answer.kind === 'refused') throw symbolNotFound()
  return listed(host, answer.result)
}

function listed(host: Call['host'], view: InstrumentView): Listed {
  const units = host.unitsOf(view.id)
  if (units === null) throw new Error(`expected the units of instrument ${view.id}`)
  return { view, scales: new Scales(view), units }
}

/** Instruments by our id, each read once for a call. */
export class Instruments {
  private readonly known = new Map<number, Promise<Listed>>()

  constructor(private readonly host: Call['host']) {}

  of(instrument: unknown): Promise<Listed> {
    const id = Number(instrument)
    const known = this.known.get(id) ?? this.read(id as InstrumentId)
    this.known.set(id, known)
    return known
  }

  private async read(instrument: InstrumentId): Promise<Listed> {
    const input = { instrument, symbol: null }
    const view = answered(await this.host.read<InstrumentView>('instruments.get', SERVER, input))
    return listed(this.host, view)
  }
}

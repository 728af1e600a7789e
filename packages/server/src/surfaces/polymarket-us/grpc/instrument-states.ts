/** The instruments as they are, in pages, and then each as it changes. */
import type { Event, InstrumentId, InstrumentView } from '@stemma/core'
import type { StreamPlan } from '../../../grpc/index.js'
import { BEHIND_ALL } from '../../../grpc/index.js'
import type { Call } from '../call.js'
import { answered, invalid } from '../errors.js'
import type { Fields } from '../fields.js'
import { findInstrument, Instruments } from '../instruments.js'
import { instrumentShown } from '../reference/instrument-object.js'
import { SCOPE } from '../reference/instruments.js'
import {
  type CreateInstrumentStateChangeSubscriptionResponse,
  CreateInstrumentStateChangeSubscriptionResponseSchema,
} from './generated/polymarket/v1/dropcopy_pb.js'
import { messageOf } from './messages.js'
import { tokenOf } from './resume-tokens.js'

type Message = CreateInstrumentStateChangeSubscriptionResponse

const PAGE = 250
const SYMBOLS_MAX = 1_000

const EVERYTHING = { kind: null, states: null, event: null, search: null }

interface Page {
  readonly sequence: number
  readonly items: readonly InstrumentView[]
  readonly next: InstrumentId | null
}

export async function instrumentStates(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  const { host, actor } = call
  answered(await host.authorize(actor, SCOPE, []))
  const symbols = new Set(fields.texts('symbols'))
  if (symbols.size > SYMBOLS_MAX) throw invalid(`at most ${SYMBOLS_MAX} symbols per subscription`)
  for (const symbol of symbols) await findInstrument(call, symbol)
  const message = (place: { sequence: number; index: number }, views: readonly InstrumentView[]): Message =>
    messageOf(CreateInstrumentStateChangeSubscriptionResponseSchema, {
      resumeToken: tokenOf(place),
      instruments: views.map(instrumentShown),
    })
  const page = async (after: InstrumentId | null): Promise<Page> => {
    const given = { symbols: symbols.size === 0 ? null : [...symbols], after, limit: PAGE }
    const input = { ...EVERYTHING, ...given }
    const answer = await host.read<Omit<Page, 'sequence'>>('instruments.list', actor, input)
    return { ...answered(answer), sequence: answer.kind === 'answer' ? answer.sequence : 0 }
  }
  /** What changed while later pages were read comes again behind them. */
  async function* first(): AsyncGenerator<Message, number> {
    let read = await page(null)
    const begun = read.sequence
    for (;;) {
      yield message({ sequence: begun, index: BEHIND_ALL }, read.items)
      if (read.next === null) return begun
      read = await page(read.next)
    }
  }
  return {
    scope: SCOPE,
    needs: [],
    matches: ({ kind, data }) =>
      kind.startsWith('instrument.') && (symbols.size === 0 || symbols.has(String(data.symbol))),
    after: null,
    first,
    joins: () => true,
    render: async (events, seen) =>
      message(seen, await Promise.all(events.map((event) => asOf(call, event)))),
    heartbeat: (seen) => message(seen, []),
  }
}

/** As the event left it; what stands beside it, such as its fees, as it is now. */
async function asOf({ host }: Call, { data }: Event): Promise<InstrumentView> {
  const { view } = await new Instruments(host).of(data.id)
  return { ...view, ...(data as object), id: view.id }
}

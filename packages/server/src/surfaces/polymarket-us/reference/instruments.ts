/** What can be traded: symbols, instruments, metadata (section 11). */
import type { InstrumentId, InstrumentView } from '@stemma/core'
import { bodyOf, type Call } from '../call.js'
import { answered } from '../errors.js'
import { Fields } from '../fields.js'
import { findInstrument } from '../instruments.js'
import { PAGE_SIZE_MAX, readPage, tokenOf } from '../pages.js'
import { FILTERS, type Matches, matcherOf, statesIn } from './filters.js'
import { instrumentShown } from './instrument-object.js'

export const SCOPE = 'instruments:read'
const PAGE_SIZE_DEFAULT = 50
const READ_MAX = 500

interface Wanted {
  readonly symbols: readonly string[] | null
  readonly states: readonly string[] | null
  readonly matches: Matches
  readonly size: number
  readonly after: InstrumentId | null
}

interface Page {
  readonly items: readonly InstrumentView[]
  readonly nextPageToken: string
  readonly eof: boolean
}

async function read({ host, actor }: Call, { symbols, states, matches, size, after }: Wanted): Promise<Page> {
  const items: InstrumentView[] = []
  for (let from = after; ; ) {
    const input = { symbols, kind: null, states, event: null, search: null, after: from, limit: READ_MAX }
    const page: { readonly items: readonly InstrumentView[]; readonly next: InstrumentId | null } = answered(
      await host.read('instruments.list', actor, input),
    )
    for (const view of page.items) {
      if (!matches(view)) continue
      if (items.length === size)
        return { items, eof: false, nextPageToken: tokenOf(['id'], { id: items.at(-1)?.id ?? null }) }
      items.push(view)
    }
    if (page.next === null) return { items, eof: true, nextPageToken: '' }
    from = page.next
  }
}

function pageIn(fields: Fields): Pick<Wanted, 'size' | 'after'> {
  const { size, after } = readPage(fields, PAGE_SIZE_DEFAULT)
  return { size, after: after === null ? null : (after[0] as InstrumentId) }
}

export async function symbols(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['pageSize', 'pageToken'])
  const size = fields.has('pageSize') ? {} : { size: PAGE_SIZE_MAX }
  const everything = { symbols: null, states: null, matches: () => true }
  const { items, nextPageToken, eof } = await read(call, { ...everything, ...pageIn(fields), ...size })
  return { symbols: items.map(({ symbol }) => symbol), nextPageToken, eof }
}

export async function instruments(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['pageSize', 'pageToken', ...FILTERS])
  const wanted = fields.texts('symbols')
  const { items, nextPageToken, eof } = await read(call, {
    symbols: wanted.length === 0 ? null : wanted,
    states: statesIn(fields),
    matches: matcherOf(fields),
    ...pageIn(fields),
  })
  return { instruments: items.map(instrumentShown), nextPageToken, eof }
}

export async function metadata(call: Call): Promise<unknown> {
  const symbol = Fields.of(bodyOf(call), ['symbol']).requiredText('symbol')
  const { view } = await findInstrument(call, symbol)
  return { symbol: view.symbol, metadata: instrumentShown(view).metadata }
}

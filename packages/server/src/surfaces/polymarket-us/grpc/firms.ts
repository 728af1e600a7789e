/** Whose drop copy a stream is: the firms that it names, or the caller's own, each with everything beneath it. */
import { type HistoryRow, type Need, type PartyId, placeInPaths } from '@stemma/core'
import type { Seen } from '../../../grpc/index.js'
import { type Call, firmOf } from '../call.js'
import { fromRefusal, GRPC, invalid, VenueError } from '../errors.js'
import type { Fields } from '../fields.js'
import { findInstrument } from '../instruments.js'
import { placeIn } from './resume-tokens.js'

const SCOPE = 'dropcopy:read'
/** Firms, and symbols, that one stream names. */
const NAMES_MAX = 1_000

export interface DropCopy {
  readonly scope: string
  readonly needs: readonly Need[]
  readonly after: Seen | null
  /** Whether a row of history, or an event's, is of the firms and the symbols. */
  isShown(row: HistoryRow): boolean
  /** The same whatever its symbol. */
  isWithin(path: unknown): boolean
}

export async function readDropCopy(call: Call, fields: Fields): Promise<DropCopy> {
  const { sequence } = await allowed(call)
  const after = await placeIn(call, fields, sequence)
  const names = namesIn(fields, 'firms')
  const parties =
    names.length === 0 ? [await firmOf(call)] : await Promise.all(names.map((name) => partyNamed(call, name)))
  const places = parties.map(placeInPaths)
  const symbols = new Set(namesIn(fields, 'symbols'))
  for (const symbol of symbols) await findInstrument(call, symbol)
  const isWithin = (path: unknown): boolean => places.some((place) => String(path).includes(place))
  return {
    scope: SCOPE,
    needs: parties.map((party) => ({ ability: 'report', target: { party } })),
    after,
    isWithin,
    isShown: ({ path, symbol }) => isWithin(path) && (symbols.size === 0 || symbols.has(String(symbol))),
  }
}

/** Who may not have a drop copy learns nothing of firms and symbols. */
async function allowed({ host, actor }: Call): Promise<{ readonly sequence: number }> {
  const answer = await host.authorize(actor, SCOPE, [])
  if (answer.kind === 'refused') throw fromRefusal(answer.refusal)
  return answer
}

function namesIn(fields: Fields, name: string): readonly string[] {
  const names = [...new Set(fields.texts(name))]
  if (names.length > NAMES_MAX) throw invalid(`at most ${NAMES_MAX} ${name} per subscription`)
  return names
}

/** `firms/F`, or `F` alone. A firm out of reach reads like one that nobody has. */
async function partyNamed({ host, actor }: Call, name: string): Promise<PartyId> {
  const input = { firm: name.replace(/^firms\//, '') }
  const answer = await host.read<{ readonly party: PartyId }>('participants.firm', actor, input)
  if (answer.kind === 'answer') return answer.result.party
  throw answer.refusal.code === 'not_visible'
    ? new VenueError(GRPC.notFound, 'firm not found')
    : fromRefusal(answer.refusal)
}

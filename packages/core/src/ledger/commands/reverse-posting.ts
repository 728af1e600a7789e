/**
 * `corrections.reverse`: a posting is undone by entries of the opposite amounts that point at it. Nothing posted is
 * ever edited or deleted. Who asks names the posting by sequence and subject; the host reads its entries from history.
 */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { command, type Id } from '../../image/index.js'
import { type Amount, type CurrencyCode, negate, ZERO } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkDescription, checkScope, needsOn } from '../checks.js'
import { entriesData, type LedgerContext } from '../ledger.js'
import type { ReversalId } from '../tables.js'

export type EntryToReverse = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
}

export type ReversePosting = {
  readonly sequence: number
  readonly subject: string
  readonly entries?: readonly EntryToReverse[]
  readonly description?: string | null
  /** Reverses even where a customer is left with less than nothing available; needs the scope funding:settle. */
  readonly allowOverdraw?: boolean
}

export const reversePosting = command({
  name: 'corrections.reverse',
  scope: 'corrections:write',
  needs: (_context: LedgerContext, { entries }: ReversePosting) =>
    // A posting that the host found no entries of is not there for anybody.
    needsOn(
      'administer',
      ...(entries === undefined ? [null] : new Set(entries.map(({ account }) => account))),
    ),
  approval: ({ hierarchy }, { entries = [] }) => {
    const [first] = entries
    if (first === undefined) return null
    return {
      kind: 'corrections',
      party: hierarchy.accounts.party.get(hierarchy.accounts.row(first.account)),
      amount: {
        currency: first.currency,
        amount: first.amount < ZERO ? negate(first.amount) : first.amount,
      },
    }
  },
  decide(context, { sequence, subject, entries = [], description = null, allowOverdraw = false }) {
    checkDescription(description)
    if (allowOverdraw) checkScope(context, 'funding:settle', 'overdrawing a customer')
    const { ledger, image, now } = context
    const original = `${sequence}:${subject}`
    if (ledger.reversalByOriginal.has(original))
      refuse('already_reversed', `the posting ${original} was reversed before`)
    const reversed = [...byCurrency(entries)].flatMap(([currency, lines]) =>
      ledger.post(currency, 'correction', lines, { mayOverdraw: allowOverdraw }),
    )
    if (reversed.length === 0) refuse('not_reversible', `the posting ${original} moved nothing`)
    ledger.reversals.insert(image.newId<ReversalId>(), { original, createdAt: now })
    const correction = image.newId<Id<'correction'>>()
    context.emit({
      kind: 'correction.reversed',
      subject: `cor_${correction}`,
      paths: [...new Set(reversed.map((entry) => entry.path))].slice(0, 2),
      data: { id: correction, reverses: original, description, entries: entriesData(reversed) },
    })
    return { correction }
  },
})

/** The opposite lines, by currency; the entries of one posting sum to zero in each. */
function byCurrency(
  entries: readonly EntryToReverse[],
): Map<CurrencyCode, { account: AccountId; amount: Amount }[]> {
  const lines = new Map<CurrencyCode, { account: AccountId; amount: Amount }[]>()
  for (const { account, currency, amount } of entries) {
    checkCurrency(currency, '/currency')
    if (amount === ZERO) continue
    const own = lines.get(currency) ?? []
    lines.set(currency, own)
    own.push({ account, amount: negate(amount) })
  }
  for (const [currency, own] of lines) {
    if (own.reduce((sum, line) => sum + line.amount, 0n) !== 0n)
      refuse('not_reversible', `the entries in ${currency} are not all of a posting`)
  }
  return lines
}

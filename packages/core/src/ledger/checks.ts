/** What the commands of the ledger ask of their input. Every limit is here and is tested at its edge and beyond. */
import { NOWHERE } from '../access/index.js'
import { type AccountId, checkCurrency } from '../hierarchy/index.js'
import { type Ability, type Id, type Instant, type Need, NO_ROW, type Row } from '../image/index.js'
import { type Amount, type CurrencyCode, LEAF_AMOUNT_MAX, ZERO } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import type { LedgerContext } from './ledger.js'

export const REFERENCE_LENGTH_MAX = 128
export const DESCRIPTION_LENGTH_MAX = 500

// Printable: no control, format, surrogate, private-use or unassigned code points, no line or paragraph separators.
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]*$/u

/** A kept currency, and an amount above zero that a leaf could hold. */
export function checkMoney(currency: CurrencyCode, amount: Amount): void {
  checkCurrency(currency, '/currency')
  if (amount <= ZERO) refuse('amount_not_positive', 'expected an amount above zero', { field: '/amount' })
  checkRange(amount)
}

export function checkRange(amount: Amount): void {
  if (amount > LEAF_AMOUNT_MAX || amount < -LEAF_AMOUNT_MAX)
    refuse('amount_out_of_range', 'no account can hold an amount of that size', { field: '/amount' })
}

export function checkReference(text: string | null, field = '/reference'): void {
  checkText(text, REFERENCE_LENGTH_MAX, field)
}

export function checkDescription(text: string | null, field = '/description'): void {
  checkText(text, DESCRIPTION_LENGTH_MAX, field)
}

/** A text that has to be there. */
export function checkLabel(text: string, lengthMax: number, field = '/label'): void {
  if (text === '') refuse('malformed', `expected 1 to ${lengthMax} printable characters`, { field })
  checkText(text, lengthMax, field)
}

export function checkExpiry(expiresAt: Instant | null, now: Instant): void {
  if (expiresAt !== null && expiresAt <= now)
    refuse('malformed', 'expected a time of expiry that is still to come', { field: '/expires_at' })
}

function checkText(text: string | null, lengthMax: number, field: string): void {
  if (text === null) return
  // A text has at most as many code points as code units, so a short one need not be taken apart.
  const isTooLong = text.length > lengthMax && [...text].length > lengthMax
  if (isTooLong || !PRINTABLE.test(text))
    refuse('malformed', `expected at most ${lengthMax} printable characters`, { field })
}

/** What only some inputs of a command need besides its own scope. */
export function checkScope({ access, doer }: LedgerContext, scope: string, why: string): void {
  if (!access.actingScopes(doer).has(scope))
    refuse('scope_missing', `${why} needs the scope ${scope}`, { data: { scope } })
}

/** The ability on each account; an account that is null is nowhere, and answered like one out of reach. */
export const needsOn = (ability: Ability, ...accounts: readonly (AccountId | null)[]): readonly Need[] =>
  accounts.map((account) => ({ ability, target: account === null ? NOWHERE : { account } }))

interface Owned<I extends Id> {
  find(id: I): Row
  readonly account: { get(row: Row): AccountId }
}

/** The account of a live row, or null where there is no such row. */
export function accountOf<I extends Id>(table: Owned<I>, id: I): AccountId | null {
  const row = table.find(id)
  return row === NO_ROW ? null : table.account.get(row)
}

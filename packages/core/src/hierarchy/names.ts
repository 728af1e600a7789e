/** Names and limits of the tree. Every limit is here, is in the reference, and is tested at its edge and beyond. */
import { canonicalText, type Plain } from '../image/index.js'
import { type CurrencyCode, findCurrency } from '../money/index.js'
import { refuse } from '../refusals/index.js'

export const NAME_LENGTH_MAX = 64
export const DISPLAY_NAME_LENGTH_MAX = 128
export const TREE_DEPTH_MAX = 32
export const SUBACCOUNTS_MAX = 1_000
/** Beyond what the setting `limits.accounts_per_party` can allow, nobody goes. */
export const ACCOUNTS_OF_PARTY_MAX = 1_000_000
export const GROUPS_OF_PARTY_MAX = 1_000
export const ACCOUNTS_OF_GROUP_MAX = 1_000
export const TEMPLATES_OF_PARTY_MAX = 200
export const BLOCKS_OF_TARGET_MAX = 100
export const REASON_LENGTH_MAX = 500
/** Characters of an account's attributes, written out. */
export const ATTRIBUTES_SIZE_MAX = 8_192
/** Records of one page of a list. */
export const PAGE_MAX = 500
export const ITEMS_OF_OPEN_MANY_MAX = 100_000
export const CLEARING_NUMBER_LENGTH_MAX = 64
export const SEALED_PERSONAL_LENGTH_MAX = 65_536

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
// Printable: no control, format, surrogate, private-use or unassigned code points, no line or paragraph separators.
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u

/** Whether a text can be read: printable characters on one line, not all blank, and not too many. */
export const isPrintable = (text: string, lengthMax: number): boolean =>
  [...text].length <= lengthMax && PRINTABLE.test(text) && text.trim() !== ''

/** A name is part of addresses on every surface: letters, digits, dot, dash, underscore; 1 to 64; never changed. */
export function checkName(name: string, field = '/name'): void {
  if (name.length > NAME_LENGTH_MAX || !NAME.test(name)) {
    refuse(
      'malformed',
      `expected a name of 1 to ${NAME_LENGTH_MAX} letters, digits, dots, dashes or underscores`,
      { field },
    )
  }
}

/** What people read: 1 to 128 printable characters, not blank. */
export function checkDisplayName(text: string, field = '/display_name'): void {
  if (!isPrintable(text, DISPLAY_NAME_LENGTH_MAX))
    refuse('malformed', `expected 1 to ${DISPLAY_NAME_LENGTH_MAX} printable characters`, { field })
}

/** Why something was done, for those who read it later: 1 to 500 printable characters. */
export function checkReason(text: string, field = '/reason'): void {
  if (!isPrintable(text, REASON_LENGTH_MAX))
    refuse('malformed', `expected a reason of 1 to ${REASON_LENGTH_MAX} printable characters`, { field })
}

export function checkClearingNumber(text: string | null): void {
  if (
    text !== null &&
    (text.length > CLEARING_NUMBER_LENGTH_MAX || !PRINTABLE.test(text) || text.trim() === '')
  )
    refuse('malformed', `expected a number of 1 to ${CLEARING_NUMBER_LENGTH_MAX} printable characters`, {
      field: '/clearing_number',
    })
}

export function checkSealedPersonal(text: string | null): void {
  if (text !== null && text.length > SEALED_PERSONAL_LENGTH_MAX)
    refuse('too_large', 'the personal fields are larger than the limit', { field: '/personal' })
}

export function checkAttributes(attributes: { readonly [key: string]: Plain }): void {
  const size = canonicalText(attributes).length
  if (size > ATTRIBUTES_SIZE_MAX)
    refuse('too_large', `expected attributes of at most ${ATTRIBUTES_SIZE_MAX} characters, were ${size}`, {
      field: '/attributes',
    })
}

export function checkCurrency(code: CurrencyCode, field = '/base_currency'): void {
  if (findCurrency(code) === undefined)
    refuse('currency_unknown', `expected a kept currency, was ${code}`, { field })
}

/** Refuses one more where an owner has as many as it may. */
export function checkCount(present: number, most: number, what: string): void {
  if (present >= most)
    refuse('limit_reached', `expected at most ${most} ${what}, there are ${present}`, {
      data: { limit: most },
    })
}

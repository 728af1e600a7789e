/** Names and limits of the tree. Every limit is here, is in the reference, and is tested at its edge and beyond. */
import { refuse } from '../refusals/index.js'

export const NAME_LENGTH_MAX = 64
export const DISPLAY_NAME_LENGTH_MAX = 128
export const TREE_DEPTH_MAX = 32
export const SUBACCOUNTS_MAX = 1_000
export const ACCOUNTS_OF_PARTY_MAX = 1_000_000

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
// Printable: no control, format, surrogate, private-use or unassigned code points, no line or paragraph separators.
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u

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
  if ([...text].length > DISPLAY_NAME_LENGTH_MAX || !PRINTABLE.test(text) || text.trim() === '') {
    refuse('malformed', `expected 1 to ${DISPLAY_NAME_LENGTH_MAX} printable characters`, { field })
  }
}

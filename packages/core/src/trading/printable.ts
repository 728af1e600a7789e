/** What an account may call its orders, quotes and groups: ASCII that can be printed, spaces included. Case counts. */
import { refuse } from '../refusals/index.js'

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

export const isPrintable = (text: string): boolean => PRINTABLE_ASCII.test(text)

/** Refuses as malformed what is empty, longer than `lengthMax`, or cannot be printed. */
export function checkPrintable(text: string, lengthMax: number, field: string): void {
  if (text.length < 1 || text.length > lengthMax || !isPrintable(text))
    refuse('malformed', `expected 1 to ${lengthMax} printable characters`, { field })
}

/**
 * Ids of orders, executions and trades on the wire: 13 characters, the number of ours in base 32 with the digits and
 * the letters that are not taken for digits (Crockford's), zeros in front. Both directions are here and nowhere else.
 */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 13
const SHOWN = new RegExp(`^[${DIGITS}]{${LENGTH}}$`)

/** `3RKX` of 13 characters; an id of ours has 53 bits, so that 11 would do. */
export function idShown(id: unknown): string {
  let left = BigInt(id as number)
  let text = ''
  for (; left > 0n; left /= 32n) text = DIGITS.charAt(Number(left % 32n)) + text
  return text.padStart(LENGTH, '0')
}

/** The number behind the text, or null where no id of ours is written so. */
export function idMeant(text: string): number | null {
  if (!SHOWN.test(text)) return null
  let id = 0n
  for (const digit of text) id = id * 32n + BigInt(DIGITS.indexOf(digit))
  return id > 0n && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : null
}

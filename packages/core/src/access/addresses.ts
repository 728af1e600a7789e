/** IP addresses and ranges: a credential that names some is only good when it comes from one of them. */

interface AddressRange {
  readonly bits: 32 | 128
  readonly address: bigint
  readonly prefix: number
}

/** `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`; null for anything else. */
export function parseAddressRange(text: string): AddressRange | null {
  const match = /^([0-9a-fA-F:.]{2,45})(?:\/(\d{1,3}))?$/.exec(text)
  const written = match?.[1]
  if (written === undefined) return null
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(written)?.[1]
  if (mapped !== undefined && match?.[2] === undefined) return parseAddressRange(mapped)
  const isWide = written.includes(':')
  const address = isWide ? parseWide(written) : parseNarrow(written)
  const bits = isWide ? 128 : 32
  const prefix = match?.[2] === undefined ? bits : Number(match[2])
  return address === null || prefix > bits ? null : { bits, address, prefix }
}

/** Whether `address` is in one of the ranges; an empty list takes any. */
export function isAddressAllowed(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0) return true
  const from = parseAddressRange(address)
  if (from === null) return false
  return ranges.some((text) => {
    const range = parseAddressRange(text)
    if (range === null || range.bits !== from.bits) return false
    const rest = BigInt(range.bits - range.prefix)
    return range.address >> rest === from.address >> rest
  })
}

function parseNarrow(text: string): bigint | null {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return null
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
}

function parseWide(text: string): bigint | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

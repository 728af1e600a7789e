/** Addresses of a key's list in the venue's way: `203.0.113.8`, or a range as `203.0.113.x/24` (section 2.8). */
const OCTETS = 4
const BITS_OF_OCTET = 8

/** `x` stands for what a range leaves open; whether it is an address at all is for the core to say. */
export const addressRead = (text: string): string => (text.includes('.') ? text.replace(/\bx\b/g, '0') : text)

export function addressShown(address: string): string {
  const [written = '', prefix] = address.split('/')
  const octets = written.split('.')
  if (prefix === undefined || octets.length !== OCTETS) return address
  const fixed = Math.ceil(Number(prefix) / BITS_OF_OCTET)
  return `${octets.map((octet, place) => (place < fixed ? octet : 'x')).join('.')}/${prefix}`
}

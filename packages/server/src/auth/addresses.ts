/** Whether a request comes from an address that a credential is limited to: addresses and CIDR ranges, both families. */
import { BlockList, isIP, isIPv4 } from 'node:net'

/** `::ffff:10.0.0.1` is 10.0.0.1: a dual-stack socket shows IPv4 peers in that form. */
const plain = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6')

/** An empty list allows every address; an entry that is no address allows none. */
export function isAllowedFrom(address: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true
  const from = plain(address)
  if (isIP(from) === 0) return false
  const list = new BlockList()
  for (const entry of allowed) enter(list, entry)
  return list.check(from, familyOf(from))
}

function enter(list: BlockList, entry: string): void {
  const [network = '', bits] = entry.split('/')
  if (isIP(network) === 0) return
  if (bits === undefined) {
    list.addAddress(network, familyOf(network))
    return
  }
  const prefix = Number(bits)
  if (/^\d{1,3}$/.test(bits) && prefix <= (isIPv4(network) ? 32 : 128))
    list.addSubnet(network, prefix, familyOf(network))
}

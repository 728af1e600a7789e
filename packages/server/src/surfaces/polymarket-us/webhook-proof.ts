/**
 * The test of a webhook endpoint: one signed POST that has to be answered with 2xx. No redirects are followed, and
 * the address that the name resolves to is checked at the moment of connecting, so a name cannot point inwards.
 */
import { randomUUID } from 'node:crypto'
import { lookup } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net'
import { formatInstant, type Instant } from '@stemma/core'
import { Webhook } from 'standardwebhooks'

export interface EndpointProof {
  readonly url: string
  readonly secret: string
  readonly now: Instant
  readonly allowsPrivateAddresses: boolean
}

const TIMEOUT_MS = 5_000
const URL_LENGTH_MAX = 2_048

/** Null where the endpoint answered as it has to; otherwise why it is not taken. */
export async function proveEndpoint(proof: EndpointProof): Promise<string | null> {
  const url = URL.canParse(proof.url) && proof.url.length <= URL_LENGTH_MAX ? new URL(proof.url) : null
  if (url === null || url.username !== '' || url.password !== '') return 'expected an absolute address'
  if (url.protocol !== 'https:' && !(proof.allowsPrivateAddresses && url.protocol === 'http:'))
    return 'expected an https address'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !proof.allowsPrivateAddresses && isPrivate(host)) return PRIVATE
  try {
    const status = await post(url, proof)
    return status >= 200 && status < 300 ? null : `expected an answer of 2xx, was ${status}`
  } catch (thrown) {
    return thrown instanceof PrivateAddress ? PRIVATE : 'the endpoint could not be reached'
  }
}

const PRIVATE = 'expected a public address'
class PrivateAddress extends Error {}

function post(url: URL, { secret, now, allowsPrivateAddresses }: EndpointProof): Promise<number> {
  const id = `msg_${randomUUID()}`
  const at = new Date(Math.floor(now / 1_000))
  const body = JSON.stringify({
    event_type: 'webhook.test',
    event_id: id,
    event_time: formatInstant(now),
    data: {},
  })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const options = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }
  const guarded = allowsPrivateAddresses ? options : { ...options, lookup: publicOnly }
  return new Promise((resolve, reject) => {
    const request = send(url, guarded, (response: IncomingMessage) => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Resolves as usual, and fails where any address of the name is not public. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (fault, addresses) => {
    if (fault !== null) return callback(fault, '', 0)
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivate(address)))
      return callback(new PrivateAddress(), '', 0)
    const [first] = addresses
    if (options.all === true) return callback(null, addresses)
    callback(null, first?.address ?? '', first?.family ?? 4)
  })
}

const NOT_PUBLIC = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, 'ipv4')
// Only 2000::/3 is given out to the public; of that, 6to4, Teredo and documentation lead elsewhere.
const PUBLIC_V6 = new BlockList()
PUBLIC_V6.addSubnet('2000::', 3, 'ipv6')
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, 'ipv6')

export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  if (isIPv4(mapped)) return NOT_PUBLIC.check(mapped, 'ipv4')
  return !PUBLIC_V6.check(mapped, 'ipv6') || NOT_PUBLIC.check(mapped, 'ipv6')
}

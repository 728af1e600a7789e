/**
 * Requests to the outside: webhooks and their registration. They go to public addresses only, unless the process is told
 * otherwise; the name is looked up once and the connection made to the address that was judged, so that a second
 * look-up cannot lead inside. Redirects are not followed.
 */
import { lookup } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP } from 'node:net'

export interface OutboundAnswer {
  readonly status: number
}

export interface Outbound {
  /** Posts JSON; rejects with a sentence when no answer can be had. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<OutboundAnswer>
}

const TIMEOUT_MILLISECONDS = 10_000

/** Addresses that are not the public internet: loopback, link-local, private, shared, documentation, multicast, reserved. */
const INSIDE = new BlockList()
for (const [address, prefix] of [
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
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INSIDE.addSubnet(address, prefix, 'ipv4')
for (const [address, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  INSIDE.addSubnet(address, prefix, 'ipv6')

export function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  const family = isIP(mapped)
  if (family === 0) return true
  return INSIDE.check(mapped, family === 4 ? 'ipv4' : 'ipv6')
}

export interface OutboundOptions {
  readonly mayReachPrivateAddresses: boolean
  /** For the whole exchange: an answer that trickles in does not prolong it. */
  readonly timeoutMilliseconds?: number
}

export function makeOutbound({
  mayReachPrivateAddresses,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
}: OutboundOptions): Outbound {
  const isForbidden = (address: string): boolean => !mayReachPrivateAddresses && isInside(address)
  return {
    post: (url, headers, body) => post(new URL(url), headers, body, isForbidden, timeoutMilliseconds),
  }
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  isForbidden: (address: string) => boolean,
  timeoutMilliseconds: number,
): Promise<OutboundAnswer> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return Promise.reject(new Error('expected an http or https address'))
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && isForbidden(literal))
    return Promise.reject(new Error('the address is not public'))
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'stemma',
        ...headers,
      },
      lookup: (name, lookupOptions, done) =>
        lookup(name, { ...lookupOptions, all: true }, (error, addresses) => {
          if (error !== null) done(error, '', 0)
          else if (addresses.some(({ address }) => isForbidden(address)))
            done(new Error('the address is not public'), '', 0)
          else if (lookupOptions.all === true) done(null, addresses)
          else done(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0)
        }),
    })
    const late = new Error(`no answer within ${timeoutMilliseconds / 1_000} s`)
    const deadline = setTimeout(() => {
      reject(late)
      outgoing.destroy(late)
    }, timeoutMilliseconds)
    outgoing.on('close', () => clearTimeout(deadline))
    outgoing.on('error', reject)
    outgoing.on('response', (answer) => {
      answer.resume()
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0 }))
      answer.on('error', reject)
    })
    outgoing.end(body)
  })
}

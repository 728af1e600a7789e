/**
 * Who a request comes from: a token, or the id of a key with its secret or with a signature (sections 2.2 to 2.4). What
 * the caller may do is read anew for every request.
 */
import { hash } from 'node:crypto'
import { type AccountOfKey, fromMilliseconds } from '@stemma/core'
import { apiKeyOf, isApiKey, type SignatureScheme } from '../../auth/index.js'
import type { Authenticated, Services } from '../../services.js'
import { unauthorized } from './errors.js'
import { Replays } from './replays.js'

export const SURFACE = 'deribit' as const

export interface Caller extends AccountOfKey {
  readonly authenticated: Authenticated
  readonly isMain: boolean
}

/** What a token says of itself: what it is for, how long it lives, and from where it may be used. */
export interface TokenUse {
  readonly kind: 'access' | 'refresh'
  /** `connection`, or `session:` and a name. */
  readonly life: string
  readonly address: string | null
  /** It was exchanged for a scope of its own: it has nothing of what is the main account's alone (section 2.5). */
  readonly isNarrowed: boolean
}

export const useWritten = ({ kind, life, address, isNarrowed }: TokenUse): string =>
  `${kind} ${life} ${address ?? '*'}${isNarrowed ? ' narrowed' : ''}`

export function useRead(audience: string): TokenUse {
  const [kind, life = '', address = '*', narrowed = ''] = audience.split(' ')
  return {
    kind: kind === 'refresh' ? 'refresh' : 'access',
    life,
    address: address === '*' ? null : address,
    isNarrowed: narrowed !== '',
  }
}

/** The parts of an HTTP request that are signed. */
export interface SignedParts {
  readonly method: string
  readonly url: string
  readonly body: string
}

export interface SignatureGiven {
  readonly clientId: string
  readonly timestamp: string
  readonly signature: string
  readonly scheme: SignatureScheme | null
}

/**
 * Schemes of the header (sections 2.3 and 2.4). Those of public keys are named after the first: the venue's documents
 * name none.
 */
const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  'deri-hmac-sha256': 'hmac',
  'deri-ed25519-sha256': 'ed25519',
  'deri-rsa-sha256': 'rsa',
}

export class Authenticator {
  private readonly replays = new Replays()

  constructor(private readonly services: Services) {}

  /** By the header of an HTTP request. */
  async header(authorization: string | undefined, parts: SignedParts, address: string): Promise<Caller> {
    const [, named = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(authorization ?? '') ?? []
    const name = named.toLowerCase()
    const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
    if (scheme !== undefined) return this.callerOf(await this.signedHeader(scheme, rest, parts, address))
    switch (name) {
      case 'bearer':
        return this.token(rest, 'access', address)
      case 'basic':
        return this.callerOf(await this.basic(rest, address))
      default:
        throw unauthorized()
    }
  }

  async token(value: string, kind: TokenUse['kind'], address: string): Promise<Caller> {
    if (isApiKey(value)) throw unauthorized()
    const proven = await this.services.authentication.bearer(value, SURFACE, address)
    if (proven?.audience == null) throw unauthorized()
    const use = useRead(proven.audience)
    if (use.kind !== kind || (use.address !== null && use.address !== address)) throw unauthorized()
    return this.callerOf(proven)
  }

  /** By the id and secret of a key; null where they do not belong together. */
  secret(clientId: string, secret: string, address: string): Promise<Authenticated | null> {
    return this.services.authentication.bearer(apiKeyOf({ clientId, secret }), SURFACE, address)
  }

  /** By a signature over `text`, which counts for a minute and once. */
  async signature(given: SignatureGiven, text: string, address: string): Promise<Authenticated | null> {
    const { clientId, timestamp, signature, scheme } = given
    if (!/^\d{1,15}$/.test(timestamp)) return null
    const { authentication, host } = this.services
    const proven = await authentication.signed({ clientId, text, signature, scheme }, SURFACE, address)
    // A signature has several spellings: what it was made for has one.
    const use = JSON.stringify([clientId, hash('sha256', text, 'base64')])
    const isFirst = proven !== null && this.replays.take(use, fromMilliseconds(Number(timestamp)), host.now())
    return isFirst ? proven : null
  }

  async callerOf(authenticated: Authenticated | null): Promise<Caller> {
    if (authenticated === null) throw unauthorized()
    // What was revoked, or whose owner is suspended, is nobody.
    const answer = await this.services.host.read<AccountOfKey>('accounts.of_key', authenticated.actor, {})
    if (answer.kind === 'refused') throw unauthorized()
    const { account, main } = answer.result
    const { isNarrowed } = useRead(authenticated.audience ?? '')
    return { ...answer.result, authenticated, isMain: account === main && !isNarrowed }
  }

  private basic(encoded: string, address: string): Promise<Authenticated | null> {
    const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
    return this.secret(id, secret, address)
  }

  private signedHeader(
    scheme: SignatureScheme,
    header: string,
    { method, url, body }: SignedParts,
    address: string,
  ): Promise<Authenticated | null> {
    const given = new Map(
      header.split(',').map((pair) => {
        const at = pair.indexOf('=')
        return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const
      }),
    )
    const [clientId = '', timestamp = '', nonce = '', signature = ''] = ['id', 'ts', 'nonce', 'sig'].map(
      (name) => given.get(name),
    )
    const text = `${timestamp}\n${nonce}\n${method.toUpperCase()}\n${url}\n${body}\n`
    return this.signature({ clientId, timestamp, signature, scheme }, text, address)
  }
}

/**
 * The venue's scopes and ours. Each word stands for some of ours, and is granted where the one that marks it is there;
 * who asks for more than there is gets what there is (section 2.5).
 */
import type { Scope } from '@stemma/core'

const AREAS = ['account', 'trade', 'wallet'] as const
export type Area = (typeof AREAS)[number]
export type ScopeWord = `${Area}:${'read' | 'read_write'}`

const MARKS: Readonly<Record<ScopeWord, Scope>> = {
  'account:read': 'accounts:read',
  'account:read_write': 'accounts:write',
  'trade:read': 'orders:read',
  'trade:read_write': 'orders:write',
  'wallet:read': 'funding:read',
  'wallet:read_write': 'transfers:write',
}

const MEANT: Readonly<Record<ScopeWord, readonly Scope[]>> = {
  'account:read': ['accounts:read', 'balances:read', 'credentials:read'],
  'account:read_write': [
    'accounts:read',
    'accounts:write',
    'balances:read',
    'credentials:read',
    'credentials:write',
  ],
  'trade:read': ['orders:read', 'positions:read', 'balances:read'],
  'trade:read_write': ['orders:read', 'orders:write', 'positions:read', 'balances:read'],
  'wallet:read': ['funding:read', 'balances:read'],
  'wallet:read_write': ['funding:read', 'funding:write', 'transfers:write', 'balances:read'],
}

const isScopeWord = (word: string): word is ScopeWord => word in MARKS

/** Whether what is held covers what is asked: `read_write` marks both. */
export function covers(held: readonly string[], asked: ScopeWord): boolean {
  const writing = asked.replace(/:read$/, ':read_write') as ScopeWord
  return held.includes(MARKS[asked]) || held.includes(MARKS[writing])
}

/** The words for what is held: the widest of each area. */
export const scopesShown = (held: readonly string[]): ScopeWord[] =>
  AREAS.flatMap((area): ScopeWord[] => {
    if (held.includes(MARKS[`${area}:read_write`])) return [`${area}:read_write`]
    return held.includes(MARKS[`${area}:read`]) ? [`${area}:read`] : []
  })

export const SESSION_NAME = /^[\w-]{1,64}$/

export interface ScopeAsked {
  /** `connection`, or `session:` and a name. */
  readonly life: string
  readonly expiresInSeconds: number | null
  /** The one address that may use the token; null: any. */
  readonly address: string | null
  /** Ours, narrowed to what is held. */
  readonly granted: readonly string[]
}

/** A scope string, narrowed to what is held. Without a word of an area, all of it. */
export function scopeAsked(text: string | null, held: readonly string[]): ScopeAsked {
  const words = (text ?? '').split(/\s+/).filter((word) => word !== '')
  const named = words.filter((word) => AREAS.some((area) => word.startsWith(`${area}:`)))
  const granted = new Set(
    named.length === 0 ? held : named.filter(isScopeWord).flatMap((word) => meantOf(word, held)),
  )
  const after = (prefix: string): string | null =>
    words.find((word) => word.startsWith(prefix))?.slice(prefix.length) ?? null
  const [session, expires, address] = [after('session:'), after('expires:'), after('ip:')]
  return {
    life: session === null || !SESSION_NAME.test(session) ? 'connection' : `session:${session}`,
    expiresInSeconds: expires !== null && /^[1-9]\d{0,8}$/.test(expires) ? Number(expires) : null,
    address: address === '*' ? null : address,
    granted: [...granted],
  }
}

/** What a word means of what is held: reading alone where writing is not. */
function meantOf(word: ScopeWord, held: readonly string[]): readonly string[] {
  const reading = word.replace(/:read_write$/, ':read') as ScopeWord
  const meant = held.includes(MARKS[word]) ? MEANT[word] : covers(held, reading) ? MEANT[reading] : []
  return meant.filter((scope) => held.includes(scope))
}

/** Words that the venue has beside ours: of methods that are not served, and such as take an area away. */
const OTHER_WORD =
  /^(?:(?:account|trade|wallet):none|(?:block_trade|block_rfq|custody):(?:read|read_write|none))$/

/** What the words of a key mean, whoever holds it; null where one of them is no word of the venue. */
export function scopesMeant(words: readonly string[]): readonly Scope[] | null {
  if (!words.every((word) => isScopeWord(word) || OTHER_WORD.test(word))) return null
  return [...new Set(words.filter(isScopeWord).flatMap((word) => MEANT[word]))]
}

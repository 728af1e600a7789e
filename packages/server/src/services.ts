/**
 * What a surface is given: the one engine host, the proofs of identity, and a place to log. A surface translates
 * requests into these calls and outcomes into its own words; nothing else.
 */
import type {
  Ability,
  Actor,
  CredentialId,
  Doer,
  Engine,
  Envelope,
  Event,
  FactorsOfUser,
  HistoryQuery,
  HistoryRow,
  Instant,
  Need,
  Outcome,
  Plain,
  Refusal,
  Surface,
  TokenId,
  UserId,
} from '@stemma/core'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { AccessTokens } from './auth/access-tokens.js'
import type { FactorAsked, FactorGiven, FactorVerdict } from './auth/factors/verdict.js'
import type { SignatureScheme } from './auth/signatures.js'
import type { GrpcServer } from './grpc/grpc-server.js'
import type { Admission } from './host/admission.js'
import type { InstrumentUnits, MarketTold, MarketWanted } from './host/market-view.js'
import type { Outbound } from './host/outbound.js'
import type { Timer } from './host/timer.js'
import type { Unrouted } from './http/unread.js'
import type { Upgrades } from './http/upgrades.js'

/** A command without its time: the host stamps it. */
export type Request = Omit<Envelope, 'time'>

/** An answer to a read, with the sequence that it was read at; it is handed out once that is durable. */
export type Answer<Result> =
  | { readonly kind: 'answer'; readonly result: Result; readonly sequence: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** A command's outcome as a surface sees it: a repeat comes with its stored result. */
export type Settled =
  | Exclude<Outcome, { kind: 'repeated' }>
  | { readonly kind: 'repeated'; readonly sequence: number; readonly result: Plain }

export interface EventFilter {
  /** Party whose subtree is wanted; the actor needs reach to it, and is checked again as access changes. */
  readonly under: number | null
  /** Kinds, or first parts of kinds such as `transfer.`; empty for all. */
  readonly kinds: readonly string[]
  /** What it takes to read them: reading events of the party, unless said. */
  readonly right?: { readonly scope: string; readonly ability: Ability }
}

/** What lets a stream of a surface in, and which events it shows. */
export interface Follow {
  /** Null: whoever is proven. */
  readonly scope: string | null
  /** Checked at the start and as access changes: the stream is closed when one of them no longer holds. */
  readonly needs: readonly Need[]
  /** `may` turns the locks for the reader as they stand now. */
  readonly matches: (event: Event, may: (need: Need) => boolean) => boolean
}

export interface Subscription {
  /** Why it ended, once it has. A revocation ends it at once; the expiry of a token does not. */
  readonly closed: Promise<'unsubscribed' | 'revoked' | 'slow' | 'failed' | 'shutdown'>
  close(): void
}

export interface Host {
  now(): Instant
  /** Of the last change that is durable: nothing that is shown is newer. */
  readonly durableSequence: number
  /** Of an instrument by its id or symbol; null where there is none. */
  unitsOf(instrument: number | string): InstrumentUnits | null
  /** Whose an open order is, and of what; null where it is not open. */
  placeOfOrder(order: number): { readonly account: number; readonly instrument: number } | null
  /** Resolves when the command is durable (or refused, which depends on everything before it being durable). */
  execute(request: Request): Promise<Settled>
  /** Each on its own, in order; resolves when all are durable. */
  executeEach(requests: readonly Request[]): Promise<readonly Settled[]>
  executeLinked(
    requests: readonly Request[],
  ): Promise<{ readonly outcomes: readonly Settled[]; readonly failedAt: number | null }>
  /** What the command would do; nothing is changed. */
  preview(request: Request): Promise<Outcome>
  read<Result>(name: string, actor: Actor, input: unknown): Promise<Answer<Result>>
  /** The five locks alone: for reads of history. Throws nothing; a shut lock is a refusal. */
  authorize(actor: Actor, scope: string, needs: readonly Need[]): Promise<Answer<Doer>>
  history(table: string, query: HistoryQuery): Promise<readonly HistoryRow[]>
  /** Events from behind `after` on (null: from now on), durable ones only, in order. `deliver` returns false when its buffer is full. */
  subscribe(
    actor: Actor,
    filter: EventFilter,
    after: { readonly sequence: number; readonly index: number } | null,
    deliver: (event: Event) => boolean,
  ): Promise<Answer<Subscription>>
  /**
   * The same for streams that are let in by a scope and needs of their own. Events come whole: who renders them leaves
   * out what is another owner's. History is read on only when `drained` resolves, so that it never overruns a reader.
   */
  follow(
    actor: Actor,
    follow: Follow,
    after: { readonly sequence: number; readonly index: number } | null,
    deliver: (event: Event) => boolean,
    drained: () => Promise<void>,
  ): Promise<Answer<Subscription>>
  /** The market of instruments: a snapshot of each and its changes behind it, durable ones only. `scope` is the caller's. */
  watchMarket(
    actor: Actor,
    scope: string,
    wanted: MarketWanted,
    deliver: (told: MarketTold) => boolean,
  ): Promise<Answer<Subscription>>
}

/** Who a request comes from, proven. */
export interface Authenticated {
  readonly actor: Extract<Actor, { kind: 'credential' }>
  readonly credential: CredentialId
  readonly user: UserId | null
  readonly token: TokenId | null
  readonly audience: string | null
}

/** A text that was signed with the secret, or the private key, that a client id stands for. */
export interface Signed {
  readonly clientId: string
  readonly text: string
  readonly signature: string
  /** How it says that it was signed; null: as the credential has it. */
  readonly scheme: SignatureScheme | null
}

export interface Authentication {
  /** Proves a bearer token or API key for a surface; null where it proves nobody. Verified tokens are remembered. */
  bearer(value: string, surface: Surface, address: string): Promise<Authenticated | null>
  /** Proves a signature. Whether it was used before is for the caller to know. */
  signed(signed: Signed, surface: Surface, address: string): Promise<Authenticated | null>
}

/** Personal fields and secrets, under a key per party that the master key wraps. */
export interface Sealing {
  /** The party at the root, whose key seals what belongs to the book itself. */
  readonly operator: number
  seal(party: number, plain: string): Promise<string>
  open(party: number, sealed: string): Promise<string | null>
}

/** Second factors of users. */
export interface Factors {
  /** Judges what was given, or says what to give. A right factor is used up by it, a wrong one counted. */
  judge(asked: FactorAsked, given: FactorGiven | null): Promise<FactorVerdict>
  /** The factors of a user, with what it takes to check them; null where there is no such user. */
  of(user: UserId): Promise<FactorsOfUser | null>
}

export interface Services {
  readonly host: Host
  /** Asked before anything is answered. */
  readonly admission: Admission
  readonly authentication: Authentication
  readonly sealing: Sealing
  readonly factors: Factors
  /** Signs the access tokens that the token endpoints hand out. */
  readonly tokens: AccessTokens
  readonly outbound: Outbound
  /** What happens later comes from it. */
  readonly timer: Timer
  readonly log: FastifyBaseLogger
  /** Where a surface takes connections that become sockets. */
  readonly upgrades: Upgrades
  /** Connections that one address may have to the surface that counts them (deribit section 11.5). */
  readonly connectionsOfAddressMax: number
  /** The address that clients use; where any free port is taken, it is known once the server listens. */
  url(): string
}

/** An event as a surface tells it to a webhook, or null where the surface has no such message. */
export type WebhookWords = (event: Event, engine: Engine) => unknown

/** A surface plugs itself into the HTTP server and, if it has methods there, into the gRPC server. */
export interface SurfaceModule {
  readonly name: Surface
  /** How an event is told to a webhook of this surface. */
  readonly webhookWords?: WebhookWords
  /** How requests are answered that were meant for it and come to no route of it. */
  readonly unrouted: readonly Unrouted[]
  register(app: FastifyInstance, services: Services, grpc: GrpcServer): Promise<void>
}

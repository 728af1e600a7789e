/**
 * Commands: how the outside asks for a change. A command is declared as data (name, scope, what it needs on which
 * target) and one `decide` function that reads the rooms, changes rows and emits events, or refuses. The engine is
 * the only caller; it authorizes by the declaration before it lets the function decide.
 */
import type { Amount, CurrencyCode } from '../money/index.js'
import type { Refusal } from '../refusals/index.js'
import type { Plain } from './column.js'
import type { EffectId, EffectKind, Effects } from './effects.js'
import type { Doer, NewEvent } from './event.js'
import type { Id } from './ids.js'
import type { Image } from './image.js'
import type { Instant } from './instant.js'

/** What an actor does to a target. The level of a binding is a set of these. */
export type Ability = 'read' | 'report' | 'trade' | 'reduce' | 'cancel' | 'transfer' | 'administer'

export type Target =
  | { readonly account: Id }
  | { readonly group: Id }
  | { readonly party: Id }
  | { readonly user: Id }
  /** The acting user or the credential's owner itself: every valid credential reaches it. */
  | 'self'

export interface Need {
  readonly ability: Ability
  readonly target: Target
}

/** Who asks. The chain is checked link by link on every request; a missing link is a refusal. */
export type Actor =
  | { readonly kind: 'system' }
  | {
      readonly kind: 'credential'
      readonly credential: Id
      /** The access token in use, when the credential was exchanged for one. */
      readonly token: Id | null
      /** A user of reach whom the credential acts as; null: the credential's own user. */
      readonly actingUser: Id | null
    }

/** What a decision gets besides the rooms: the moment, and where to say what happened. */
export interface Moment {
  readonly image: Image
  readonly effects: Effects
  readonly now: Instant
  /** The time that the engine is being brought to: later than `now` while it catches up with what was due. */
  readonly horizon: Instant
  readonly doer: Doer
  emit(event: NewEvent): void
  /** Asks the host to do something outside once the change is durable. Returns the effect's id. */
  effect(kind: EffectKind, target: string, payload: Plain, party?: Id | null): EffectId
  /** Runs a part that may be refused on its own: what it changed and emitted is undone then, and the rest stands. */
  attempt<Result>(part: () => Result): Attempted<Result>
}

export type Attempted<Result> = { readonly result: Result } | { readonly refusal: Refusal }

/** Which kind of second pair of eyes a policy may ask for. */
export interface ApprovalSubject {
  readonly kind: 'money' | 'rights' | 'corrections'
  /** The node whose policy counts. */
  readonly party: Id
  readonly amount?: { readonly currency: CurrencyCode; readonly amount: Amount }
}

export interface CommandSpec<Context extends Moment, Input extends Plain, Result extends Plain> {
  /** `resource.verb`, as the contract names the operation. */
  readonly name: string
  /** `system` is a scope that nobody can hold: only the server itself gives such a command. */
  readonly scope: string
  needs(context: Context, input: Input): readonly Need[]
  approval?(context: Context, input: Input): ApprovalSubject | null
  decide(context: Context, input: Input): Result
}

/** A read that the image alone can answer. */
export interface QuerySpec<Context extends Moment, Input, Result> {
  readonly name: string
  /** Null: every valid credential may ask. */
  readonly scope: string | null
  needs(context: Context, input: Input): readonly Need[]
  read(context: Context, input: Input): Result
}

/** Keeps the literal types of a declaration. */
export const command = <Context extends Moment, Input extends Plain, Result extends Plain>(
  spec: CommandSpec<Context, Input, Result>,
): CommandSpec<Context, Input, Result> => spec

export const query = <Context extends Moment, Input, Result>(
  spec: QuerySpec<Context, Input, Result>,
): QuerySpec<Context, Input, Result> => spec

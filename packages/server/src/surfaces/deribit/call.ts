/** A call and the methods that answer calls: what each is named, what it takes, and how it is let in. */
import type { AccountId, TokenId } from '@stemma/core'
import type { Host, Services } from '../../services.js'
import type { Authenticator, Caller } from './authentication.js'
import { invalidParam, notOfSubaccounts, scopeMissing, VenueError } from './errors.js'
import { factorWanted, type Protection } from './factor.js'
import type { Credits } from './limits.js'
import type { Params } from './params.js'
import { covers, type ScopeWord } from './scopes.js'
import type { Pair } from './tokens.js'

/** The socket of a call, as methods know it. */
export interface Socket {
  readonly isProven: boolean
  /** Orders that come over it. */
  readonly orders: {
    /** The id of the connection, which they carry. */
    readonly connection: string
    /** Lets an account in whose every connection cancels as it ends. */
    join(caller: Caller): Promise<void>
    /** Whether the account's orders end with this connection, as it is now. */
    endsFor(account: AccountId): boolean
    /** Whether they do from now on. */
    arm(account: AccountId, isArmed: boolean): Promise<void>
  }
  /** That it was proven for. */
  readonly account: AccountId | null
  readonly channels: {
    open(names: readonly string[], caller: Caller | null, label: string | null): Promise<readonly string[]>
    close(names: readonly string[]): readonly string[]
    closeAll(): void
  }
  remember(caller: Caller, pair: Pair, life: string): void
  identify(params: Params): Promise<Caller>
  /** Whether the token was given on this socket. */
  isOwn(token: TokenId): boolean
  setHeartbeat(seconds: number): void
  stopHeartbeat(): void
  answeredHeartbeat(): void
  logout(isInvalidated: boolean): Promise<void>
}

export interface Call {
  readonly services: Services
  readonly host: Host
  readonly authenticator: Authenticator
  readonly credits: Credits
  readonly params: Params
  readonly address: string
  readonly requestId: string
  /** The socket that it came over; null over HTTP. */
  readonly session: Socket | null
}

export interface PrivateCall extends Call {
  readonly caller: Caller
}

export interface SocketCall extends Call {
  readonly session: Socket
}

export type Method = { readonly name: string } & (
  | {
      readonly kind: 'public'
      /** On a socket it says who the calls behind it come from, so that they wait for it. */
      readonly isSigningIn?: true
      readonly answer: (call: Call) => unknown
    }
  | {
      readonly kind: 'private'
      readonly scope: ScopeWord
      readonly isMainOnly?: true
      /** A second factor is asked for, once the parameters can be meant. */
      readonly protection?: Protection
      /** Throws what is wrong with the parameters: nobody looks up a code for a call that cannot succeed. */
      readonly checkParams?: (call: PrivateCall) => void
      readonly answer: (call: PrivateCall) => unknown
    }
  /** Of a socket alone: it says itself whether it needs somebody to be proven. */
  | { readonly kind: 'socket'; readonly answer: (call: SocketCall) => unknown }
)

/** Answers a call by its method. `identify` proves the caller where the method needs one. */
export async function perform(
  method: Method | undefined,
  call: Call,
  identify: () => Promise<Caller>,
): Promise<unknown> {
  if (method === undefined) throw new VenueError('-32601')
  switch (method.kind) {
    case 'public':
      takeAsUnknown(call, method.name)
      return method.answer(call)
    case 'socket':
      if (call.session === null) throw new VenueError(10030)
      takeAsUnknown(call, method.name)
      return method.answer({ ...call, session: call.session })
    case 'private': {
      const caller = await identify()
      call.credits.take(
        { method: method.name, params: call.params, isOverSocket: call.session !== null },
        `acc_${caller.account}`,
        caller.orderRateTier,
        call.host.now(),
      )
      if (!covers(caller.scopes, method.scope)) throw scopeMissing()
      if (method.isMainOnly === true && !caller.isMain) throw notOfSubaccounts()
      return performPrivate(method, { ...call, caller })
    }
  }
}

async function performPrivate(
  { name, protection, checkParams, answer }: Extract<Method, { kind: 'private' }>,
  call: PrivateCall,
): Promise<unknown> {
  checkParams?.(call)
  const wanted = protection === undefined ? null : await factorWanted(name, protection, call)
  return wanted ?? answer(call)
}

/** What needs nobody is counted for the account that a socket was proven for, else for the address. */
function takeAsUnknown({ credits, session, address, host, params }: Call, method: string): void {
  const account = session?.account ?? null
  const charged = { method, params, isOverSocket: session !== null }
  credits.take(charged, account === null ? address : `acc_${account}`, 1, host.now())
}

/** The caller's account, or one of its subaccounts where `subaccount_id` names it: from the main account only. */
export function accountRead({ caller, params }: PrivateCall): AccountId {
  if (!params.has('subaccount_id')) return caller.account
  if (!caller.isMain) throw notOfSubaccounts()
  return accountNamed({ caller, params }, 'subaccount_id')
}

/** An account of the caller's main account that a parameter names; it must be there. */
export function accountNamed(
  { caller, params }: Pick<PrivateCall, 'caller' | 'params'>,
  name: string,
): AccountId {
  if (!params.has(name)) params.missing(name)
  const text = params.text(name) ?? ''
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidParam(name, 'invalid_subaccount_id')
  const account = Number(text) as AccountId
  if (account !== caller.main && !caller.subaccounts.includes(account))
    throw invalidParam(name, 'subaccount_not_found')
  return account
}

/** A small world for tests: an engine with an open book, and the shortest way to run commands on it. Not exported. */

import type { Envelope, Outcome } from '../engine/envelope.js'
import { Engine } from '../engine.js'
import type { AccountId, PartyId } from '../hierarchy/index.js'
import { type Actor, type Instant, instant, type Plain } from '../image/index.js'
import type { RefusalCode } from '../refusals/index.js'

export const SYSTEM_ACTOR: Actor = { kind: 'system' }

/** 2026-01-05T09:00:00Z, a Monday. */
export const START = instant(1_767_603_600_000_000)

export interface OpenedBook {
  readonly party: PartyId
  readonly accounts: {
    readonly outsideWorld: AccountId
    readonly fees: AccountId
    readonly interest: AccountId
    readonly rounding: AccountId
    readonly street: AccountId
  }
}

/** What stands in an envelope when the test does not say otherwise: the system, at the image's own time. */
export type With = Partial<Omit<Envelope, 'command' | 'input'>>

export function run(engine: Engine, command: string, input: Plain, more: With = {}): Outcome {
  const time = more.time ?? laterOf(engine.image.head.time, START)
  return engine.execute({ command, input, actor: SYSTEM_ACTOR, ...more, time })
}

/** Runs a command that has to succeed, and returns its result. */
export function done<Result>(engine: Engine, command: string, input: Plain, more: With = {}): Result {
  const outcome = run(engine, command, input, more)
  if (outcome.kind === 'done') return outcome.result as Result
  throw new Error(`expected ${command} to be done, was ${JSON.stringify(outcome)}`)
}

/** Runs a command that has to be refused, and returns the code. */
export function refusedWith(engine: Engine, command: string, input: Plain, more: With = {}): RefusalCode {
  const outcome = run(engine, command, input, more)
  if (outcome.kind === 'refused') return outcome.refusal.code
  throw new Error(`expected ${command} to be refused, was ${outcome.kind}`)
}

/** Reads what has to be readable. */
export function answer<Result>(engine: Engine, query: string, input: Plain, more: With = {}): Result {
  const { actor = SYSTEM_ACTOR, time = engine.image.head.time } = more
  const answered = engine.read<Result>(query, actor, input, time)
  if ('result' in answered) return answered.result
  throw new Error(`expected ${query} to be answered, was ${JSON.stringify(answered.refusal)}`)
}

export function openBook(engine: Engine = new Engine()): OpenedBook {
  const input = { name: 'operator', displayName: 'Operator', baseCurrency: 'USD' }
  return done<OpenedBook>(engine, 'book.open', input)
}

export function createParty(
  engine: Engine,
  owner: PartyId,
  name: string,
  more: Readonly<Record<string, Plain>> = {},
): PartyId {
  const input = {
    owner,
    kind: 'client',
    name,
    displayName: name,
    baseCurrency: null,
    isPartner: false,
    isLegallyLiable: false,
    sealedPersonal: null,
    ...more,
  }
  return done<{ party: PartyId }>(engine, 'parties.create', input).party
}

export function openAccount(
  engine: Engine,
  party: PartyId,
  name: string,
  more: Readonly<Record<string, Plain>> = {},
): AccountId {
  const input = {
    party,
    main: null,
    name,
    displayName: name,
    type: 'cash',
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
    ...more,
  }
  return done<{ account: AccountId }>(engine, 'accounts.open', input).account
}

const laterOf = (left: Instant, right: Instant): Instant => (left > right ? left : right)

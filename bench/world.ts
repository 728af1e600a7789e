/**
 * A book for the benchmarks, made through the engine's door: a tree of a given depth with funded accounts at its
 * leaves, and one user of the member beneath the house who holds an API key.
 */
import { createHash } from 'node:crypto'
import {
  type AccountId,
  type Actor,
  type Batch,
  type CredentialId,
  Engine,
  type Id,
  type Instant,
  type PartyId,
  type Plain,
} from '@stemma/core'

export const SYSTEM = { kind: 'system' } as const
export type CredentialActor = Extract<Actor, { kind: 'credential' }>

/** A million units of a currency with six digits behind the point. */
const OPENING = 1_000_000_000_000n
const SECRET = 'b'.repeat(64)
export const API_KEY = `sk_bench_${SECRET}`
const COMMANDS_OF_BATCH = 1_000
const ACCOUNTS_OF_LEAF = 1_000

export interface BenchWorld {
  readonly engine: Engine
  readonly root: PartyId
  readonly accounts: readonly AccountId[]
  /** The holder of the API key, whose reach is every account. */
  readonly actor: CredentialActor
}

export interface WorldOptions {
  readonly accounts: number
  /** How many owners stand above an account, the house among them. */
  readonly depth: number
  /** Each account is funded in one of them, in turn. */
  readonly currencies?: readonly string[]
  readonly type?: string
  /** Whether there is a contract to trade. */
  readonly isTrading?: boolean
  /** Takes the batches as they are sealed; what it promises is waited for. */
  readonly keep?: (batch: Batch) => Promise<unknown>
}

export type Made = Readonly<Record<string, number>>

/** Runs a command as the system and expects it to be done. */
function command(engine: Engine, name: string, input: Plain): Made {
  const time = Math.max(1, engine.image.head.time) as Instant
  const outcome = engine.execute({ command: name, input, actor: SYSTEM, time })
  if (outcome.kind !== 'done') throw new Error(`expected ${name} to be done, was ${JSON.stringify(outcome)}`)
  return outcome.result as Made
}

export const openBook = (engine: Engine): PartyId =>
  command(engine, 'book.open', { name: 'bench-house', displayName: 'Bench house', baseCurrency: 'USD' })
    .party as PartyId

export const createParty = (engine: Engine, owner: PartyId, kind: string, name: string): PartyId =>
  command(engine, 'parties.create', {
    owner,
    kind,
    name,
    displayName: name,
    baseCurrency: null,
    isPartner: false,
    isLegallyLiable: false,
    sealedPersonal: null,
  }).party as PartyId

export const openAccount = (engine: Engine, party: PartyId, name: string, type = 'cash'): AccountId =>
  command(engine, 'accounts.open', {
    party,
    main: null,
    name,
    displayName: name,
    type,
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  }).account as AccountId

/** A user who administers a party, with an API key of the given name. */
export function createKeyHolder(engine: Engine, party: PartyId, clientId: string): CredentialActor {
  const user = command(engine, 'users.create', {
    party,
    name: `user-${clientId}`,
    displayName: 'User',
    sealedEmail: null,
    kyc: null,
    roles: ['firm_administrator'],
    scopes: [],
    account: null,
  }).user as Id
  const credential = command(engine, 'credentials.create', {
    user,
    party: null,
    kind: 'api_key',
    clientId,
    displayName: 'Key',
    surface: 'native',
    secretHash: createHash('sha256').update(SECRET).digest('hex'),
    publicKeys: [],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
  }).credential as CredentialId
  return { kind: 'credential', credential, token: null, actingUser: null }
}

export const SYMBOL = 'bench-rain'

/** An open contract in whole units, one cent a tick, with the venue's fees. */
export function openContract(
  engine: Engine,
  symbol = SYMBOL,
  more: Readonly<Record<string, Plain>> = {},
): Id {
  const rate = 10n ** 14n
  const { feeSchedule } = command(engine, 'fee_schedules.create', {
    name: `fees-${symbol}`,
    kind: 'quadratic',
    takerRate: 695n * rate,
    makerRate: -125n * rate,
    rounding: 'half_even',
  })
  const cent = 10n ** 16n
  const { instrument } = command(engine, 'instruments.create', {
    symbol,
    displayName: symbol,
    kind: 'event_contract',
    currency: 'USD',
    tick: cent,
    quantityScale: 0,
    lot: 1n,
    multiplier: 100n * cent,
    priceLow: cent,
    priceHigh: 99n * cent,
    quantityMax: null,
    notionalMax: null,
    settlementDays: 0,
    feeSchedule: feeSchedule ?? null,
    event: null,
    venue: null,
    expiresAt: null,
    metadata: {},
    ...more,
  })
  command(engine, 'instruments.set_state', { instrument: instrument as Id, state: 'open', version: null })
  return instrument as Id
}

export async function makeWorld({
  accounts: wanted,
  depth,
  currencies = ['USD'],
  type = 'cash',
  isTrading = false,
  keep = async () => {},
}: WorldOptions): Promise<BenchWorld> {
  const engine = new Engine()
  const root = openBook(engine)
  const top = createParty(engine, root, 'clearing_member', 'bench-member')
  const actor = createKeyHolder(engine, top, 'bench')
  const accounts: AccountId[] = []
  const seal = async (): Promise<void> => {
    const batch = engine.takeBatch()
    if (batch !== null) await keep(batch)
  }
  let leaf = top
  for (let index = 0; index < wanted; index += 1) {
    if (index % ACCOUNTS_OF_LEAF === 0) {
      leaf = top
      for (let level = 3; level <= depth; level += 1)
        leaf = createParty(engine, leaf, 'client', `client-${index}-${level}`)
    }
    const account = openAccount(engine, leaf, `account-${index}`, type)
    accounts.push(account)
    command(engine, 'deposits.create', {
      account,
      currency: currencies[index % currencies.length] as string,
      amount: OPENING,
      reference: `opening-${index}`,
      description: null,
      settle: true,
    })
    if (engine.pending >= COMMANDS_OF_BATCH) await seal()
  }
  if (isTrading) openContract(engine)
  await seal()
  return { engine, root, accounts, actor }
}

/** A transfer between two accounts of the world, another pair each time, the same pairs in every run. */
export class Pairs {
  private seed = 42

  constructor(
    private readonly accounts: readonly AccountId[],
    /** Every transfer leaves the first account: two in flight always meet on it. */
    private readonly isHot = false,
  ) {}

  next(): { readonly from: AccountId; readonly to: AccountId } {
    const { accounts } = this
    const first = this.isHot ? 0 : this.random() % accounts.length
    const step = 1 + (this.random() % (accounts.length - 1))
    return {
      from: accounts[first] as AccountId,
      to: accounts[(first + step) % accounts.length] as AccountId,
    }
  }

  private random(): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0
    return this.seed >>> 8
  }
}

/**
 * Access decisions a second: one actor after another asks for random accounts of a tree six levels deep. One JSON
 * object a line and size: `tsx bench/access.ts`, after a build.
 */
import {
  type AccountId,
  type Actor,
  type CredentialId,
  Engine,
  type Id,
  instant,
  type PartyId,
} from '@stemma/core'

type CredentialActor = Extract<Actor, { kind: 'credential' }>

const NOW = instant(1_767_603_600_000_000)
const SYSTEM: Actor = { kind: 'system' }
const ACCOUNTS_OF_CLIENT = 4
const DECISIONS = 2_000_000
/** Requests in a round: more than the caches next to the processor hold of a million accounts. */
const DISTINCT = 1 << 16

function run<Result>(engine: Engine, command: string, input: never): Result {
  const outcome = engine.execute({ command, input, actor: SYSTEM, time: NOW })
  if (outcome.kind !== 'done')
    throw new Error(`expected ${command} to be done, was ${JSON.stringify(outcome)}`)
  return outcome.result as Result
}

/** House → member → firm → partner → client, with the accounts as the sixth level. */
function build(size: number) {
  const engine = new Engine()
  const { party: house } = run<{ party: PartyId }>(engine, 'book.open', {
    name: 'house',
    displayName: 'House',
    baseCurrency: 'USD',
  } as never)
  let names = 0
  const party = (owner: PartyId, kind: string): PartyId =>
    run<{ party: PartyId }>(engine, 'parties.create', {
      owner,
      kind,
      name: `p${names++}`,
      displayName: 'Party',
      baseCurrency: null,
      isPartner: false,
      isLegallyLiable: false,
      sealedPersonal: null,
    } as never).party
  const member = party(house, 'clearing_member')
  const firms = Array.from({ length: 8 }, () => party(member, 'participant'))
  const partners = Array.from({ length: 64 }, (_, index) => party(firms[index % 8] as PartyId, 'client'))
  const accounts: { readonly account: AccountId; readonly firm: number }[] = []
  for (let index = 0; accounts.length < size; index += 1) {
    const partner = index % 64
    const client = party(partners[partner] as PartyId, 'client')
    for (let each = 0; each < ACCOUNTS_OF_CLIENT && accounts.length < size; each += 1) {
      const { account } = run<{ account: AccountId }>(engine, 'accounts.open', {
        party: client,
        main: null,
        name: `a${names++}`,
        displayName: 'Account',
        type: 'cash',
        baseCurrency: null,
        needsClearing: false,
        attributes: {},
      } as never)
      accounts.push({ account, firm: partner % 8 })
    }
    engine.takeBatch()
  }
  const actors = firms.map((firm, index): CredentialActor => {
    const { user } = run<{ user: Id }>(engine, 'users.create', {
      party: firm,
      name: `u${index}`,
      displayName: 'User',
      sealedEmail: null,
      kyc: null,
      roles: ['firm_administrator'],
      scopes: [],
      account: null,
    } as never)
    const { credential } = run<{ credential: CredentialId }>(engine, 'credentials.create', {
      user,
      party: null,
      kind: 'api_key',
      clientId: `c${index}`,
      displayName: 'Key',
      surface: 'native',
      secretHash: 'x',
      publicKeys: [],
      scopes: null,
      ipAddresses: [],
      expiresAt: null,
    } as never)
    return { kind: 'credential', credential, token: null, actingUser: null }
  })
  return { engine, accounts, actors }
}

/** `asked`: among how many accounts the requests are spread; what is asked for again is still in the cache. */
function measure({ engine, accounts, actors }: ReturnType<typeof build>, asked: number): void {
  const { access } = engine.rooms
  // One decision in four is out of reach. The order is random but the same each time.
  let seed = 42
  const next = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed >>> 8
  }
  const places = Uint32Array.from(
    { length: DISTINCT },
    () => (next() % asked) * Math.floor(accounts.length / asked),
  )
  const targets = Float64Array.from(places, (place) => (accounts[place] as (typeof accounts)[number]).account)
  const askers = Uint8Array.from(places, (place) => {
    const { firm } = accounts[place] as (typeof accounts)[number]
    return next() % 4 === 0 ? (firm + 1) % 8 : firm
  })
  // As after decoding a request: the needs are fresh in the cache, what they lead to is not.
  const target = { account: 0 as Id }
  const needs = [{ ability: 'transfer' as const, target }]
  let allowed = 0
  const pass = (decisions: number): number => {
    // Time of the processor, not of the wall: the figure is for one core, whatever else the machine does.
    const start = process.cpuUsage()
    for (let index = 0; index < decisions; index += 1) {
      target.account = targets[index & (DISTINCT - 1)] as Id
      const actor = actors[askers[index & (DISTINCT - 1)] as number] as CredentialActor
      if (access.permits(actor, 'transfers:write', needs, NOW)) allowed += 1
    }
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e6
  }
  pass(DECISIONS / 4)
  const rounds = Array.from({ length: 5 }, () => DECISIONS / pass(DECISIONS)).sort(
    (left, right) => left - right,
  )
  console.log(
    JSON.stringify({
      benchmark: 'access decision',
      accounts: accounts.length,
      asked: Math.min(asked, DISTINCT),
      depth: 6,
      decisionsPerSecond: Math.round(rounds[2] as number),
      allowedShare: Number((allowed / (DECISIONS * 5.25)).toFixed(3)),
    }),
  )
}

const sizes = process.argv.slice(2).map(Number)
for (const size of sizes.length > 0 ? sizes : [1_000, 1_000_000]) {
  const world = build(size)
  measure(world, 1_000)
  if (size > 1_000) measure(world, size)
}

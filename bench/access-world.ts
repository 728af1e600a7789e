/** The tree of the access benchmarks, and the questions that are asked of it: one in four is out of reach. */
import { type AccountId, Engine, type Id, instant, type PartyId } from '@stemma/core'
import { type CredentialActor, createKeyHolder, createParty, openAccount, openBook } from './world.js'

export const NOW = instant(1_767_603_600_000_000)
export const FIRMS = 8
const PARTNERS = 64
const ACCOUNTS_OF_CLIENT = 4
/** Questions in a round: more than the caches next to the processor hold of a million accounts. */
const DISTINCT = 1 << 16

export interface Placed {
  readonly account: AccountId
  /** Its owners from the client up to the house. */
  readonly owners: readonly PartyId[]
  readonly firm: number
}

export interface AccessWorld {
  readonly engine: Engine
  readonly accounts: readonly Placed[]
  readonly firms: readonly PartyId[]
  /** One for each firm. */
  readonly actors: readonly CredentialActor[]
}

/** House → member → firm → partner → client, with the accounts as the sixth level. */
export function makeAccessWorld(size: number): AccessWorld {
  const engine = new Engine()
  const house = openBook(engine)
  let names = 0
  const party = (owner: PartyId, kind: string): PartyId => createParty(engine, owner, kind, `p${names++}`)
  const member = party(house, 'clearing_member')
  const firms = Array.from({ length: FIRMS }, () => party(member, 'participant'))
  const partners = Array.from({ length: PARTNERS }, (_, index) =>
    party(firms[index % FIRMS] as PartyId, 'client'),
  )
  const accounts: Placed[] = []
  for (let index = 0; accounts.length < size; index += 1) {
    const partner = partners[index % PARTNERS] as PartyId
    const firm = (index % PARTNERS) % FIRMS
    const client = party(partner, 'client')
    const owners = [client, partner, firms[firm] as PartyId, member, house]
    for (let each = 0; each < ACCOUNTS_OF_CLIENT && accounts.length < size; each += 1)
      accounts.push({ account: openAccount(engine, client, `a${names++}`), owners, firm })
    engine.takeBatch()
  }
  const actors = firms.map((firm, index) => createKeyHolder(engine, firm, `c${index}`))
  return { engine, accounts, firms, actors }
}

/** In an order that is random but the same each time. */
export class Questions {
  private readonly places: Uint32Array
  private readonly targets: Float64Array
  private readonly askers: Uint8Array
  private seed = 42

  constructor(
    private readonly world: AccessWorld,
    asked: number,
  ) {
    const { accounts } = world
    const step = Math.floor(accounts.length / asked)
    this.places = Uint32Array.from({ length: DISTINCT }, () => (this.random() % asked) * step)
    this.targets = Float64Array.from(this.places, (place) => (accounts[place] as Placed).account)
    this.askers = Uint8Array.from(this.places, (place) => {
      const { firm } = accounts[place] as Placed
      return this.random() % 4 === 0 ? (firm + 1) % FIRMS : firm
    })
  }

  /** Among how many accounts they are spread. */
  get distinct(): number {
    return new Set(this.places).size
  }

  account(index: number): Id {
    return this.targets[index & (DISTINCT - 1)] as Id
  }

  placed(index: number): Placed {
    return this.world.accounts[this.places[index & (DISTINCT - 1)] as number] as Placed
  }

  /** The number of the firm whose user asks. */
  asker(index: number): number {
    return this.askers[index & (DISTINCT - 1)] as number
  }

  actor(index: number): CredentialActor {
    return this.world.actors[this.asker(index)] as CredentialActor
  }

  private random(): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0
    return this.seed >>> 8
  }
}

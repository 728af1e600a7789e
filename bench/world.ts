/** A book for the benchmarks: a tree of a given depth with accounts at its leaves, made through the engine's door. */
import { type AccountId, Engine, type Instant, type PartyId, type Plain } from '@stemma/core'

const SYSTEM = { kind: 'system' } as const

export interface BenchWorld {
  readonly engine: Engine
  readonly root: PartyId
  readonly leaves: readonly PartyId[]
  readonly accounts: readonly AccountId[]
  run(command: string, input: Plain): Readonly<Record<string, number>>
}

/** `depth` levels of owners above each account, at most a thousand accounts a leaf, every account funded. */
export function makeWorld({
  accounts: wanted,
  depth,
  funded = true,
}: {
  accounts: number
  depth: number
  funded?: boolean
}): BenchWorld {
  const engine = new Engine()
  const run = (command: string, input: Plain): Readonly<Record<string, number>> => {
    const outcome = engine.execute({ command, input, actor: SYSTEM, time: 1 as Instant })
    if (outcome.kind !== 'done')
      throw new Error(`expected ${command} to be done, was ${JSON.stringify(outcome)}`)
    return outcome.result as Readonly<Record<string, number>>
  }
  const opened = run('book.open', { name: 'bench-house', displayName: 'Bench house', baseCurrency: 'USD' })
  const root = opened.party as PartyId
  const leaves: PartyId[] = []
  const accounts: AccountId[] = []
  const child = (owner: PartyId, kind: string, name: string): PartyId =>
    run('parties.create', {
      owner,
      kind,
      name,
      displayName: name,
      baseCurrency: null,
      isPartner: false,
      isLegallyLiable: false,
      sealedPersonal: null,
    }).party as PartyId
  const top = child(root, 'clearing_member', 'bench-member')
  for (let index = 0; index < wanted; index += 1) {
    if (index % 1000 === 0) {
      let owner = top
      for (let level = 3; level <= depth; level += 1)
        owner = child(owner, 'client', `client-${index}-${level}`)
      leaves.push(owner)
      engine.takeBatch()
    }
    const party = leaves[leaves.length - 1] as PartyId
    accounts.push(
      run('accounts.open', {
        party,
        main: null,
        name: `account-${index}`,
        displayName: `Account ${index}`,
        type: 'cash',
        baseCurrency: null,
        needsClearing: false,
        attributes: {},
      }).account as AccountId,
    )
    if (funded) {
      run('deposits.create', {
        account: accounts[index] as number,
        currency: 'USD',
        amount: 1_000_000_000_000n,
        reference: `opening-${index}`,
        description: null,
        settle: true,
      })
    }
  }
  engine.takeBatch()
  return { engine, root, leaves, accounts, run }
}

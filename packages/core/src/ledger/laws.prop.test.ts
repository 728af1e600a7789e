/** The laws of the ledger under random commands: what is asked is often impossible, and refusals change nothing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { copyPrimary, instant, type Plain } from '../image/index.js'
import { derivedHashOf, hashOf, textHash } from '../testing/hash.js'
import { createParty, done, openAccount, openBook, run, START } from '../testing/world.js'

const imageHash = ({ image }: Engine): string => `${hashOf(image)} ${derivedHashOf(image)}`

interface World {
  readonly engine: Engine
  readonly accounts: readonly AccountId[]
  readonly parties: readonly number[]
  /** Ids that were given out, by the field that names them; finished ones stay in, so that they are tried again. */
  readonly given: Record<string, number[]>
  readonly postings: { readonly sequence: number; readonly subject: string; readonly entries: Plain }[]
}

function openWorld(): World {
  const engine = new Engine()
  const book = openBook(engine)
  const member = createParty(engine, book.party, 'member', { kind: 'clearing_member' })
  const firm = createParty(engine, member, 'firm', { kind: 'participant' })
  const client = createParty(engine, firm, 'client')
  const main = openAccount(engine, client, 'main')
  const accounts = [
    openAccount(engine, firm, 'funding'),
    main,
    openAccount(engine, client, 'sub', { main }),
    book.accounts.fees,
  ]
  // What withdrawals to an address cost, and who may be sent to.
  done(engine, 'settings.set', { node: book.party, name: 'withdrawals.fees', value: FEES, from: null })
  for (const account of [main, accounts[2] as AccountId])
    done(engine, 'settings.set', {
      node: account,
      name: 'transfers.accept_from_others',
      value: true,
      from: null,
    })
  for (const address of ['sub', 'funding'])
    done(engine, 'address_book.add', {
      account: main,
      currency: 'USD',
      kind: 'transfer',
      address,
      label: address,
    })
  return { engine, accounts, parties: [member, firm, client], given: {}, postings: [] }
}

const FEES = { USD: '0.01', JPY: '1' }
const CODES = ['USD', 'JPY', 'XXX']
const amounts = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(1n, 1_000n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, -5n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n - 1n)) },
)

type Step = (world: World, second: number) => readonly [string, Plain]

const step: fc.Arbitrary<Step> = fc
  .record({
    which: fc.nat(24),
    one: fc.nat(3),
    other: fc.nat(3),
    place: fc.nat(30),
    amount: amounts,
    currency: fc.constantFrom(...CODES, 'USD', 'USD', 'USD'),
    flag: fc.boolean(),
    wait: fc.nat(5),
  })
  .map(({ which, one, other, place, amount, currency, flag, wait }) => (world, second) => {
    const at = (name: string): number => {
      const ids = world.given[name] ?? []
      return ids.length === 0 ? 999_999 : (ids[place % ids.length] as number)
    }
    const account = world.accounts[one] as AccountId
    const to = world.accounts[other] as AccountId
    const money = { account, currency, amount, reference: null, description: null }
    const sides = { from: account, to, currency, amount, description: null }
    const expiresAt = flag ? instant(START + (second + wait) * 1_000_000) : null
    const posting = world.postings[place % Math.max(1, world.postings.length)]
    const steps: readonly (readonly [string, Plain])[] = [
      ['deposits.create', { ...money, settle: true }],
      ['deposits.create', { ...money, settle: flag }],
      ['deposits.acknowledge', { deposit: at('deposit') }],
      ['deposits.complete', { deposit: at('deposit') }],
      ['deposits.cancel', { deposit: at('deposit') }],
      ['withdrawals.create', money],
      ['withdrawals.complete', { withdrawal: at('withdrawal') }],
      [flag ? 'withdrawals.reject' : 'withdrawals.cancel', { withdrawal: at('withdrawal') }],
      ['transfers.create', sides],
      ['transfers.prepare', { ...sides, expiresAt }],
      ['transfers.confirm', { transfer: at('transfer') }],
      ['transfers.cancel', { transfer: at('transfer') }],
      ['holds.create', { account, currency, amount, reason: 'card', expiresAt }],
      ['holds.capture', { hold: at('hold'), amount, to }],
      ['holds.release', { hold: at('hold') }],
      ['adjustments.create', { account, currency, amount: flag ? amount : -amount, description: 'by hand' }],
      [
        'corrections.reverse',
        { ...(posting ?? { sequence: 1, subject: 'x', entries: [] }), allowOverdraw: flag },
      ],
      [
        'cash_movements.create',
        {
          fundingAccount: account,
          account: to,
          reason: (['deposit', 'withdrawal', 'vendor_fees'] as const)[wait % 3] as string,
          currency,
          amount,
          externalReference: null,
          memo: null,
        },
      ],
      ['deposit_addresses.offer', { currency, addresses: [`a${place}`] }],
      ['deposit_addresses.assign', { account, currency }],
      ['deposits.create', { ...money, settle: true, address: `a${place}` }],
      ['address_book.add', { account, currency, kind: 'withdrawal', address: `a${wait}`, label: 'out' }],
      ['address_book.remove', { bookAddress: at('bookAddress') }],
      ['withdrawals.create', { ...money, address: `a${wait}` }],
      [
        'transfers.send',
        { from: account, address: flag ? 'sub' : 'funding', currency, amount, description: null },
      ],
    ]
    return steps[which] as readonly [string, Plain]
  })

/** Runs one step and remembers what it gave; says whether the engine took it. */
function take(world: World, [command, input]: readonly [string, Plain], second: number): boolean {
  const { engine, given, postings } = world
  const outcome = run(engine, command, input, { time: instant(START + second * 1_000_000) })
  if (outcome.kind !== 'done') return false
  for (const [name, id] of Object.entries(outcome.result as Record<string, unknown>))
    if (typeof id === 'number') given[name] = [...(given[name] ?? []), id]
  for (const { data, sequence, subject } of outcome.events) {
    const entries = data.entries
    if (Array.isArray(entries) && entries.length > 0) postings.push({ sequence, subject, entries })
  }
  return true
}

const faults = (engine: Engine): string[] =>
  engine
    .verify(textHash)
    .filter(({ holds }) => !holds)
    .map(({ name, detail }) => `${name}: ${detail}`)

describe('the laws of the ledger', () => {
  it('hold at every step of whatever is asked, and a refusal changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = openWorld()
        steps.forEach((next, second) => {
          world.engine.tick(instant(START + second * 1_000_000))
          const before = imageHash(world.engine)
          const isTaken = take(world, next(world, second), second)
          if (!isTaken) expect(imageHash(world.engine)).toBe(before)
          expect(faults(world.engine)).toEqual([])
        })
      }),
      { numRuns: 60 },
    )
  })

  it('hold after every preview, which leaves the image as it was', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const world = openWorld()
        steps.forEach((next, second) => {
          const time = instant(START + second * 1_000_000)
          world.engine.tick(time)
          const before = imageHash(world.engine)
          const [command, input] = next(world, second)
          world.engine.preview({ command, input, actor: { kind: 'system' }, time })
          expect(imageHash(world.engine)).toBe(before)
          take(world, [command, input], second)
        })
        expect(faults(world.engine)).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('give the same state for the same commands, and for the same rows in another image', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [first, second] = [openWorld(), openWorld()]
        steps.forEach((next, at) => {
          take(first, next(first, at), at)
          take(second, next(second, at), at)
        })
        expect(imageHash(second.engine)).toBe(imageHash(first.engine))
        const copy = new Engine()
        copyPrimary(first.engine.image, copy.image)
        expect(imageHash(copy)).toBe(imageHash(first.engine))
      }),
      { numRuns: 30 },
    )
  })

  it('survive the move of a subtree', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.array(fc.tuple(fc.nat(2), fc.nat(2))),
        (steps, moves) => {
          const world = openWorld()
          steps.forEach((next, second) => void take(world, next(world, second), second))
          const { parties } = world.engine.rooms.hierarchy
          for (const [who, under] of moves) {
            const party = parties.row(world.parties[who] as never)
            const owner = parties.row(world.parties[under] as never)
            if (world.engine.rooms.hierarchy.order.isAtOrAbove(party, owner)) continue
            parties.owner.set(party, parties.id(owner))
            expect(faults(world.engine)).toEqual([])
          }
        },
      ),
      { numRuns: 40 },
    )
  })
})

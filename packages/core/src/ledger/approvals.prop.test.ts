/** Maker and checker under random commands: the laws hold, refusals change nothing, nobody decides alone. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Engine } from '../engine.js'
import { type Event, HOUR, instant, type Plain } from '../image/index.js'
import { hashOf, textHash } from '../testing/hash.js'
import { createPerson } from '../testing/people.js'
import { createParty, done, openAccount, openBook, run, START } from '../testing/world.js'

const step = fc.record({
  operation: fc.constantFrom(
    'transfers.create',
    'withdrawals.create',
    'approvals.approve',
    'approvals.approve',
    'approvals.reject',
    'approvals.withdraw',
  ),
  who: fc.nat(2),
  place: fc.nat(9),
  amount: fc.bigInt(1n, 900n),
  hours: fc.constantFrom(0, 0, 1, 100),
})

it('never carries anything out on one user’s word', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const engine = new Engine()
      const book = openBook(engine)
      const firm = createParty(engine, book.party, 'firm', { kind: 'participant' })
      const [from, to] = [openAccount(engine, firm, 'from'), openAccount(engine, firm, 'to')]
      const money = { account: from, currency: 'USD', amount: 1_000n, reference: null, description: null }
      done(engine, 'deposits.create', { ...money, settle: true })
      const people = ['ann', 'bob', 'cal'].map((name) =>
        createPerson(engine, firm, name, { roles: ['firm_administrator'] }),
      )
      const value = { money: 'always', rights: 'never', corrections: 'always' }
      done(engine, 'settings.set', { node: firm, name: 'approvals.policy', value, from: null })
      const asked: number[] = []
      let time = START + HOUR
      for (const { operation, who, place, amount, hours } of steps) {
        time += hours * HOUR
        engine.tick(instant(time))
        const inputs: Readonly<Record<string, Plain>> = {
          'transfers.create': { from, to, currency: 'USD', amount, description: null },
          'withdrawals.create': { ...money, amount },
        }
        const input = inputs[operation] ?? { approval: asked[place % Math.max(1, asked.length)] ?? 999_999 }
        const before = hashOf(engine.image)
        const actor = people[who]?.actor
        if (actor === undefined) throw new Error('expected a person')
        const outcome = run(engine, operation, input, { actor, time: instant(time) })
        if (outcome.kind !== 'done') expect(hashOf(engine.image)).toBe(before)
        else {
          const { approval } = outcome.result as { approval: number }
          if (operation in inputs) asked.push(approval)
          for (const event of outcome.events) expectTwoPeople(event)
        }
        expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
      }
    }),
    { numRuns: 40 },
  )
})

/** Whatever moves or promises money names a maker and another user as the checker. */
function expectTwoPeople({ kind, doer, data }: Event): void {
  if (kind.startsWith('approval.')) return
  expect(data.checker).toEqual(expect.any(Number))
  expect(data.checker).not.toBe(doer.user)
}

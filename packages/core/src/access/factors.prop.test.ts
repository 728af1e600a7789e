// Second factors and logins under the laws of every table: undo restores, derived equals rebuilt, replay gives the same.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { after, type Id, type Plain, SECOND } from '../image/index.js'
import { derivedHashOf, hashOf, textHash } from '../testing/hash.js'
import { createPerson } from '../testing/people.js'
import { createParty, done, openAccount, openBook, SYSTEM_ACTOR } from '../testing/world.js'

type Choice = readonly [command: number, first: number, second: number, later: number]
const choices = fc.array(
  fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.nat(400)) as fc.Arbitrary<Choice>,
  { minLength: 1, maxLength: 120 },
)

function opened() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'firm')
  const people = ['ann', 'bob'].map((name) =>
    createPerson(engine, firm, name, { roles: ['firm_administrator'] }),
  )
  const main = openAccount(engine, firm, 'main')
  for (let made = 0; made < 3; made += 1) done(engine, 'subaccounts.create', { main })
  return { engine, people }
}

function commandOf(
  engine: Engine,
  users: readonly Id[],
  [kind, first, second]: Choice,
): readonly [string, Plain] {
  const { factors, userByName, users: table } = engine.rooms.identity
  const { accounts } = engine.rooms.hierarchy
  const user = users[first % users.length] as Id
  const ids = factors.table.idsInOrder()
  const factor = (ids[second % Math.max(1, ids.length)] ?? 0) as Id
  const subaccounts = accounts.idsInOrder().filter((id) => accounts.main.get(accounts.row(id)) !== null)
  const account = subaccounts[second % subaccounts.length] as Id
  const challenge =
    first % 3 === 0
      ? null
      : { use: `use-${second % 20}`, expiresAt: after(engine.image.head.time, 30 * SECOND) }
  const secretHash = `hash-${second % 9}`
  const login = userByName.find(`main_${(second % 3) + 1}-login`)
  const makers: readonly (readonly [string, Plain])[] = [
    [
      'factors.begin',
      {
        user,
        kind: 'totp',
        name: `phone ${second % 12}`,
        assignments: ['account'],
        sealedSecret: 'S',
        registrationChallenge: null,
        isProven: true,
      },
    ],
    ['factors.confirm', { factor, proof: { step: second % 5 } }],
    ['factors.update', { factor, name: `phone ${first % 12}`, isProven: true }],
    ['factors.remove', { factor, isProven: true }],
    ['factors.use', { factor, step: second % 40, signatures: null, challenge }],
    ['factors.fail', { user, challenge }],
    ['factors.reset', { user }],
    ['subaccounts.set_email', { account, sealedEmail: 'S', secretHash, subject: 'X', sealedText: 'T' }],
    ['emails.confirm', { secretHash, passwordHash: first % 2 === 0 ? null : 'P' }],
    ['subaccounts.set_login', { account, isEnabled: first % 2 === 0 }],
    ['subaccounts.set_notified', { account, isNotified: first % 2 === 0 }],
    ['subaccounts.remove', { account: first % 7 === 0 ? account : (0 as Id) }],
    ['users.close', { user: login < 0 ? (0 as Id) : table.id(login) }],
    ['accounts.bar_products', { account, products: first % 2 === 0 ? [] : ['option', 'currency_pair'] }],
  ]
  return makers[kind % makers.length] as readonly [string, Plain]
}

const hashes = ({ image }: Engine) => [hashOf(image), derivedHashOf(image)]

test('whatever is done, what is refused changes nothing and what is undone is as it was', () => {
  fc.assert(
    fc.property(choices, (todo) => {
      const { engine, people } = opened()
      const users = people.map(({ user }) => user)
      for (const choice of todo) {
        const [command, input] = commandOf(engine, users, choice)
        const envelope = {
          command,
          input,
          actor: SYSTEM_ACTOR,
          time: after(engine.image.head.time, choice[3] * SECOND),
        }
        engine.tick(envelope.time)
        const before = hashes(engine)
        engine.preview(envelope)
        expect(hashes(engine)).toEqual(before)
        if (engine.execute(envelope).kind === 'refused') expect(hashes(engine)).toEqual(before)
      }
      expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
    }),
    { numRuns: 15 },
  )
})

test('replaying the batches gives the same state', () => {
  fc.assert(
    fc.property(choices, (todo) => {
      const { engine, people } = opened()
      const users = people.map(({ user }) => user)
      const copy = new Engine()
      for (const choice of todo) {
        const [command, input] = commandOf(engine, users, choice)
        const time = after(engine.image.head.time, choice[3] * SECOND)
        engine.execute({ command, input, actor: SYSTEM_ACTOR, time })
        const batch = engine.takeBatch()
        if (batch !== null) copy.image.apply(batch.images, batch.head)
      }
      expect(hashes(copy)).toEqual(hashes(engine))
    }),
    { numRuns: 30 },
  )
})

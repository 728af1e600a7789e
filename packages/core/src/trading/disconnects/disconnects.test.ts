import { describe, expect, test } from 'vitest'
import type { AccountId } from '../../hierarchy/index.js'
import { textHash } from '../../testing/hash.js'
import { pageWorld, place } from '../../testing/market-world.js'
import { done, refusedWith, run } from '../../testing/world.js'
import { openDisconnects } from './commands.js'
import { CONNECTION_LENGTH_MAX, DISCONNECTS_OF_ACCOUNT_MAX } from './fields.js'

function market() {
  const world = pageWorld()
  const { engine, instrument, people } = world
  const [anna, ben] = [people.anna, people.ben] as [AccountId, AccountId]
  const order = (account: AccountId, connection: string | null) =>
    place(engine, { account, instrument, quantity: 1, price: '0.10', connection })
  const enable = (account: AccountId, connection: string | null) =>
    done(engine, 'disconnects.enable', { account, connection })
  const fire = (account: AccountId, connection: string) =>
    done<{ cancelled: number; more: boolean }>(engine, 'disconnects.fire', { account, connection })
  const isOpen = (id: number) => engine.rooms.trading.orders.has(id as never)
  return { ...world, anna, ben, order, enable, fire, isOpen }
}

describe('cancel on disconnect', () => {
  test('ends what came over the connection, of that account alone', () => {
    const { engine, anna, ben, order, enable, fire, isOpen } = market()
    enable(anna, 'one')
    enable(ben, 'one')
    const orders = [order(anna, 'one'), order(anna, 'two'), order(anna, null), order(ben, 'one')]
    engine.takeBatch()
    expect(fire(anna, 'one')).toEqual({ cancelled: 1, more: false })
    expect(orders.map(isOpen)).toEqual([false, true, true, true])
    const [event] = engine.takeBatch()?.events ?? []
    expect(event).toMatchObject({ kind: 'order.cancelled', data: { unsolicited: 'disconnected' } })
    // It is fired once.
    order(anna, 'one')
    expect(fire(anna, 'one')).toEqual({ cancelled: 0, more: false })
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('of many orders 500 at a time', () => {
    const { anna, order, enable, fire } = market()
    enable(anna, 'one')
    for (let number = 0; number < 501; number += 1) order(anna, 'one')
    expect(fire(anna, 'one')).toEqual({ cancelled: 500, more: true })
    expect(fire(anna, 'one')).toEqual({ cancelled: 1, more: false })
  })

  test('what is open is known to a server that begins anew; what is said of the account is no connection', () => {
    const { engine, anna, enable } = market()
    enable(anna, null)
    enable(anna, 'one')
    enable(anna, 'two')
    done(engine, 'disconnects.disable', { account: anna, connection: 'two' })
    expect(openDisconnects(engine.rooms)).toEqual([{ account: anna, connection: 'one' }])
    const read = engine.read(
      'disconnects.list',
      { kind: 'system' },
      { account: anna },
      engine.image.head.time,
    )
    expect(read).toEqual({
      result: {
        items: [
          { account: anna, connection: null },
          { account: anna, connection: 'one' },
        ],
      },
    })
  })

  test('names of connections, and how many there are', () => {
    const { engine, anna, enable } = market()
    enable(anna, 'x'.repeat(CONNECTION_LENGTH_MAX))
    for (const connection of ['x'.repeat(CONNECTION_LENGTH_MAX + 1), '', 'two words'])
      expect(refusedWith(engine, 'disconnects.enable', { account: anna, connection })).toBe('malformed')
    for (let number = 1; number < DISCONNECTS_OF_ACCOUNT_MAX; number += 1) enable(anna, `c${number}`)
    enable(anna, 'c1')
    const further = run(engine, 'disconnects.enable', { account: anna, connection: 'further' })
    expect(further).toMatchObject({ kind: 'refused', refusal: { code: 'limit_reached' } })
  })
})

// What goes to outside venues: numbered messages over real connections, with the clock moved by hand.
import { type Plain, SECOND } from '@stemma/core'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BookServer, startBook } from '../testing/book-server.js'
import { turns } from '../testing/host-world.js'
import { fundedAccount, limitOrder, outsideShare, replacement } from '../testing/outside.js'
import { listen, openReceiver, type Received, type Receiver } from '../testing/receiver.js'
import { HELD_AFTER } from './effects.js'
import { VENUE_RETRY_AFTER, VENUE_RETRY_AFTER_MOST } from './venues.js'

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

let book: BookServer
let receiver: Receiver
let account: number
beforeEach(async () => {
  book = await startBook()
  receiver = await openReceiver()
  account = await fundedAccount(book.run, book.root, 'buyer', '100000.00')
})
afterEach(async () => {
  await book.close()
  receiver.close()
})

async function open(name: string, url: string): Promise<{ venue: number; instrument: number }> {
  const { sealing } = book.server.services
  const sealedSecret = await sealing.seal(sealing.operator, SECRET)
  const input = { name, displayName: name, url, sealedSecret }
  const { venue } = await book.run<{ venue: number }>('venues.create', input)
  return { venue, instrument: await outsideShare(book.run, `SHARE-${name}`, name) }
}

const place = async (instrument: number, quantity = 10n): Promise<number> =>
  (
    await book.run<{ order: number }>(
      'orders.place',
      limitOrder({ account, instrument, quantity, price: '50.00' }),
    )
  ).order

const set = (venue: number, status: 'active' | 'suspended') =>
  book.run('venues.update', {
    venue,
    displayName: null,
    url: null,
    sealedSecret: null,
    status,
    version: null,
  })

const numbers = () => receiver.received.map(({ body }) => JSON.parse(body).number)
const waiting = () => book.server.engine.rooms.effects.table.size

/** Waits until an attempt was kept, however it ended. */
const attempts = (count: number) => book.events(['effect.'], count)

async function later(microseconds: number): Promise<void> {
  book.clock.advance(microseconds)
  await book.poke()
  await turns()
}

test('a message says in decimal text what is asked, under its number, signed under the id of the effect', async () => {
  const { venue, instrument } = await open('exchange', `${receiver.url}/messages`)
  const order = await place(instrument)
  const [received] = (await receiver.hasReceived(1)) as [Received]
  expect(received.path).toBe('/messages')
  const message = new Webhook(SECRET).verify(received.body, received.headers as Record<string, string>)
  expect(message).toEqual({
    venue: `ven_${venue}`,
    number: 1,
    action: 'place',
    order: `ord_${order}`,
    instrument: `ins_${instrument}`,
    symbol: 'SHARE-exchange',
    currency: 'USD',
    quantity_scale: 0,
    side: 'buy',
    type: 'limit',
    time_in_force: 'gtc',
    price: '50',
    stop_price: null,
    quantity: '10',
    expires_at: null,
    all_or_none: false,
    post_only: false,
  })
  const [delivered] = await attempts(1)
  expect(received.headers['webhook-id']).toBe(`msg_${delivered?.subject.slice('eff_'.length)}`)
  await book.run('venues.report', reportOf(venue, 1, order))
  await book.run('orders.replace', replacement(order, 12n, '51.5'))
  const [, second] = (await receiver.hasReceived(2)) as [Received, Received]
  expect(JSON.parse(second.body)).toMatchObject({
    number: 2,
    action: 'replace',
    price: '51.5',
    quantity: '12',
  })
})

const reportOf = (venue: number, number: number, order: number): Plain => ({
  venue,
  number,
  kind: 'accepted',
  order,
  price: null,
  quantity: null,
  fee: null,
  uncounted: null,
  reference: null,
  text: null,
})

test('what does not arrive is sent again for ever, and what is behind it waits', async () => {
  const { instrument } = await open('exchange', receiver.url)
  receiver.answer(500)
  for (let count = 0; count < 5; count += 1) await place(instrument)
  const waits = [...VENUE_RETRY_AFTER, ...Array.from({ length: 12 }, () => VENUE_RETRY_AFTER_MOST)]
  for (const [at, wait] of waits.entries()) {
    await attempts(at + 1)
    await later(wait - 1)
    expect(numbers()).toHaveLength(at + 1)
    await later(1)
    await receiver.hasReceived(at + 2)
  }
  expect(new Set(numbers())).toEqual(new Set([1]))
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  await attempts(waits.length + 1)
  receiver.answer(200)
  const before = numbers().length
  await later(VENUE_RETRY_AFTER_MOST)
  await receiver.hasReceived(before + 5)
  expect(numbers().slice(before)).toEqual([1, 2, 3, 4, 5])
  await attempts(waits.length + 6)
  expect(waiting()).toBe(0)
})

test('a message that comes too early is sent again soon', async () => {
  const { instrument } = await open('exchange', receiver.url)
  receiver.answer(409)
  await place(instrument)
  const [failed] = await attempts(1)
  expect(failed?.data).toMatchObject({ detail: 'answered 409: an earlier message is missing there' })
  receiver.answer(202)
  await later(0.1 * SECOND)
  await receiver.hasReceived(2)
  await attempts(2)
  expect(waiting()).toBe(0)
})

test('the messages of a suspended venue wait, without an attempt', async () => {
  const { venue, instrument } = await open('exchange', receiver.url)
  receiver.answer(500)
  await place(instrument)
  await place(instrument)
  await attempts(1)
  await set(venue, 'suspended')
  receiver.answer(200)
  for (let count = 0; count < 20; count += 1) await later(HELD_AFTER)
  expect(numbers()).toEqual([1])
  await set(venue, 'active')
  await later(HELD_AFTER)
  await receiver.hasReceived(3)
  expect(numbers()).toEqual([1, 1, 2])
  expect((await attempts(3)).map(({ data }) => data.attempt)).toEqual([1, 2, 1])
})

test('neither another venue nor webhooks that hang hold up an order', async () => {
  const hanging = await listen(() => {})
  const dead = await open('dead', hanging.url)
  for (let count = 0; count < 10; count += 1)
    await book.webhook(`${hanging.url}/${count}`, ['party.created'], SECRET)
  for (const name of ['acme', 'nova']) await book.party(name)
  await place(dead.instrument)
  const { instrument } = await open('exchange', receiver.url)
  await place(instrument)
  await receiver.hasReceived(1)
  expect(numbers()).toEqual([1])
  hanging.close()
})

test('a venue whose secret cannot be opened gets its messages once it has another', async () => {
  const { venue, instrument } = await open('exchange', receiver.url)
  const { sealing } = book.server.services
  const update = (sealedSecret: string) =>
    book.run('venues.update', {
      venue,
      displayName: null,
      url: null,
      sealedSecret,
      status: null,
      version: null,
    })
  await update('broken')
  await place(instrument)
  const [failed] = await attempts(1)
  expect(failed?.data).toMatchObject({ detail: 'the secret of the venue cannot be opened' })
  await update(await sealing.seal(sealing.operator, SECRET))
  await later(0.1 * SECOND)
  const [received] = (await receiver.hasReceived(1)) as [Received]
  expect(new Webhook(SECRET).verify(received.body, received.headers as never)).toMatchObject({ number: 1 })
})

test('a private address gets nothing where that is not allowed', async () => {
  const strict = await startBook({ variables: { STEMMA_WEBHOOK_ALLOW_PRIVATE: '0' } })
  const [kept, buyer] = [book, account]
  book = strict
  account = await fundedAccount(strict.run, strict.root, 'buyer', '1000.00')
  const { instrument } = await open('exchange', receiver.url)
  await place(instrument)
  const [failed] = await attempts(1)
  expect(failed?.data).toMatchObject({ detail: 'the address is not public' })
  expect(receiver.received).toEqual([])
  await strict.close()
  book = kept
  account = buyer
})

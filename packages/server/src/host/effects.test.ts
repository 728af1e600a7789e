// What leaves the server: webhooks over real connections, with the clock moved by hand.
import { type Event, SECOND } from '@stemma/core'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BookServer, startBook } from '../testing/book-server.js'
import { done, newParty, openHost, SYSTEM, turns } from '../testing/host-world.js'
import { openReceiver, type Received, type Receiver } from '../testing/receiver.js'
import { EffectRunner, RETRY_AFTER } from './effects.js'

const SECRET = `whsec_${Buffer.alloc(24, 5).toString('base64')}`
const OUTCOMES = ['effect.']
const attemptOf = ({ kind, data }: Event): unknown => ({ ...(data as object), kind })

/** What the receiver's own library makes of it; it throws where the signature does not fit. */
const verified = ({ body, headers }: Received): unknown =>
  new Webhook(SECRET).verify(body, headers as Record<string, string>)

let book: BookServer
let receiver: Receiver
beforeEach(async () => {
  book = await startBook()
  receiver = await openReceiver()
})
afterEach(async () => {
  await book.close()
  receiver.close()
})

describe('a webhook', () => {
  it('carries the event, signed by Standard Webhooks under the id of the effect', async () => {
    await book.webhook(`${receiver.url}/hook?a=1`, ['party.created'], SECRET)
    const party = await book.party('acme')
    const [received] = (await receiver.hasReceived(1)) as [Received]
    expect(received.path).toBe('/hook?a=1')
    expect(received.headers['content-type']).toBe('application/json')
    expect(verified(received)).toMatchObject({ kind: 'party.created', subject: `pty_${party}` })
    const [delivered] = (await book.events(OUTCOMES, 1)) as [Event]
    expect(received.headers['webhook-id']).toBe(`msg_${delivered.subject.replace('eff_', '')}`)
    expect(() => verified({ ...received, body: received.body.replace('acme', 'evil') })).toThrow()
    expect(() =>
      new Webhook(Buffer.alloc(24, 6).toString('base64')).verify(received.body, received.headers as never),
    ).toThrow()
  })

  it('is tried again when it was answered 500, under the same id, and both attempts can be read', async () => {
    await book.webhook(receiver.url, ['party.created'], SECRET)
    receiver.answer(500)
    await book.party('acme')
    const start = book.clock.now()
    await book.events(OUTCOMES, 1)
    receiver.answer(204)
    await book.poke()
    expect(receiver.received).toHaveLength(1)
    book.clock.advance(5 * SECOND)
    await book.poke()
    const events = await book.events(OUTCOMES, 2)
    const [first, second] = receiver.received as [Received, Received]
    expect(receiver.received).toHaveLength(2)
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(verified(second)).toEqual(verified(first))
    expect(events.map(attemptOf)).toMatchObject([
      { kind: 'effect.failed', attempt: 1, detail: 'answered 500', nextAttemptAt: start + 5 * SECOND },
      { kind: 'effect.delivered', attempt: 2, detail: 'answered 204', nextAttemptAt: null },
    ])
    expect(book.server.engine.rooms.effects.table.size).toBe(0)
  })

  it('is given up after the last attempt', async () => {
    await book.webhook(receiver.url, ['party.created'], SECRET)
    receiver.answer(503)
    await book.party('acme')
    for (const [at, wait] of RETRY_AFTER.entries()) {
      await book.events(OUTCOMES, at + 1)
      book.clock.advance(wait - 1)
      await book.poke()
      expect(receiver.received).toHaveLength(at + 1)
      book.clock.advance(1)
      await book.poke()
    }
    const events = await book.events(OUTCOMES, RETRY_AFTER.length + 1)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(events.map(({ kind }) => kind)).toEqual(events.map(() => 'effect.failed'))
    expect(events.at(-1)?.data).toMatchObject({ attempt: 11, nextAttemptAt: null })
    expect(book.server.engine.rooms.effects.table.size).toBe(0)
    book.clock.advance(1_000_000 * SECOND)
    await book.poke()
    await turns()
    expect(receiver.received).toHaveLength(RETRY_AFTER.length + 1)
  })

  it('does not go out before the change that it tells of is durable', async () => {
    await book.webhook(receiver.url, ['party.created'], SECRET)
    book.store.holdAppends()
    const earlier = book.poke()
    await turns()
    const told = book.party('acme')
    // The write before goes through, the one with the effect does not yet.
    book.store.releaseAppends()
    book.store.holdAppends()
    await earlier
    await turns()
    expect(book.server.engine.rooms.effects.table.size).toBe(1)
    expect(receiver.received).toHaveLength(0)
    book.store.releaseAppends()
    await told
    await receiver.hasReceived(1)
    await book.events(['effect.delivered'], 1)
  })

  it('does not follow a redirect', async () => {
    const elsewhere = await openReceiver()
    await book.webhook(receiver.url, ['party.created'], SECRET)
    receiver.answer(307, { location: elsewhere.url })
    await book.party('acme')
    expect((await book.events(OUTCOMES, 1)).map(attemptOf)).toMatchObject([
      { kind: 'effect.failed', detail: 'answered 307' },
    ])
    expect(elsewhere.received).toHaveLength(0)
    elsewhere.close()
  })

  it('is refused a private address where that is not allowed', async () => {
    const strict = await startBook({ variables: { STEMMA_WEBHOOK_ALLOW_PRIVATE: '0' } })
    await strict.webhook(receiver.url, ['party.created'], SECRET)
    await strict.webhook(receiver.url.replace('127.0.0.1', 'localhost'), ['party.created'], SECRET)
    await strict.party('acme')
    expect((await strict.events(OUTCOMES, 2)).map(attemptOf)).toMatchObject([
      { kind: 'effect.failed', detail: 'the address is not public' },
      { kind: 'effect.failed', detail: 'the address is not public' },
    ])
    expect(receiver.received).toHaveLength(0)
    await strict.close()
  })

  it('is given up when its endpoint went away, or its secret', async () => {
    const [removed] = [
      await book.webhook(receiver.url, ['party.created'], SECRET),
      await book.webhook(receiver.url, ['party.created'], SECRET),
    ]
    receiver.answer(500)
    await book.party('acme')
    await book.events(OUTCOMES, 2)
    await book.run('webhooks.remove', { webhook: removed })
    book.server.engine.rooms.identity.partyKeys.erase(book.root as never)
    book.clock.advance(5 * SECOND)
    await book.poke()
    expect((await book.events(OUTCOMES, 4)).slice(2).map(attemptOf)).toMatchObject([
      { kind: 'effect.failed', detail: 'the endpoint is not there any more', nextAttemptAt: null },
      { kind: 'effect.failed', detail: 'the secret of the endpoint was erased', nextAttemptAt: null },
    ])
    expect(receiver.received).toHaveLength(2)
  })

  it('of which there are many goes out completely, a few at a time', async () => {
    await book.webhook(receiver.url, ['party.created'], SECRET)
    const parties = await Promise.all(Array.from({ length: 50 }, (_, at) => book.party(`p${at}`)))
    const received = await receiver.hasReceived(50)
    await book.events(['effect.delivered'], 50)
    const subjects = received.map((each) => (verified(each) as { subject: string }).subject)
    expect(subjects.sort()).toEqual(parties.map((party) => `pty_${party}`).sort())
  })
})

describe('an outcome that cannot be kept', () => {
  it('because the server is behind stops nothing: the effect goes out again under its id', async () => {
    const world = await openHost()
    const { engine, host, store, clock, root, fatal } = world
    const ids: number[] = []
    const deliverer = async ({ id }: { readonly id: number }) => {
      ids.push(id)
      if (ids.length === 1) store.forceLag({ batches: 1, bytes: 256 * 2 ** 20 + 1, milliseconds: 1 })
      return { isDelivered: true, detail: 'taken' }
    }
    const runner = new EffectRunner(engine, host, { webhook: deliverer }, (error) => fatal.push(error))
    await done(world, 'webhooks.register', {
      party: root,
      url: 'https://hooks.example/',
      kinds: [],
      sealedSecret: 'S',
    })
    await host.execute(newParty(root, 'acme'))
    runner.resume()
    await turns()
    expect(ids).toHaveLength(1)
    expect(engine.rooms.effects.table.size).toBe(1)
    store.forceLag(null)
    runner.run()
    await turns()
    expect(ids).toHaveLength(1)
    clock.advance(5 * SECOND)
    runner.run()
    await turns()
    await host.drain()
    expect(ids).toEqual([ids[0], ids[0]])
    expect(engine.rooms.effects.table.size).toBe(0)
    expect(fatal).toEqual([])
    expect(await host.read('parties.get', SYSTEM, { party: root })).toMatchObject({ kind: 'answer' })
    await runner.stop()
  })
})

// A server that is stopped and started again on the same directory goes on where it was.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { SECOND, stateHash } from '@stemma/core'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { operatorFileIn } from './bootstrap.js'
import { ManualClock } from './host/clock.js'
import { type Acme, buildAcme, KEYS } from './testing/acme.js'
import { type BookServer, freshFolder, openStore, startBook } from './testing/book-server.js'
import { openReceiver, type Received } from './testing/receiver.js'
import { assertion, exchange, START, signIn, startVenue, type Venue } from './testing/venue.js'

const SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`

function hashOf(book: BookServer): string {
  const hash = createHash('sha256')
  return stateHash(book.server.engine.image, {
    update: (text) => void hash.update(text),
    digest: () => hash.digest('hex'),
  })
}

describe('a book', () => {
  const directory = freshFolder()
  const clock = new ManualClock(START)
  let book: BookServer
  const start = () => startBook({ directory, clock, kept: openStore(directory) })
  beforeEach(async () => {
    book = await start()
  })
  afterEach(async () => {
    await book.server.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const key = JSON.parse(readFileSync(operatorFileIn(directory), 'utf8')).native.operator.apiKey
    const response = await fetch(book.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const newParty = (name: string) => ({
    owner: `pty_${book.root}`,
    kind: 'clearing_member',
    name,
    display_name: name,
  })

  it('has the same state, row by row, and its history', async () => {
    for (let at = 0; at < 20; at += 1) {
      clock.advance(SECOND)
      await call('POST', '/stemma/v1/parties', newParty(`p${at}`))
    }
    await call('POST', '/stemma/v1/parties', newParty('p0'))
    const history = await call('GET', `/stemma/v1/events?under=pty_${book.root}&limit=500`)
    const before = [hashOf(book), book.server.host.durableSequence]
    for (let round = 0; round < 2; round += 1) {
      await book.server.stop()
      book = await start()
      expect(book.server.made).toBeNull()
      expect(book.server.isSecretKeyFresh).toBe(false)
      expect([hashOf(book), book.server.host.durableSequence]).toEqual(before)
      const again = await call('GET', `/stemma/v1/events?under=pty_${book.root}&limit=500`)
      expect(JSON.parse(again.text)).toEqual(JSON.parse(history.text))
    }
    expect(JSON.parse(history.text).items.length).toBeGreaterThanOrEqual(20)
  })

  it('knows an idempotency key again, and what was asked under it', async () => {
    const keyed = (name: string) =>
      call('POST', '/stemma/v1/parties', newParty(name), { 'idempotency-key': 'k1' })
    const first = await keyed('acme')
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([200, null])
    await book.server.stop()
    book = await start()
    const sequence = book.server.host.durableSequence
    const again = await keyed('acme')
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
    expect(again.text).toBe(first.text)
    const other = await keyed('nova')
    expect([other.status, JSON.parse(other.text).code]).toEqual([422, 'idempotency_key_reused'])
    expect(book.server.host.durableSequence).toBe(sequence)
  })

  it('sends a webhook that did not arrive again, under the id that it had', async () => {
    const receiver = await openReceiver()
    receiver.answer(500)
    await book.webhook(receiver.url, ['party.created'], SECRET)
    const party = await book.party('acme')
    await book.events(['effect.failed'], 1)
    await book.server.stop()
    receiver.answer(200)
    book = await start()
    expect(receiver.received).toHaveLength(1)
    clock.advance(5 * SECOND)
    await book.poke()
    const [first, second] = (await receiver.hasReceived(2)) as [Received, Received]
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    const message = new Webhook(SECRET).verify(second.body, second.headers as Record<string, string>)
    expect(message).toMatchObject({ kind: 'party.created', subject: `pty_${party}` })
    const [delivered] = await book.events(['effect.delivered'], 1)
    expect(`msg_${delivered?.subject.slice('eff_'.length)}`).toBe(first.headers['webhook-id'])
    expect(delivered?.data).toMatchObject({ attempt: 2 })
    receiver.close()
  })

  it('sends at once what fell due while no server ran', async () => {
    const receiver = await openReceiver()
    receiver.answer(500)
    await book.webhook(receiver.url, ['party.created'], SECRET)
    await book.party('acme')
    await book.events(['effect.failed'], 1)
    await book.server.stop()
    clock.advance(5 * SECOND)
    book = await start()
    expect(await receiver.hasReceived(2)).toHaveLength(2)
    await book.events(['effect.failed'], 2)
    receiver.close()
  })
})

describe('the token endpoint', () => {
  let venue: Venue
  let acme: Acme
  beforeEach(async () => {
    venue = await startVenue('sqlite')
    acme = await buildAcme(venue)
  })
  afterEach(() => venue.close())

  it('refuses an assertion that was used before the restart, and takes a new one', async () => {
    const signed = await assertion(venue, 'acme-trading', KEYS)
    expect((await exchange(venue, 'acme-trading', signed)).status).toBe(200)
    venue = await venue.restart()
    const replayed = await exchange(venue, 'acme-trading', signed)
    expect([replayed.status, replayed.body.error_description]).toEqual([401, 'the jti was used before'])
    expect(await signIn(venue, 'acme-trading', KEYS)).toMatch(/^[^.]+\.[^.]+\.[^.]+$/)
  })

  it('honours a token from before the restart, but not one of a client that was revoked', async () => {
    const token = await signIn(venue, 'acme-trading', KEYS)
    const revoked = await signIn(venue, 'acme-dropcopy', KEYS)
    await venue.run('credentials.revoke', { credential: acme.credentials.dropCopy as number })
    venue = await venue.restart()
    expect((await venue.send('GET', '/v1/whoami', { token })).status).toBe(200)
    expect((await venue.send('GET', '/v1/whoami', { token: revoked })).status).toBe(401)
  })
})

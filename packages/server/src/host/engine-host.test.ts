import { MemoryStore } from '@stemma/store'
import { describe, expect, it } from 'vitest'
import { done, newParty, openHost, operator, SYSTEM, turns } from '../testing/host-world.js'

const FROM_NOW_ON = { under: null, kinds: [] }

describe('durable before visible', () => {
  it('holds back replies, refusals, reads and events until the disk has what they depend on', async () => {
    const world = await openHost()
    const { host, store, root } = world
    const seen: string[] = []
    await host.subscribe(SYSTEM, FROM_NOW_ON, null, (event) => {
      seen.push(event.kind)
      return true
    })
    store.holdAppends()
    const reply = host.execute(newParty(root, 'first')).then(() => seen.push('reply'))
    const refusal = host.execute(newParty(root, 'first')).then(() => seen.push('refusal'))
    const read = host.read('parties.get', SYSTEM, { party: root }).then(() => seen.push('read'))
    const preview = host.preview(newParty(root, 'second')).then(() => seen.push('preview'))
    const history = host.history('events', { limit: 100 }).then(() => seen.push('history'))
    await turns()
    expect(seen).toEqual([])
    store.releaseAppends()
    await Promise.all([reply, refusal, read, preview, history])
    expect(seen[0]).toBe('party.created')
    expect(seen.slice(1).sort()).toEqual(['history', 'preview', 'read', 'refusal', 'reply'])
  })

  it('makes one write of what came while another was under way', async () => {
    const { host, store, root, batches } = await openHost()
    store.holdAppends()
    const first = host.execute(newParty(root, 'p0'))
    await turns()
    const later = ['p1', 'p2', 'p3', 'p4'].map((name) => host.execute(newParty(root, name)))
    await turns()
    store.releaseAppends()
    await Promise.all([first, ...later])
    expect(batches.map(({ firstSequence, head }) => head.sequence - firstSequence + 1)).toEqual([1, 4])
  })

  it('answers nothing after a failed write, and says so once', async () => {
    const { host, store, root, fatal } = await openHost()
    store.holdAppends()
    let answered = 0
    const count = (): number => (answered += 1)
    void host.execute(newParty(root, 'lost')).then(count, count)
    void host.read('parties.get', SYSTEM, { party: root }).then(count, count)
    const stopped = expect(host.stop()).rejects.toThrow('disk is gone')
    store.failAppends(new Error('the disk is gone'))
    store.releaseAppends()
    await stopped
    void host.execute(newParty(root, 'after')).then(count, count)
    await turns()
    expect(answered).toBe(0)
    expect(fatal.map(({ message }) => message)).toEqual(['the disk is gone'])
  })

  it('closes a batch before it outgrows a record', async () => {
    const { host, store, root, batches } = await openHost()
    store.holdAppends()
    const reason = 'x'.repeat(100_000)
    const all = Array.from({ length: 30 }, (_, at) => host.execute(newParty(root, `p${at}`, { reason })))
    await turns()
    store.releaseAppends()
    await Promise.all(all)
    expect(batches.length).toBeGreaterThan(1)
  })
})

describe('records', () => {
  it('have room for what many large steps of processes write at once', async () => {
    const world = await openHost()
    const { host, store, clock, root, batches, fatal, engine } = world
    const { party } = await done<{ party: number }>(world, 'parties.create', newParty(root, 'many').input)
    const note = 'x'.repeat(3_900)
    for (let process = 0; process < 8; process += 1)
      await done(world, 'accounts.open_many', {
        party,
        main: null,
        template: null,
        type: 'cash',
        baseCurrency: null,
        needsClearing: false,
        counted: null,
        items: Array.from({ length: 250 }, (_, at) => ({
          name: `a-${process}-${at}`,
          displayName: null,
          type: null,
          attributes: { note },
        })),
      })
    batches.length = 0
    store.holdAppends()
    clock.advance(10_000)
    host.tick()
    await turns()
    store.releaseAppends()
    await host.drain()
    expect(fatal).toEqual([])
    expect(batches.length).toBeGreaterThanOrEqual(8)
    expect(engine.rooms.hierarchy.accounts.size).toBeGreaterThanOrEqual(8 * 250)
  })

  it('have room for rows that are larger than the commands that change them', async () => {
    const world = await openHost()
    const { host, store, root, batches, fatal } = world
    const { party } = await done<{ party: number }>(world, 'parties.create', newParty(root, 'wide').input)
    const accounts: number[] = []
    for (let each = 0; each < 900; each += 1) {
      const { account } = await done<{ account: number }>(world, 'accounts.open', {
        party,
        main: null,
        name: `wide-${each}`,
        displayName: 'Wide',
        type: 'cash',
        baseCurrency: null,
        needsClearing: false,
        attributes: { note: 'x'.repeat(3_900) },
      })
      accounts.push(account)
    }
    batches.length = 0
    store.holdAppends()
    for (const account of accounts)
      void host.execute({ command: 'accounts.suspend', input: { account, version: null }, actor: SYSTEM })
    await turns()
    store.releaseAppends()
    await host.drain()
    expect(fatal).toEqual([])
    expect(batches.length).toBeGreaterThanOrEqual(3)
  })
})

describe('intake', () => {
  it('refuses what cannot be kept in a record, alone and in a batch', async () => {
    const { host, root } = await openHost()
    const half = newParty(root, 'half', { reason: 'half \ud800' })
    expect(await host.execute(half)).toMatchObject({ kind: 'refused', refusal: { code: 'malformed' } })
    expect(await host.executeLinked([newParty(root, 'whole'), half])).toMatchObject({ failedAt: 1 })
    expect(await host.execute(newParty(root, 'whole'))).toMatchObject({ kind: 'done' })
  })

  it('refuses work while more than 256 MiB of the journal is not in the tables', async () => {
    const { host, store, root } = await openHost()
    store.forceLag({ batches: 9, bytes: 256 * 2 ** 20 + 1, milliseconds: 1 })
    expect(await host.execute(newParty(root, 'late'))).toMatchObject({ refusal: { code: 'overloaded' } })
    store.forceLag({ batches: 9, bytes: 256 * 2 ** 20, milliseconds: 60_000 })
    expect(await host.execute(newParty(root, 'late'))).toMatchObject({ kind: 'done' })
  })

  it('makes all durable before it has stopped, and takes nothing more', async () => {
    const { host, root } = await openHost()
    const under = host.execute(newParty(root, 'last'))
    const stopped = host.stop()
    expect(await host.execute(newParty(root, 'too-late'))).toMatchObject({ refusal: { code: 'not_writer' } })
    await stopped
    expect(await under).toMatchObject({ kind: 'done' })
  })
})

describe('repeats', () => {
  const key = { key: 'k1', bodyHash: 'h1' }

  it('answers with the stored result, after a restart too', async () => {
    const kept = new MemoryStore()
    const world = await openHost(kept)
    const { actor } = await operator(world)
    const request = newParty(world.root, 'once', { actor, key })
    const first = await world.host.execute(request)
    expect(first).toMatchObject({ kind: 'done' })
    if (first.kind !== 'done') return
    const { sequence, result } = first
    expect(await world.host.execute(request)).toEqual({ kind: 'repeated', sequence, result })
    const again = await openHost(kept)
    expect(again.engine.image.head).toEqual(world.engine.image.head)
    expect(await again.host.execute(request)).toEqual({ kind: 'repeated', sequence, result })
    expect(await again.host.execute({ ...request, key: { ...key, bodyHash: 'other' } })).toMatchObject({
      refusal: { code: 'idempotency_key_reused' },
    })
  })

  it('gives the refusal of an all-or-nothing batch that repeats a key of its own', async () => {
    const world = await openHost()
    const { actor } = await operator(world)
    const once = newParty(world.root, 'once', { actor, key })
    const linked = await world.host.executeLinked([once, once, newParty(9_999, 'nowhere', { actor })])
    expect(linked.failedAt).toBe(2)
    expect(await world.host.execute(once)).toMatchObject({ kind: 'done' })
  })
})

describe('streams', () => {
  it('resume behind any event without gap or repeat, while more is written', async () => {
    const { host, root } = await openHost()
    for (let at = 0; at < 20; at += 1) await host.execute(newParty(root, `p${at}`))
    const all = (await host.history('events', { limit: 1_000 })).map(({ sequence, position }) => [
      sequence,
      position,
    ])
    const [sequence, index] = all[7] as [number, number]
    const seen: unknown[][] = []
    const subscribed = host.subscribe(SYSTEM, FROM_NOW_ON, { sequence, index }, (event) => {
      seen.push([event.sequence, event.index])
      return true
    })
    const more = Array.from({ length: 20 }, (_, at) => host.execute(newParty(root, `q${at}`)))
    await Promise.all([subscribed, ...more])
    await turns()
    const now = await host.history('events', { limit: 1_000 })
    expect(seen).toEqual(now.slice(8).map((row) => [row.sequence, row.position]))
  })

  it('close at once when the right is taken away', async () => {
    const world = await openHost()
    const { user, actor } = await operator(world)
    await done(world, 'users.create', {
      party: world.root,
      name: 'second',
      displayName: 'Second',
      sealedEmail: null,
      kyc: null,
      roles: ['operator'],
      scopes: [],
      account: null,
    })
    const seen: string[] = []
    const answer = await world.host.subscribe(actor, FROM_NOW_ON, null, ({ kind }) => seen.push(kind) > 0)
    if (answer.kind !== 'answer') throw new Error('expected the stream to open')
    await world.host.execute(newParty(world.root, 'shown'))
    await done(world, 'users.suspend', { user, version: null })
    await world.host.execute(newParty(world.root, 'hidden'))
    expect(await answer.result.closed).toBe('revoked')
    expect(seen).toEqual(['party.created'])
  })

  it('drop a reader that does not keep up', async () => {
    const { host, root } = await openHost()
    const answer = await host.subscribe(SYSTEM, FROM_NOW_ON, null, () => false)
    if (answer.kind !== 'answer') throw new Error('expected the stream to open')
    await host.execute(newParty(root, 'unread'))
    expect(await answer.result.closed).toBe('slow')
  })
})

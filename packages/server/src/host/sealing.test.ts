// Personal fields and secrets under lock and key.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refused } from '@stemma/core'
import { type KeyShelf, MemoryKeyShelf } from '@stemma/store'
import { afterAll, describe, expect, it, test } from 'vitest'
import { type HostWorld, newParty, openHost } from '../testing/host-world.js'
import { MasterKey, PartySealing, SecretKeyFault } from './sealing.js'

const directory = mkdtempSync(join(tmpdir(), 'stemma-sealing-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const PLAIN = 'Ada Lovelace, 1815-12-10 ✓'

function openSealing(
  { engine, host }: HostWorld,
  keyFile = 'secret.key',
  shelf: KeyShelf = new MemoryKeyShelf(),
): PartySealing {
  const { key } = MasterKey.open(join(directory, keyFile))
  return new PartySealing(key, shelf, engine, host)
}

async function twoParties(world: HostWorld): Promise<readonly [number, number]> {
  const made = await Promise.all(
    ['one', 'other'].map((name) => world.host.execute(newParty(world.root, name))),
  )
  const [one, other] = made.map(
    (settled) => (settled as unknown as { result: { party: number } }).result.party,
  )
  return [one as number, other as number]
}

describe('sealed text', () => {
  it('is opened again for its own party, and differs each time', async () => {
    const world = await openHost()
    const sealing = openSealing(world)
    const [one] = await twoParties(world)
    const [first, second] = [await sealing.seal(one, PLAIN), await sealing.seal(one, PLAIN)]
    expect(first).not.toBe(second)
    expect(first).not.toContain('Ada')
    expect(await sealing.open(one, first)).toBe(PLAIN)
    expect(await sealing.open(one, second)).toBe(PLAIN)
    expect(await sealing.open(one, await sealing.seal(one, ''))).toBe('')
    expect(world.fatal).toEqual([])
  })

  it('is opened by a later process with the same key file', async () => {
    const world = await openHost()
    const [one] = await twoParties(world)
    const shelf = new MemoryKeyShelf()
    const sealed = await openSealing(world, 'secret.key', shelf).seal(one, PLAIN)
    expect(await openSealing(world, 'secret.key', shelf).open(one, sealed)).toBe(PLAIN)
  })

  it('is not opened for another party', async () => {
    const world = await openHost()
    const sealing = openSealing(world)
    const [one, other] = await twoParties(world)
    const sealed = await sealing.seal(one, PLAIN)
    expect(await sealing.open(other, sealed)).toBeNull()
    await sealing.seal(other, 'so that it has a key')
    expect(await sealing.open(other, sealed)).toBeNull()
  })

  it('is not opened once the key of the party was erased', async () => {
    const world = await openHost()
    const sealing = openSealing(world)
    const [one] = await twoParties(world)
    const sealed = await sealing.seal(one, PLAIN)
    const erased = await world.host.execute({
      command: 'parties.erase',
      input: { party: one, version: null },
      actor: { kind: 'system' },
    })
    expect(erased.kind).toBe('done')
    expect(await sealing.open(one, sealed)).toBeNull()
    // What is sealed afterwards is sealed with another key, and the destroyed one stays destroyed.
    const again = await sealing.seal(one, 'a new beginning')
    expect([await sealing.open(one, again), await sealing.open(one, sealed)]).toEqual([
      'a new beginning',
      null,
    ])
  })

  it('is sealed with another key where the one that the book names is lost', async () => {
    const world = await openHost()
    const [one] = await twoParties(world)
    const lost = await openSealing(world).seal(one, PLAIN)
    const sealing = openSealing(world)
    expect(await sealing.open(one, lost)).toBeNull()
    const again = await sealing.seal(one, PLAIN)
    expect([await sealing.open(one, again), await sealing.open(one, lost)]).toEqual([PLAIN, null])
  })

  it('is not opened when anything in it was changed', async () => {
    const world = await openHost()
    const sealing = openSealing(world)
    const [one] = await twoParties(world)
    const sealed = await sealing.seal(one, PLAIN)
    const bytes = Buffer.from(sealed.slice('v1.'.length), 'base64url')
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      expect(await sealing.open(one, `v1.${changed.toString('base64url')}`)).toBeNull()
    }
    const texts = ['', 'v1', 'v1.', 'v1.AAAA', `v2.${bytes.toString('base64url')}`, sealed.slice(0, -4), 'x']
    for (const text of texts) expect(await sealing.open(one, text), text).toBeNull()
  })

  it('is not made while its key cannot be kept', async () => {
    const world = await openHost()
    const sealing = openSealing(world)
    const [one] = await twoParties(world)
    world.store.forceLag({ batches: 1, bytes: 256 * 2 ** 20 + 1, milliseconds: 1 })
    await expect(sealing.seal(one, PLAIN)).rejects.toThrow(Refused)
    world.store.forceLag(null)
    expect(await sealing.open(one, await sealing.seal(one, PLAIN))).toBe(PLAIN)
    expect(world.fatal).toEqual([])
  })

  it('tells a wrong key file from a wrong text', async () => {
    const world = await openHost()
    const [one, other] = await twoParties(world)
    const shelf = new MemoryKeyShelf()
    const sealed = await openSealing(world, 'secret.key', shelf).seal(one, PLAIN)
    const mistaken = openSealing(world, 'another.key', shelf)
    await expect(mistaken.open(one, sealed)).rejects.toThrow(SecretKeyFault)
    await expect(mistaken.seal(one, PLAIN)).rejects.toThrow('not the one that this book was written with')
    expect(await mistaken.open(other, sealed)).toBeNull()
  })

  it('makes one key for a party, however much is sealed at once', async () => {
    const world = await openHost()
    const sealing = openSealing(world)
    const [one] = await twoParties(world)
    const texts = Array.from({ length: 10 }, (_, at) => `text ${at}`)
    const sealed = await Promise.all(texts.map((text) => sealing.seal(one, text)))
    expect(world.engine.rooms.identity.partyKeys.table.size).toBe(1)
    expect(await Promise.all(sealed.map((text) => sealing.open(one, text)))).toEqual(texts)
  })
})

describe('the key file', () => {
  it('is made for its owner alone, and read again as it is', () => {
    const path = join(directory, 'fresh.key')
    const first = MasterKey.open(path)
    expect(first.isFresh).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const text = readFileSync(path, 'utf8')
    expect(Buffer.from(text, 'base64')).toHaveLength(32)
    const again = MasterKey.open(path)
    expect(again.isFresh).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(again.key.derive('one')).toEqual(first.key.derive('one'))
    expect(again.key.derive('one')).not.toEqual(first.key.derive('two'))
  })

  it('is made anew over what an interrupted start left beside it', () => {
    const path = join(directory, 'interrupted.key')
    writeFileSync(`${path}.new`, 'half', { mode: 0o644 })
    expect(MasterKey.open(path).isFresh).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('may be readable only: a secret that is mounted', () => {
    const path = join(directory, 'mounted.key')
    writeFileSync(path, Buffer.alloc(32, 7).toString('base64'))
    chmodSync(path, 0o400)
    expect(MasterKey.open(path).isFresh).toBe(false)
  })

  const ends = Buffer.alloc(32, 1).toString('base64')
  test.each([
    ['nothing', ''],
    ['too little', Buffer.alloc(31, 1).toString('base64')],
    ['too much', Buffer.alloc(33, 1).toString('base64')],
    ['something else', 'correct horse battery staple'],
    ['characters that are not base64', `!${ends}`],
    ['two lines', `${ends}\n${ends}`],
  ])('is refused when it holds %s', (_what, text) => {
    const path = join(directory, 'malformed.key')
    writeFileSync(path, text)
    expect(() => MasterKey.open(path)).toThrow(SecretKeyFault)
    expect(() => MasterKey.open(path)).toThrow(`${path}: expected 32 bytes in base64`)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

/** The commands that open the data directory themselves, from empty to verified, and the end of a server. */
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type Ended, freshFolder, start, startDemo, stemma } from './testing/server-process.js'

/** A folder with a demo world, which tests copy and leave as it is. */
const seeded = freshFolder()
let seeding: Ended
beforeAll(async () => {
  seeding = await stemma(['seed', '--data', seeded, '--port', '4567'])
})

/** A folder of a test's own with a demo world. */
function copyOfSeeded(): string {
  const data = freshFolder()
  cpSync(seeded, data, { recursive: true })
  return data
}

test('seed makes the demo world once, and migrate and verify work on it', async () => {
  expect(seeding).toMatchObject({ code: 0, stderr: '' })
  const data = copyOfSeeded()
  const demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'))
  expect(demo['polymarket-us'].tokenUrl).toBe('http://127.0.0.1:4567/oauth/token')
  const again = await stemma(['seed', '--data', data])
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('holds a book already')
  const migrated = await stemma(['migrate', '--data', data])
  expect(migrated.code).toBe(0)
  expect(migrated.stdout).toMatch(/is up to date: \d+ records, the last sequence is \d+/)
  const verified = await stemma(['verify', '--offline', '--data', data, '--output', 'json'])
  expect(verified.code).toBe(0)
  expect(JSON.parse(verified.stdout).checks[0]).toEqual({
    name: 'journal and tables',
    holds: true,
    detail: null,
  })
})

const STATE = /state is ([0-9a-f]{64})/

test('a running server is backed up, and the backup proves itself', async () => {
  const server = await startDemo(copyOfSeeded())
  const backup = join(freshFolder(), 'b.stemma')
  const made = await stemma(['backup', '--data', server.data, '--to', backup])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  await server.stop()
  const verified = await stemma(['verify', '--backup', backup, '--output', 'json'])
  expect(verified.code).toBe(0)
  expect(JSON.parse(verified.stdout).holds).toBe(true)
  expect(made.stdout).toContain(JSON.parse(verified.stdout).hash)
  server.remove()
})

test('a book is restored from its backup, where none is', async () => {
  const data = copyOfSeeded()
  const backup = join(freshFolder(), 'b.stemma')
  expect((await stemma(['backup', '--data', data, '--to', backup])).code).toBe(0)
  const to = join(freshFolder(), 'restored')
  const restored = await stemma(['restore', '--from', backup, '--data', to])
  expect([restored.code, restored.stdout]).toEqual([0, expect.stringMatching(STATE)])
  const refused = await stemma(['restore', '--from', backup, '--data', data])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('holds a book already')])
})

test('a restored book does not start without the key that it was written with, and none is made for it', async () => {
  const data = copyOfSeeded()
  const backup = join(freshFolder(), 'b.stemma')
  expect((await stemma(['backup', '--data', data, '--to', backup])).code).toBe(0)
  const to = join(freshFolder(), 'restored')
  expect((await stemma(['restore', '--from', backup, '--data', to])).code).toBe(0)
  const key = join(to, 'secret.key')
  const refused = await stemma(['serve', '--data', to, '--port', '0'])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`${key} is missing`)])
  expect(existsSync(key)).toBe(false)
  cpSync(join(data, 'secret.key'), key)
  const server = start(['serve', '--data', to, '--port', '0'])
  await server.said(/Stemma is ready/)
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})

test('a book is copied, and the copy of the copy has the same state', async () => {
  const data = copyOfSeeded()
  const [first, second] = [join(freshFolder(), 'first'), join(freshFolder(), 'second')]
  const one = await stemma(['store', 'copy', '--from', data, '--to', first])
  const other = await stemma(['store', 'copy', '--from', first, '--to', second])
  expect([one.code, other.code]).toEqual([0, 0])
  expect(STATE.exec(other.stdout)?.[1]).toBe((STATE.exec(one.stdout) as RegExpExecArray)[1])
})

test('a restore says that the keys of the parties are missing, and does without where that is said', async () => {
  const data = copyOfSeeded()
  const backup = join(freshFolder(), 'b.stemma')
  const keys = join(freshFolder(), 'elsewhere.keys')
  expect((await stemma(['backup', '--data', data, '--to', backup, '--keys', keys])).code).toBe(0)
  const to = join(freshFolder(), 'restored')
  const without = await stemma(['restore', '--from', backup, '--data', to])
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('party.keys')])
  expect(existsSync(to)).toBe(false)
  expect((await stemma(['restore', '--from', backup, '--no-keys', '--data', to])).code).toBe(0)
})

test.each([
  [['backup'], '--to'],
  [['restore'], '--from'],
  [['verify', '--backup', 'b.stemma', '--offline'], 'cannot be used with'],
  [['store', 'copy', '--from', 'postgres://nowhere', '--to', 'there'], 'a host and a database'],
  [['store', 'compact', '--keep', '0'], 'expected 1 to 36500 days'],
  [['store', 'compact', '--keep', '36501'], 'expected 1 to 36500 days'],
  [['store', 'compact', '--keep', '1.5'], 'expected 1 to 36500 days'],
])('%j is not understood', async (words, why) => {
  const { code, stderr } = await stemma(words)
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
})

test('compacting drops what is older than the days to keep, and says how much room that gives', async () => {
  const data = copyOfSeeded()
  const { code, stdout } = await stemma(['store', 'compact', '--data', data])
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/of records 1 to 0 .*\nThe journal took \d+ bytes/),
  ])
  expect((await stemma(['verify', '--offline', '--data', data])).code).toBe(0)
})

test('a folder without a book is named, and nothing is made in it', async () => {
  const data = freshFolder()
  for (const words of [['migrate'], ['verify', '--offline']]) {
    const { code, stderr } = await stemma([...words, '--data', data])
    expect(code).toBe(1)
    expect(stderr).toContain('There is no book in')
  }
  expect(existsSync(join(data, 'journal.sqlite'))).toBe(false)
})

test('the offline proof does not run beside a server', async () => {
  const server = await startDemo(copyOfSeeded())
  const { code, stderr } = await stemma(['verify', '--offline', '--data', server.data])
  expect(code).toBe(1)
  expect(stderr).toContain('Nothing was changed.')
  await server.stop()
  expect((await stemma(['verify', '--offline', '--data', server.data])).code).toBe(0)
  server.remove()
})

test('one keypress that arrives twice is one wish: the server drains and ends well', async () => {
  const server = await startDemo(copyOfSeeded())
  server.process.child.kill('SIGINT')
  server.process.child.kill('SIGINT')
  const { code, stderr } = await server.process.ended
  expect(code).toBe(0)
  expect(stderr.trim().split('\n').at(-1)).toBe('Stopped.')
  server.remove()
})

test('a server without the demo world makes an operator’s key and says where it is', async () => {
  const data = freshFolder()
  const process = start(['serve', '--port', '0', '--data', data])
  const file = (await process.said(/operator's API key is in (\S+)/))[1] as string
  expect(existsSync(file)).toBe(true)
  expect(existsSync(join(data, 'demo.json'))).toBe(false)
  process.child.kill('SIGTERM')
  expect((await process.ended).code).toBe(0)
})

/** The commands that open the data directory themselves, from empty to verified, and the end of a server. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder, start, startDemo, stemma } from './testing/server-process.js'

test('seed makes the demo world once, and migrate and verify work on it', async () => {
  const data = freshFolder()
  const seeded = await stemma(['seed', '--data', data, '--port', '4567'])
  expect(seeded).toMatchObject({ code: 0, stderr: '' })
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

test('a backup of a running server is proven by itself, restored and copied', async () => {
  const server = await startDemo()
  const folder = freshFolder()
  const [backup, restored, copied] = [join(folder, 'b.stemma'), join(folder, 'restored'), join(folder, 'copied')]
  const made = await stemma(['backup', '--data', server.data, '--to', backup])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const [head] = /[0-9a-f]{64}/.exec(made.stdout) as RegExpExecArray
  const again = await stemma(['backup', '--data', server.data, '--to', backup])
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')])
  await server.stop()

  const verified = await stemma(['verify', '--backup', backup, '--output', 'json'])
  expect(verified.code).toBe(0)
  expect(JSON.parse(verified.stdout)).toMatchObject({ holds: true, hash: head })

  const states: string[] = []
  for (const words of [
    ['restore', '--from', backup, '--data', restored],
    ['store', 'copy', '--from', restored, '--to', copied],
  ]) {
    const { code, stdout } = await stemma(words)
    expect(code).toBe(0)
    expect(stdout).toContain(head)
    states.push((/state is ([0-9a-f]{64})/.exec(stdout) as RegExpExecArray)[1] as string)
  }
  expect(states[1]).toBe(states[0])
  const refused = await stemma(['restore', '--from', backup, '--data', restored])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('holds a book already')])
  server.remove()
})

test('a restore says what is missing, and what it can do without', async () => {
  const data = freshFolder()
  expect((await stemma(['seed', '--data', data])).code).toBe(0)
  const backup = join(freshFolder(), 'b.stemma')
  const keys = join(freshFolder(), 'elsewhere.keys')
  expect((await stemma(['backup', '--data', data, '--to', backup, '--keys', keys])).code).toBe(0)
  const to = join(freshFolder(), 'restored')
  const without = await stemma(['restore', '--from', backup, '--data', to])
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('party.keys')])
  expect(existsSync(to)).toBe(false)
  expect((await stemma(['restore', '--from', backup, '--no-keys', '--data', to])).code).toBe(0)
  const half = await stemma(['backup', '--data', data])
  expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('--to')])
  const both = await stemma(['verify', '--backup', backup, '--offline'])
  expect(both.code).toBe(2)
  const mistaken = await stemma(['store', 'copy', '--from', 'postgres://nowhere', '--to', to])
  expect([mistaken.code, mistaken.stderr]).toEqual([2, expect.stringContaining('a host and a database')])
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
  const server = await startDemo()
  const { code, stderr } = await stemma(['verify', '--offline', '--data', server.data])
  expect(code).toBe(1)
  expect(stderr).toContain('Nothing was changed.')
  await server.stop()
  expect((await stemma(['verify', '--offline', '--data', server.data])).code).toBe(0)
  server.remove()
})

test('one keypress that arrives twice is one wish: the server drains and ends well', async () => {
  const server = await startDemo()
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

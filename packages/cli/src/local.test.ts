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

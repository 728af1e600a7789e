import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../testing/data-directory.js'
import type { KeyShelf } from './key-shelf.js'
import { openKeyShelf } from './open-key-shelf.js'
import { keyFileIn, SqliteKeyShelf } from './sqlite-key-shelf.js'

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

const key = (name: string) => ({ name, wrappedKey: `wrapped ${name}` })

describe.each(['memory', 'sqlite'])('a shelf of keys in %s', (kind) => {
  const open = (): KeyShelf =>
    openKeyShelf({ book: 0, at: kind === 'memory' ? 'memory' : { dataDirectory: directory } })

  test('keeps keys, never another under the same name, until they are dropped', async () => {
    const shelf = open()
    expect([await shelf.find('a'), await shelf.all()]).toEqual([null, []])
    await shelf.keep([key('b'), key('a')])
    await shelf.keep([{ name: 'a', wrappedKey: 'another' }])
    expect(await shelf.all()).toEqual([key('a'), key('b')])
    await shelf.drop('a')
    await shelf.drop('a')
    expect([await shelf.find('a'), await shelf.find('b')]).toEqual([null, 'wrapped b'])
    await shelf.close()
  })
})

test('what was kept is there after the file was opened again, for its owner alone', async () => {
  const shelf = SqliteKeyShelf.open(directory)
  await shelf.keep([key('a')])
  expect(SqliteKeyShelf.read(directory)).toEqual([key('a')])
  await shelf.close()
  expect(statSync(keyFileIn(directory)).mode & 0o777).toBe(0o600)
  const again = SqliteKeyShelf.open(directory)
  expect(await again.all()).toEqual([key('a')])
  await again.close()
})

test('what was dropped is in no byte of any file, while the shelf is open', async () => {
  const shelf = SqliteKeyShelf.open(directory)
  await shelf.keep(Array.from({ length: 200 }, (_, at) => key(`key ${at}`)))
  const has = (text: string): boolean =>
    readdirSync(directory).some((file) => readFileSync(join(directory, file)).includes(text))
  expect(has('wrapped key 123')).toBe(true)
  await shelf.drop('key 123')
  expect([has('wrapped key 123'), has('wrapped key 124')]).toEqual([false, true])
  await shelf.close()
})

import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { DATA_VERSION, dataVersionOf, migrate } from './migrations.js'

test('a journal is brought forward step by step, keeps its data, and is then left alone', () => {
  const journal = new Database(':memory:')
  const steps = [
    { note: 'a table', sql: 'CREATE TABLE things (name TEXT)' },
    { note: 'a column', sql: "ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'" },
  ]
  migrate(journal, steps.slice(0, 1))
  journal.exec("INSERT INTO things (name) VALUES ('stone')")
  expect(dataVersionOf(journal)).toBe(1)
  for (let round = 0; round < 2; round += 1) {
    migrate(journal, steps)
    expect(dataVersionOf(journal)).toBe(2)
    expect(journal.prepare('SELECT * FROM things').all()).toEqual([{ name: 'stone', colour: 'grey' }])
  }
})

test('a step that fails leaves the journal at the version before it', () => {
  const journal = new Database(':memory:')
  const broken = { note: 'broken', sql: 'CREATE TABLE things (name TEXT); CREATE TABLE things (name TEXT)' }
  expect(() => migrate(journal, [broken])).toThrow('already exists')
  expect(dataVersionOf(journal)).toBe(0)
  migrate(journal)
  expect(dataVersionOf(journal)).toBe(DATA_VERSION)
})

import type { Batch } from '@stemma/core/image'
import { expect, test } from 'vitest'
import { chainHash, partHashes } from './chain.js'
import { decodeBatch } from './codec.js'
import { FORMAT_1_BATCH, FORMAT_1_HASH, FORMAT_1_RECORD } from './format-1.fixture.js'
import { FORMAT_VERSION, UPGRADES, type Upgrade, upgraded } from './upgrades.js'

test('a record of format 1 is read for ever, and keeps its hash', () => {
  expect(decodeBatch(FORMAT_1_RECORD)).toEqual(FORMAT_1_BATCH)
  const note = { ...FORMAT_1_RECORD, book: 3, batch: 42, epoch: 1 }
  expect(chainHash('0'.repeat(64), note, partHashes(FORMAT_1_RECORD))).toBe(FORMAT_1_HASH)
})

test('a record goes through every upgrade from its own format on, in order', () => {
  const renamed: Upgrade = (batch) => ({
    ...batch,
    images: batch.images.map((images) => ({ ...images, columns: images.columns.map((name) => `${name}2`) })),
  })
  const counted: Upgrade = (batch) => ({
    ...batch,
    images: batch.images.map((images) => ({
      ...images,
      columns: [...images.columns, 'version'],
      rows: images.rows.map((row) => [...row, 1]),
    })),
  })
  const batch = {
    images: [{ table: 'any', columns: ['name'], rows: [[1, 'x']], removed: [] }],
  } as unknown as Batch
  const upgrades = [renamed, counted]
  expect(upgraded(batch, 1, upgrades).images[0]).toMatchObject({
    columns: ['name2', 'version'],
    rows: [[1, 'x', 1]],
  })
  expect(upgraded(batch, 2, upgrades).images[0]).toMatchObject({ columns: ['name', 'version'] })
  expect(upgraded(batch, 3, upgrades)).toBe(batch)
  expect(FORMAT_VERSION).toBe(UPGRADES.length + 1)
})

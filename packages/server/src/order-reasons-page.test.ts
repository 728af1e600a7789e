/** The page of the reasons of orders tells of each reason that the engine gives, and of no other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENDING_REASONS, ORDER_FAULTS } from '@stemma/core'
import { expect, test } from 'vitest'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/reference/order-reasons.md'), 'utf8')
const [, accepting = '', ending = ''] = PAGE.split('\n## ')

/** The names in the first column. */
const named = (section: string): string[] =>
  [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  )

test('each reason for which an order is not accepted', () => {
  expect(named(accepting).toSorted()).toEqual([...ORDER_FAULTS].toSorted())
})

test('each reason for which an order ends by itself', () => {
  const again = ORDER_FAULTS.filter((fault) => named(ending).includes(fault))
  expect(named(ending).toSorted()).toEqual([...ENDING_REASONS, ...again].toSorted())
})

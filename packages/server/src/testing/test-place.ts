/**
 * Where the book of a test is kept that does not care: as the test says, or, with STEMMA_TEST_STORE=postgres, in a
 * database of its own. So the whole suite can be run on PostgreSQL. Not exported.
 */
import { createTestDatabase } from '@stemma/store'
import type { StoreSetting } from '../ops/configuration.js'

export interface TestPlace {
  readonly setting: StoreSetting
  /** When no server has it open any more. */
  end(): Promise<void>
}

export async function testPlace(otherwise: 'memory' | 'sqlite'): Promise<TestPlace> {
  if (process.env.STEMMA_TEST_STORE !== 'postgres') return { setting: otherwise, end: async () => {} }
  const { url, drop } = await createTestDatabase()
  return { setting: url as StoreSetting, end: drop }
}

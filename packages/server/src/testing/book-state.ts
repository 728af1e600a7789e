/** The state of a book as a text that is equal exactly when the state is. Not exported. */
import { createHash } from 'node:crypto'
import { canonicalText, type Engine, stateHash } from '@stemma/core'

/** Of every row and of the head. */
export function hashOf({ image }: Engine): string {
  const hash = createHash('sha256')
  return stateHash(image, {
    update: (part: string | Uint8Array) => void hash.update(part),
    digest: () => hash.digest('hex'),
  })
}

/** The same table by table, but for some of them: what differs is named. */
export function hashesWithout(
  { image }: Engine,
  tables: readonly string[],
): Readonly<Record<string, string>> {
  const kept = image.primaryTables().filter(({ tableName }) => !tables.includes(tableName))
  return Object.fromEntries(
    kept.map((table) => {
      const hash = createHash('sha256')
      for (const id of table.idsInOrder()) hash.update(`${canonicalText(table.encode(table.row(id)))}\n`)
      return [table.tableName, hash.digest('hex')]
    }),
  )
}

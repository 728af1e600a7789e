/** One page of a list: what matches, in order, from behind a place on, and whether there is more. */
import type { Plain } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'

const PAGE_MAX = 1_000
const PAGE_DEFAULT = 100

export interface Paging {
  /** The id behind which the page begins; null for the first page. */
  readonly after?: number | null
  readonly limit?: number | null
}

export type Page = { readonly items: readonly Plain[]; readonly next: number | null }

/** The page of ids in ascending order, keeping no more of them than the page needs. */
export function pageOf(ids: Iterable<number>, { after, limit }: Paging, show: (id: number) => Plain): Page {
  const size = limit ?? PAGE_DEFAULT
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX)
    refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
  const kept: number[] = []
  const behind = after ?? 0
  for (const id of ids) {
    if (id <= behind || (kept.length > size && id > (kept[size] as number))) continue
    let place = kept.length
    while (place > 0 && (kept[place - 1] as number) > id) place -= 1
    kept.splice(place, 0, id)
    if (kept.length > size + 1) kept.pop()
  }
  const shown = kept.slice(0, size)
  return { items: shown.map(show), next: kept.length > size ? (shown.at(-1) ?? null) : null }
}

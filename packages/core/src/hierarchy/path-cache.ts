/**
 * Owner paths that were asked for lately. Each event and each entry carries one, and the same few thousand parties deal
 * most of the time; the cache is as large as it is from the start, and forgets all of it when a party moves.
 */
import type { Row, RowHook, Watched } from '../image/index.js'
import { NO_ROW } from '../image/index.js'

const PLACES = 4_096

interface Parties {
  readonly hooks: RowHook[]
}

export class PathCache {
  private readonly rows = new Int32Array(PLACES).fill(NO_ROW)
  private readonly paths: string[] = new Array(PLACES).fill('')

  constructor(
    parties: Parties,
    owner: Watched<unknown>,
    private readonly walk: (party: Row) => string,
  ) {
    const forget = (row: Row): void => {
      this.rows[row % PLACES] = NO_ROW
    }
    parties.hooks.push({ inserted: forget, removing: forget })
    owner.watch(() => this.rows.fill(NO_ROW))
  }

  of(party: Row): string {
    const place = party % PLACES
    if (this.rows[place] === party) return this.paths[place] as string
    const path = this.walk(party)
    this.rows[place] = party
    this.paths[place] = path
    return path
  }
}

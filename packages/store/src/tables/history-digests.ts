/** The sums of the row digests of the history tables, as they are kept beside them: by them lost and added rows are noticed. */
import { sumDigests } from './row-digest.js'

export class HistoryDigests {
  private readonly sums = new Map<string, bigint>()

  /** As `text` gave them. Tables that are not named have none. */
  static in(text: string | undefined): HistoryDigests {
    const digests = new HistoryDigests()
    const sums = JSON.parse(text ?? '{}') as Readonly<Record<string, string>>
    for (const [table, sum] of Object.entries(sums)) digests.sums.set(table, BigInt(sum))
    return digests
  }

  of(table: string): bigint {
    return this.sums.get(table) ?? 0n
  }

  change(table: string, change: bigint): void {
    if (change !== 0n) this.sums.set(table, sumDigests(this.of(table), change))
  }

  text(): string {
    return JSON.stringify(Object.fromEntries([...this.sums].map(([table, sum]) => [table, String(sum)])))
  }
}

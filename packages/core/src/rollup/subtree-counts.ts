/**
 * How many parties and accounts there are at and beneath each party, kept as they come and go. On load a party may
 * come before its owner; what it counts for waits for the owner's id.
 */
import type { Hierarchy, PartyId } from '../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row, roomFor, widened } from '../image/index.js'

class Counter {
  private counts = new Int32Array(0)
  private readonly waiting = new Map<PartyId, number>()

  constructor(private readonly parties: Hierarchy['parties']) {}

  of(party: Row): number {
    return this.counts[party] ?? 0
  }

  /** Adds at a party and at everything above it that is known. */
  add(party: PartyId | null, change: number): void {
    for (let id = party; id !== null && change !== 0; ) {
      const row = this.parties.find(id)
      if (row === NO_ROW) {
        this.wait(id, change)
        return
      }
      this.counts[row] = this.of(row) + change
      id = this.parties.owner.get(row)
    }
  }

  begin(party: Row): void {
    if (party >= this.counts.length)
      this.counts = widened(this.counts, roomFor(party + 1, this.counts.length))
    const id = this.parties.id(party)
    const waited = this.waiting.get(id) ?? 0
    this.waiting.delete(id)
    this.counts[party] = waited
    this.add(this.parties.owner.get(party), waited)
  }

  end(party: Row): void {
    const left = this.of(party)
    this.add(this.parties.owner.get(party), -left)
    this.counts[party] = 0
    if (left !== 0) this.wait(this.parties.id(party), left)
  }

  private wait(id: PartyId, change: number): void {
    const waits = (this.waiting.get(id) ?? 0) + change
    if (waits === 0) this.waiting.delete(id)
    else this.waiting.set(id, waits)
  }
}

export class SubtreeCounts implements Derived {
  readonly name = 'counts of subtrees'
  private readonly partyCounts: Counter
  private readonly accountCounts: Counter

  constructor(private readonly hierarchy: Hierarchy) {
    const { parties, accounts } = hierarchy
    const counters = [new Counter(parties), new Counter(parties)] as const
    const [partyCounts, accountCounts] = counters
    this.partyCounts = partyCounts
    this.accountCounts = accountCounts
    parties.hooks.push({
      inserted: (row) => {
        for (const counter of counters) counter.begin(row)
        partyCounts.add(parties.id(row), 1)
      },
      removing: (row) => {
        partyCounts.add(parties.id(row), -1)
        for (const counter of counters) counter.end(row)
      },
    })
    parties.owner.watch((row, old) => {
      for (const counter of counters) {
        counter.add(old, -counter.of(row))
        counter.add(parties.owner.get(row), counter.of(row))
      }
    })
    accounts.hooks.push({
      inserted: (row) => accountCounts.add(accounts.party.get(row), 1),
      removing: (row) => accountCounts.add(accounts.party.get(row), -1),
    })
  }

  /** Parties at and beneath the party, itself included. */
  parties(party: Row): number {
    return this.partyCounts.of(party)
  }

  /** Accounts of the party and of everything beneath it, the operator's own books included. */
  accounts(party: Row): number {
    return this.accountCounts.of(party)
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    for (const id of parties.idsInOrder()) {
      const row = parties.row(id)
      yield [id, this.parties(row), this.accounts(row)]
    }
  }
}

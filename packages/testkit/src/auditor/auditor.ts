/**
 * The auditor: knows the laws and nothing of how the engine keeps them. It reads primary rows one by one and adds
 * them up the slow way; what it computes from scratch has to be what the engine says.
 */
import {
  type Batch,
  canonicalText,
  copyPrimary,
  derivedHash,
  Engine,
  type Event,
  type Hasher,
  type Row,
  stateHash,
} from '@stemma/core'
import type { Finding } from './finding.js'
import { auditTrading } from './trading-laws.js'

export type { Finding }

export class Auditor {
  private sequence = 0
  private index = -1

  constructor(
    private readonly engine: Engine,
    private readonly hasher: () => Hasher,
    /** The last sequence that was audited before. */
    after = 0,
  ) {
    this.sequence = after
  }

  /** Every law that the state alone can break. */
  auditState(): Finding[] {
    return [
      ...this.balances(),
      ...this.zeroSum(),
      ...this.rollUps(),
      ...auditTrading(this.engine),
      ...this.derived(),
    ]
  }

  /** Sequences are dense and events are numbered within them, from batch to batch. */
  auditBatch(batch: Batch): Finding[] {
    const findings: Finding[] = []
    if (batch.firstSequence !== this.sequence + 1) {
      findings.push({
        law: 'dense sequences',
        detail: `expected ${this.sequence + 1}, was ${batch.firstSequence}`,
      })
    }
    for (const event of batch.events) findings.push(...this.auditEvent(event, batch))
    this.sequence = batch.head.sequence
    this.index = -1
    return findings
  }

  /** The image that the journaled batches lead to is the image that the engine has. */
  auditReplay(batches: readonly Batch[]): Finding[] {
    const replayed = new Engine(this.engine.image.book)
    for (const { images, head } of batches) replayed.image.apply(images, head)
    const [expected, was] = [this.engine, replayed].map(({ image }) => stateHash(image, this.hasher()))
    return expected === was
      ? []
      : [{ law: 'replay gives the same state', detail: `expected ${expected}, was ${was}` }]
  }

  private auditEvent(event: Event, batch: Batch): Finding[] {
    const isNext =
      event.sequence === this.sequence
        ? event.index === this.index + 1
        : event.sequence > this.sequence && event.index === 0
    const isWithin = event.sequence >= batch.firstSequence && event.sequence <= batch.head.sequence
    this.sequence = event.sequence
    this.index = event.index
    return isNext && isWithin
      ? []
      : [
          {
            law: 'events are numbered',
            detail: `event ${event.sequence}.${event.index} ${event.kind} is out of order`,
          },
        ]
  }

  private balances(): Finding[] {
    const { balances } = this.engine.rooms.ledger
    const findings: Finding[] = []
    for (const row of balances.each()) {
      const [credits, debits, held] = [
        balances.credits.get(row),
        balances.debits.get(row),
        balances.held.get(row),
      ]
      if (credits < 0n || debits < 0n) findings.push(this.balanceFinding('credits and debits only grow', row))
      if (held < 0n) findings.push(this.balanceFinding('nothing negative is held', row))
      const isCustomer = this.bookOf(row) === 'customer'
      if (isCustomer && held > 0n && credits - debits < held)
        findings.push(this.balanceFinding('what is held is posted', row))
    }
    return findings
  }

  private zeroSum(): Finding[] {
    const { balances } = this.engine.rooms.ledger
    const sums = new Map<string, bigint>()
    for (const row of balances.each()) {
      const currency = balances.currency.get(row)
      sums.set(currency, (sums.get(currency) ?? 0n) + balances.credits.get(row) - balances.debits.get(row))
    }
    return [...sums]
      .filter(([, sum]) => sum !== 0n)
      .map(([currency, sum]) => ({ law: 'the book sums to zero', detail: `${currency} sums to ${sum}` }))
  }

  /** Each node's sums, added up account by account. */
  private rollUps(): Finding[] {
    const { hierarchy, ledger, rollup } = this.engine.rooms
    const expected = new Map<string, { positive: bigint; negative: bigint }>()
    for (const row of ledger.balances.each()) {
      if (['outside_world', 'street'].includes(this.bookOf(row))) continue
      const posted = ledger.balances.credits.get(row) - ledger.balances.debits.get(row)
      const account = hierarchy.accounts.row(ledger.balances.account.get(row))
      for (let id = hierarchy.accounts.party.get(account) as number | null; id !== null; ) {
        const key = `${id} ${ledger.balances.currency.get(row)}`
        const sums = expected.get(key) ?? { positive: 0n, negative: 0n }
        if (posted > 0n) sums.positive += posted
        else sums.negative += posted
        expected.set(key, sums)
        id = hierarchy.parties.owner.get(hierarchy.parties.row(id as never))
      }
    }
    const was = new Map<string, { positive: bigint; negative: bigint }>()
    for (const party of hierarchy.parties.each()) {
      for (const { currency, positive, negative } of rollup.of(party))
        was.set(`${hierarchy.parties.id(party)} ${currency}`, { positive, negative })
    }
    const zero = { positive: 0n, negative: 0n }
    return [...new Set([...expected.keys(), ...was.keys()])].flatMap((key) => {
      const [should, is] = [canonicalText(expected.get(key) ?? zero), canonicalText(was.get(key) ?? zero)]
      return should === is
        ? []
        : [
            {
              law: 'roll-ups are the sums of what is beneath',
              detail: `${key}: expected ${should}, was ${is}`,
            },
          ]
    })
  }

  private derived(): Finding[] {
    const rebuilt = new Engine(this.engine.image.book)
    copyPrimary(this.engine.image, rebuilt.image)
    const [expected, was] = [rebuilt, this.engine].map(({ image }) => derivedHash(image, this.hasher()))
    return expected === was
      ? []
      : [{ law: 'derived tables equal their rebuilding', detail: `expected ${expected}, was ${was}` }]
  }

  private bookOf(balance: Row): string {
    const { hierarchy, ledger } = this.engine.rooms
    return hierarchy.accounts.book.get(hierarchy.accounts.row(ledger.balances.account.get(balance)))
  }

  private balanceFinding(law: string, row: Row): Finding {
    const { balances } = this.engine.rooms.ledger
    return { law, detail: `bal_${balances.id(row)}: ${canonicalText(balances.encode(row))}` }
  }
}

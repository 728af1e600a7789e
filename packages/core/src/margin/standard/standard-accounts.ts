/** Which accounts are under standard margin. Derived: a command that books for none of them is done with a look here. */
import type { AccountId, Hierarchy } from '../../hierarchy/index.js'
import type { Derived, Plain, Row } from '../../image/index.js'
import { type MarginModel, modelOf } from '../models.js'

const isStandard = (model: MarginModel): boolean =>
  model === 'segregated_standard' || model === 'cross_standard'

export class StandardAccounts implements Derived {
  readonly name = 'accounts under standard margin'
  private readonly known = new Set<AccountId>()

  constructor({ accounts }: Hierarchy) {
    const enter = (row: Row): void => {
      if (isStandard(modelOf(accounts.type.get(row)))) this.known.add(accounts.id(row))
    }
    const leave = (row: Row): void => void this.known.delete(accounts.id(row))
    accounts.hooks.push({ inserted: enter, removing: leave })
    accounts.type.watch((row) => {
      leave(row)
      enter(row)
    })
  }

  get isEmpty(): boolean {
    return this.known.size === 0
  }

  has(account: AccountId): boolean {
    return this.known.has(account)
  }

  *canonical(): Iterable<Plain> {
    yield [...this.known].sort((left, right) => left - right)
  }
}

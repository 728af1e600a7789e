/**
 * Portfolios: the figures of each account that ever held a position, and of each group of such accounts. Whatever a
 * command does to the money or the positions of an account is in its figures by the end of that command; what a price
 * does to them follows in bounded steps (`stale-portfolios`). So every row says at which sequence it was reckoned.
 */
import type { AccountId, GroupId, Hierarchy } from '../hierarchy/index.js'
import { type Id, type Image, NO_ROW, Relation, type Row, type Table, type Values } from '../image/index.js'
import { businessDateOf, type Ledger } from '../ledger/index.js'
import { type Amount, add, amount, type CurrencyCode, ZERO } from '../money/index.js'
import type { Trading, TradingContext } from '../trading/index.js'
import { type Worth, worthByCurrency } from './account-worth.js'
import { coverOf, modelOf } from './models.js'
import { type PortfolioId, portfolioFields } from './portfolio-fields.js'
import type { Requirements } from './requirements.js'
import type { StandardMargin } from './standard/standard.js'

/** What the figures are reckoned from. */
interface FiguresContext extends TradingContext {
  readonly margin: {
    readonly requirements: Requirements
    readonly standard: StandardMargin
    free(account: AccountId, currency: CurrencyCode): Amount
  }
}

type Figures = Omit<Values<typeof portfolioFields>, 'entity' | 'currency'>

export class Portfolios {
  readonly table: Table<PortfolioId, typeof portfolioFields>
  /** Of an account or a group, one for each currency; of a group, one for each model too. */
  readonly of: Relation<Id>
  readonly partsOf: Relation<GroupId>
  /** Accounts whose money or positions the command has changed so far, and groups that an account has left. */
  private readonly touched = new Set<AccountId>()
  private readonly left = new Set<GroupId>()
  private isOpen = false

  constructor(image: Image, hierarchy: Hierarchy, ledger: Ledger, trading: Trading) {
    this.table = image.table('portfolios', 'pfo', portfolioFields)
    this.of = new Relation(this.table, this.table.entity)
    this.partsOf = new Relation(this.table, this.table.partOf)
    image.derived(this.of)
    image.derived(this.partsOf)
    const { positions, positionsOf } = trading
    const ofPosition = (row: Row): void => this.touch(positions.account.get(row))
    positions.hooks.push({ inserted: ofPosition, removing: () => {} })
    for (const column of [positions.quantity, positions.cost, positions.realized, positions.fees])
      column.watch(ofPosition)
    const { balances } = ledger
    const ofBalance = (row: Row): void => {
      const account = balances.account.get(row)
      if (this.isOpen && !positionsOf.isEmpty(account)) this.touch(account)
    }
    for (const column of [balances.credits, balances.debits, balances.held]) column.watch(ofBalance)
    const { accounts } = hierarchy
    accounts.type.watch((row) => this.touchHolder(accounts.id(row), positionsOf))
    accounts.group.watch((row, before) => {
      this.touchHolder(accounts.id(row), positionsOf)
      if (this.isOpen && before !== null) this.left.add(before)
    })
  }

  /** A command begins: nothing is touched yet. */
  begin(): void {
    this.touched.clear()
    this.left.clear()
    this.isOpen = true
  }

  /** The command is through: what it touched is reckoned again. The accounts whose figures are new. */
  finish(context: FiguresContext): readonly AccountId[] {
    this.isOpen = false
    if (this.touched.size === 0 && this.left.size === 0) return []
    const accounts = [...this.touched]
    this.restate(context, accounts, this.left)
    return accounts
  }

  /** Reckons the accounts again, and the groups that they are in. */
  restate(context: FiguresContext, accounts: readonly AccountId[], alsoGroups: Iterable<GroupId> = []): void {
    const { hierarchy } = context
    const groups = new Set(alsoGroups)
    for (const account of accounts) {
      const row = hierarchy.accounts.row(account)
      if (hierarchy.accounts.book.get(row) !== 'customer') continue
      this.restateAccount(context, account, row)
      const group = hierarchy.accounts.group.get(row)
      if (group !== null) groups.add(group)
    }
    for (const group of groups) this.restateGroup(context, group)
  }

  /** The row of an account in a currency, or NO_ROW. */
  find(account: AccountId, currency: CurrencyCode): Row {
    for (let row = this.of.head(account); row !== NO_ROW; row = this.of.after(row))
      if (this.table.currency.get(row) === currency) return row
    return NO_ROW
  }

  private restateAccount(context: FiguresContext, account: AccountId, row: Row): void {
    const { accounts } = context.hierarchy
    const model = modelOf(accounts.type.get(row))
    const partOf = accounts.group.get(row)
    for (const [currency, worth] of worthByCurrency(context, account)) {
      const known = this.find(account, currency)
      this.put(context, known, account, currency, {
        model,
        partOf,
        ...this.figures(context, account, currency, worth, known),
      })
    }
  }

  private figures(
    { margin, ledger, now, image }: FiguresContext,
    account: AccountId,
    currency: CurrencyCode,
    worth: Worth,
    known: Row,
  ): Omit<Figures, 'model' | 'partOf'> {
    const { table } = this
    const result = amount(worth.result)
    const businessDate = businessDateOf(now)
    const before = known === NO_ROW ? ZERO : table.result.get(known)
    const isSameDay = known !== NO_ROW && table.businessDate.get(known) === businessDate
    return {
      requirement: margin.standard.carries(account)
        ? margin.standard.figures(account, currency).positionsInitial
        : margin.requirements.of(account, currency),
      value: amount(ledger.posted(ledger.find(account, currency)) + worth.value),
      ...coverOf(margin.free(account, currency)),
      unpriced: worth.unpriced,
      result,
      dayResult: amount((isSameDay ? table.dayResult.get(known) : ZERO) + result - before),
      businessDate,
      sequence: image.head.sequence,
    }
  }

  /** A group is the sum of its parts, by currency and model: what lies beneath is netted within the group alone. */
  private restateGroup(context: FiguresContext, group: GroupId): void {
    const { table } = this
    const businessDate = businessDateOf(context.now)
    const sums = new Map<string, { readonly currency: CurrencyCode; figures: Figures; free: bigint }>()
    for (let row = this.partsOf.head(group); row !== NO_ROW; row = this.partsOf.after(row)) {
      const { currency, ...part } = table.read(row)
      const key = `${currency} ${part.model}`
      const known = sums.get(key)
      const today = part.businessDate === businessDate ? part.dayResult : ZERO
      const free = (known?.free ?? 0n) + part.excess - part.deficit
      const figures = {
        model: part.model,
        partOf: null,
        requirement: add(known?.figures.requirement ?? ZERO, part.requirement),
        value: add(known?.figures.value ?? ZERO, part.value),
        ...coverOf(amount(free)),
        unpriced: (known?.figures.unpriced ?? 0) + part.unpriced,
        result: add(known?.figures.result ?? ZERO, part.result),
        dayResult: add(known?.figures.dayResult ?? ZERO, today),
        businessDate,
        sequence: Math.min(known?.figures.sequence ?? part.sequence, part.sequence),
      }
      sums.set(key, { currency, figures, free })
    }
    for (const row of this.of.of(group)) {
      const key = `${table.currency.get(row)} ${table.model.get(row)}`
      const sum = sums.get(key)
      sums.delete(key)
      if (sum === undefined) table.remove(row)
      else this.put(context, row, group, sum.currency, sum.figures)
    }
    for (const { currency, figures } of sums.values()) this.put(context, NO_ROW, group, currency, figures)
  }

  private put(
    { image }: FiguresContext,
    known: Row,
    entity: Id,
    currency: CurrencyCode,
    figures: Figures,
  ): void {
    const { table } = this
    const isKept =
      known !== NO_ROW &&
      table.model.get(known) === figures.model &&
      table.partOf.get(known) === figures.partOf
    if (!isKept) {
      const id = known === NO_ROW ? image.newId<PortfolioId>() : table.id(known)
      if (known !== NO_ROW) table.remove(known)
      table.insert(id, { entity, currency, ...figures })
      return
    }
    table.requirement.set(known, figures.requirement)
    table.value.set(known, figures.value)
    table.excess.set(known, figures.excess)
    table.deficit.set(known, figures.deficit)
    table.unpriced.set(known, figures.unpriced)
    table.result.set(known, figures.result)
    table.dayResult.set(known, figures.dayResult)
    table.businessDate.set(known, figures.businessDate)
    table.sequence.set(known, figures.sequence)
  }

  private touch(account: AccountId): void {
    if (this.isOpen) this.touched.add(account)
  }

  private touchHolder(account: AccountId, positionsOf: Trading['positionsOf']): void {
    if (this.isOpen && !positionsOf.isEmpty(account)) this.touched.add(account)
  }
}

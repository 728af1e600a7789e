/** The laws of the book as named checks: what `book.verify` answers, for the whole book or for a subtree. */
import { type AccountId, isOutside } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { Ledger } from '../ledger/index.js'
import type { InstrumentId } from '../market/index.js'
import { type Amount, type CurrencyCode, currencyOf, formatAmount } from '../money/index.js'
import { type Check, checkOf } from './checks.js'
import type { RollUpContext } from './rollup.js'
import { proveInstruments, proveTrading } from './trading-proofs.js'

type Sums = Map<CurrencyCode, bigint>

/** Proves everything at and beneath `top`. Zero sums are laws of the whole book, so only the root shows them. */
export function prove(context: RollUpContext, top: Row): Check[] {
  const { hierarchy, ledger } = context
  const all = [...ledger.balances.each()]
  const inside = all.filter((row) => hierarchy.order.isAtOrAbove(top, partyOf(context, row)))
  const isRoot = hierarchy.parties.owner.get(top) === null
  const isInside = (account: AccountId): boolean =>
    isRoot || hierarchy.order.isAtOrAbove(top, hierarchy.partyOf(hierarchy.accounts.row(account)))
  return [
    ...(isRoot ? [...zeroSums(ledger, all), ...proveInstruments(context)] : []),
    parts(ledger, inside),
    promises(ledger, inside),
    rolledUp(context, top, inside),
    ...proveTrading(context, isInside),
    heldTogether(context, top),
    marginTogether(context, top),
  ]
}

/** All accounts, the outside world and the street included, sum to zero in each currency. */
function zeroSums(ledger: Ledger, balances: readonly Row[]): Check[] {
  const sums: Sums = new Map()
  for (const row of balances) addTo(sums, ledger.balances.currency.get(row), ledger.posted(row))
  return inOrder(sums).map(([currency, sum]) =>
    checkOf(`zero sum in ${currency}`, sum === 0n ? null : `the sum is ${shown(sum, currency)}`),
  )
}

/** Nothing credited, debited or held is below zero. */
function parts({ balances }: Ledger, rows: readonly Row[]): Check {
  const { credits, debits, held } = balances
  const broken = rows.find((row) => credits.get(row) < 0n || debits.get(row) < 0n || held.get(row) < 0n)
  const fault = broken === undefined ? null : `bal_${balances.id(broken)} has a part below zero`
  return checkOf('parts of balances', fault)
}

/** What a balance holds is the sum of what it was promised for: withdrawals, prepared transfers and holds. */
function promises(ledger: Ledger, rows: readonly Row[]): Check {
  const { balances, holds, holdsOf, withdrawals, withdrawalsOf, transfers, transfersFrom } = ledger
  const broken = rows.find((row) => {
    const account = balances.account.get(row)
    const currency = balances.currency.get(row)
    const promised = [
      ...holdsOf.of(account).map((hold) => [holds.currency.get(hold), holds.amount.get(hold)] as const),
      ...withdrawalsOf
        .of(account)
        .map(
          (asked) =>
            [
              withdrawals.currency.get(asked),
              withdrawals.amount.get(asked) + (withdrawals.fee.get(asked) ?? 0n),
            ] as const,
        ),
      ...transfersFrom
        .of(account)
        .map((prepared) => [transfers.currency.get(prepared), transfers.amount.get(prepared)] as const),
    ].reduce((sum, [code, amount]) => (code === currency ? sum + amount : sum), 0n)
    return promised !== balances.held.get(row)
  })
  const fault = broken === undefined ? null : `bal_${balances.id(broken)} holds another amount`
  return checkOf('held is promised', fault)
}

/** The running sums of the node are the sums of the balances beneath it. */
function rolledUp(context: RollUpContext, top: Row, rows: readonly Row[]): Check {
  const { ledger, hierarchy, rollup } = context
  const sums: Sums = new Map()
  for (const row of rows) {
    const account = hierarchy.accounts.row(ledger.balances.account.get(row))
    const book = hierarchy.accounts.book.get(account)
    if (book === 'outside_world' || book === 'street') continue
    addTo(sums, ledger.balances.currency.get(row), ledger.posted(row))
  }
  for (const { currency, positive, negative } of rollup.of(top)) addTo(sums, currency, -positive - negative)
  const broken = inOrder(sums).find(([, difference]) => difference !== 0n)
  const fault =
    broken === undefined ? null : `the sums in ${broken[0]} differ by ${shown(broken[1], broken[0])}`
  return checkOf('sums of the node', fault)
}

/** What the node holds of each instrument is what the accounts beneath it hold. */
function heldTogether({ trading, hierarchy, rollup }: RollUpContext, top: Row): Check {
  const { positions } = trading
  const sums = new Map<InstrumentId, readonly bigint[]>()
  for (const row of positions.each()) {
    const account = hierarchy.accounts.row(positions.account.get(row))
    if (isOutside(hierarchy, account) || !hierarchy.order.isAtOrAbove(top, hierarchy.partyOf(account)))
      continue
    const [held, cost] = [positions.quantity.get(row), positions.cost.get(row)]
    const own = held < 0n ? [0n, 0n, -held, cost] : [held, cost, 0n, 0n]
    addEach(sums, positions.instrument.get(row), own)
  }
  for (const { instrument, long, longCost, short, shortCost } of rollup.instruments.of(top))
    addEach(sums, instrument, [-long, -longCost, -short, -shortCost])
  const broken = [...sums].find(([, differences]) => differences.some((each) => each !== 0n))
  const fault = broken === undefined ? null : `the sums of ins_${broken[0]} differ`
  return checkOf('instruments of the node', fault)
}

/** The margin of the node is the sum of its portfolios, each counted once. */
function marginTogether({ margin, hierarchy, rollup }: RollUpContext, top: Row): Check {
  const { table } = margin.portfolios
  const sums = new Map<string, readonly bigint[]>()
  for (const row of table.each()) {
    if (table.partOf.get(row) !== null) continue
    const path = hierarchy.pathOfNode(table.entity.get(row))
    if (!path.startsWith(hierarchy.pathOf(top))) continue
    const { requirement, excess, deficit } = table.read(row)
    addEach(sums, `${table.currency.get(row)} ${table.model.get(row)}`, [1n, requirement, excess, deficit])
  }
  for (const { currency, model, portfolios, requirement, excess, deficit } of rollup.margin.of(top))
    addEach(sums, `${currency} ${model}`, [-BigInt(portfolios), -requirement, -excess, -deficit])
  const broken = [...sums].find(([, differences]) => differences.some((each) => each !== 0n))
  return checkOf('margin of the node', broken === undefined ? null : `the sums of ${broken[0]} differ`)
}

function addEach<Key>(sums: Map<Key, readonly bigint[]>, key: Key, changes: readonly bigint[]): void {
  const known = sums.get(key)
  sums.set(
    key,
    changes.map((change, place) => change + (known?.[place] ?? 0n)),
  )
}

function partyOf({ ledger, hierarchy }: RollUpContext, balance: Row): Row {
  return hierarchy.partyOf(hierarchy.accounts.row(ledger.balances.account.get(balance)))
}

function addTo(sums: Sums, currency: CurrencyCode, change: bigint): void {
  sums.set(currency, (sums.get(currency) ?? 0n) + change)
}

const inOrder = (sums: Sums): [CurrencyCode, bigint][] =>
  [...sums].sort(([left], [right]) => (left < right ? -1 : 1))
const shown = (sum: bigint, currency: CurrencyCode): string =>
  formatAmount(sum as Amount, currencyOf(currency))

/** Balances of an account, as decimal text: its cash, and what positions and open orders leave of it. */
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  findCurrency,
  formatAmount,
  formatInstant,
  type InstrumentId,
  type ParticipantAccount,
  type PositionView,
  ZERO,
} from '@stemma/core'
import { readableAccount } from './accounts.js'
import { bodyOf, type Call, type Route } from './call.js'
import { answered } from './errors.js'
import { Fields } from './fields.js'
import { Instruments } from './instruments.js'
import { marginOf, marginShown } from './margin.js'

const SCOPE = 'positions:read'
const POSITIONS_OF_READ = 500

/** `accountId` is what older clients call the account. */
function accountIn(fields: Fields): string {
  const name = fields.text('name') ?? fields.text('accountId')
  if (name === null) throw fields.missing('name')
  return name
}

interface Security {
  readonly currency: CurrencyCode
  readonly value: Amount
  readonly shown: Readonly<Record<string, unknown>>
}

async function balanceObject(
  call: Call,
  account: ParticipantAccount,
  currency: CurrencyCode,
  securities: ReadonlyMap<string, Security>,
): Promise<Readonly<Record<string, unknown>>> {
  const own = [...securities].filter(([, each]) => each.currency === currency)
  const worth = formatAmount(
    own.reduce<Amount>((sum, [, { value }]) => amount(sum + value), ZERO),
    currencyOf(currency),
  )
  const total = own.length === 0 ? '0' : worth
  return {
    ...marginShown(await marginOf(call, account, currency)),
    securities: Object.fromEntries(own.map(([symbol, { shown }]) => [symbol, shown])),
    totalSecurityNotionalValue: total,
    // What is held is worth no buying power: nothing is lent on it.
    totalSecurityAvailableValue: '0',
    alternateCapitalRequirement: '0',
    alternateCapitalRequirementCurrency: '',
    updateTime: formatInstant(call.host.now()),
  }
}

/** Shares that the account holds. Contracts are positions, which the venue lists apart. */
async function securitiesOf(call: Call, account: ParticipantAccount): Promise<ReadonlyMap<string, Security>> {
  const instruments = new Instruments(call.host)
  const found = new Map<string, Security>()
  for (let after: InstrumentId | null = null; ; ) {
    const page: { readonly items: readonly PositionView[]; readonly next: InstrumentId | null } = answered(
      await call.host.read('positions.list', call.actor, {
        account: account.id,
        instruments: null,
        isOpenOnly: true,
        isActiveOnly: false,
        after,
        limit: POSITIONS_OF_READ,
      }),
    )
    for (const position of page.items) {
      const { view } = await instruments.of(position.instrument)
      if (view.kind === 'equity') found.set(view.symbol, security(position, view.currency))
    }
    if (page.next === null) return found
    after = page.next
  }
}

function security({ quantity, value }: PositionView, currency: CurrencyCode): Security {
  const worth = value ?? ZERO
  const shown = formatAmount(worth, currencyOf(currency))
  const haircut = '100'
  return {
    currency,
    value: worth,
    shown: {
      balance: String(quantity),
      marketValue: shown,
      haircut,
      notionalValue: shown,
      availableValue: '0',
    },
  }
}

async function balance(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['name', 'accountId', 'currency'])
  const name = accountIn(fields)
  const code = fields.text('currency')
  const currency = code === null ? null : findCurrency(code)
  if (currency === undefined) throw fields.fault('currency', 'unknown currency')
  const account = await readableAccount(call, name, SCOPE)
  const shown = currency?.code ?? account.baseCurrency
  return balanceObject(call, account, shown, await securitiesOf(call, account))
}

async function balances(call: Call): Promise<unknown> {
  const name = accountIn(Fields.of(bodyOf(call), ['name', 'accountId']))
  const account = await readableAccount(call, name, SCOPE)
  const kept = account.balances?.map(({ currency }) => currency) ?? []
  const shown = kept.length === 0 ? [account.baseCurrency] : kept
  const securities = await securitiesOf(call, account)
  const objects = await Promise.all(
    shown.map(
      async (currency) => [currency, await balanceObject(call, account, currency, securities)] as const,
    ),
  )
  return { balances: Object.fromEntries(objects) }
}

export const BALANCE_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/positions/balance', scope: SCOPE, answer: balance },
  { method: 'POST', path: '/positions/balances', scope: SCOPE, answer: balances },
]

/** Balances of an account, as decimal text. Positions join with trading; until then nothing is required or reserved. */
import { findCurrency, formatInstant, type ParticipantAccount } from '@stemma/core'
import { balanceIn, readableAccount } from './accounts.js'
import { bodyOf, type Call, type Route } from './call.js'
import { invalid } from './errors.js'
import { Fields } from './fields.js'

const SCOPE = 'positions:read'

/** `accountId` is what older clients call the account. */
function accountIn(fields: Fields): string {
  const name = fields.text('name') ?? fields.text('accountId')
  if (name === null) throw invalid('missing required field name')
  return name
}

function balanceObject(
  account: ParticipantAccount,
  currency: string,
  at: string,
): Readonly<Record<string, unknown>> {
  const { posted, available } = balanceIn(account, currency)
  return {
    balance: posted,
    capitalRequirement: '0',
    excessCapital: available,
    buyingPower: available,
    securities: {},
    totalSecurityNotionalValue: '0',
    totalSecurityAvailableValue: '0',
    openOrders: '0',
    unsettledFunds: '0',
    marginRequirement: '0',
    alternateCapitalRequirement: '0',
    alternateCapitalRequirementCurrency: '',
    updateTime: at,
  }
}

async function balance(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['name', 'accountId', 'currency'])
  const name = accountIn(fields)
  const currency = fields.text('currency')
  if (currency !== null && findCurrency(currency) === undefined)
    throw fields.fault('currency', 'unknown currency')
  const account = await readableAccount(call, name, SCOPE)
  return balanceObject(account, currency ?? account.baseCurrency, formatInstant(call.host.now()))
}

async function balances(call: Call): Promise<unknown> {
  const account = await readableAccount(
    call,
    accountIn(Fields.of(bodyOf(call), ['name', 'accountId'])),
    SCOPE,
  )
  const kept = account.balances?.map(({ currency }) => currency) ?? []
  const shown = kept.length === 0 ? [account.baseCurrency] : kept
  const at = formatInstant(call.host.now())
  return {
    balances: Object.fromEntries(shown.map((currency) => [currency, balanceObject(account, currency, at)])),
  }
}

export const BALANCE_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/positions/balance', scope: SCOPE, answer: balance },
  { method: 'POST', path: '/positions/balances', scope: SCOPE, answer: balances },
]

/** The routes of the REST that gRPC answers by, found by verb and path. */
import { BALANCE_ROUTES } from '../balances.js'
import type { Route } from '../call.js'
import { Fields } from '../fields.js'
import { FUNDING_ROUTES } from '../funding.js'
import { IDENTITY_ROUTES } from '../identity.js'
import { LEDGER_ROUTES } from '../ledger.js'
import { POSITION_ROUTES } from '../positions/index.js'
import { REFERENCE_ROUTES } from '../reference/index.js'
import { REPORT_ROUTES } from '../reports/index.js'
import { TRADING_ROUTES } from '../trading/index.js'

const ROUTES: readonly Route[] = [
  ...IDENTITY_ROUTES,
  ...BALANCE_ROUTES,
  ...LEDGER_ROUTES,
  ...FUNDING_ROUTES,
  ...TRADING_ROUTES,
  ...POSITION_ROUTES,
  ...REPORT_ROUTES,
  ...REFERENCE_ROUTES,
]

export const get = (path: string): Route => route('GET', path)
export const post = (path: string): Route => route('POST', path)

function route(method: Route['method'], path: string): Route {
  const found = ROUTES.find((each) => each.method === method && each.path === path)
  if (found === undefined) throw new Error(`expected a route ${method} ${path}`)
  return found
}

/** Where the message has another word for what the path names. */
export const naming = (of: Route, inPath: string, field: string): Route => ({
  ...of,
  answer: (call) => {
    const named = Fields.ofQuery(call.incoming.query).requiredText(field)
    return of.answer({ ...call, incoming: { ...call.incoming, params: { [inPath]: named } } })
  },
})

/** The gRPC door of the surface: the services that are served, method by method, each as the REST answers it. */
import type { GrpcServer } from '../../../grpc/index.js'
import type { Gate, Route } from '../call.js'
import { CASH_MOVEMENTS } from '../cash-movements.js'
import { FUNDING_ROUTES } from '../funding.js'
import { health } from '../health.js'
import { IDENTITY_ROUTES } from '../identity.js'
import { LEDGER_ROUTES } from '../ledger.js'
import { balanceLedger } from './balance-ledger.js'
import { toConnectError } from './errors.js'
import { fundingTransactions } from './funding-transactions.js'
import { CashMovementService } from './generated/polymarket/us/cashmovement/v1/cash_movement_pb.js'
import { AccountsAPI } from './generated/polymarket/v1/accounts_pb.js'
import { FundingAPI } from './generated/polymarket/v1/funding_pb.js'
import { HealthAPI, HealthCheckResponseSchema } from './generated/polymarket/v1/health_pb.js'
import { addressOf, messageOf } from './messages.js'
import { StreamPlaces } from './stream-places.js'
import { serverStream } from './streams.js'
import { unary } from './unary.js'

export function serveGrpc(grpc: GrpcServer, gate: Gate): void {
  const { routes: router } = grpc
  const streams = { grpc, gate, places: new StreamPlaces() }

  router.rpc(HealthAPI.method.check, (_request, { values }) => {
    try {
      return messageOf(HealthCheckResponseSchema, health(gate, addressOf(values)))
    } catch (thrown) {
      throw toConnectError(thrown, gate.services.log)
    }
  })

  unary(router, gate, AccountsAPI.method.getWhoAmI, get('/whoami'))
  unary(router, gate, AccountsAPI.method.listUsers, get('/users'))
  unary(router, gate, AccountsAPI.method.listAccounts, get('/accounts'))

  unary(router, gate, FundingAPI.method.listFundingSources, get('/funding/sources'))
  unary(router, gate, FundingAPI.method.listFundingAccounts, get('/funding/accounts'))
  unary(router, gate, FundingAPI.method.listFundingTransactions, get('/funding/transactions'))
  unary(router, gate, FundingAPI.method.listTransactionRequirements, get('/funding/transaction-requirements'))
  unary(router, gate, FundingAPI.method.getAccountBalanceLedger, get('/funding/balance-ledger'))
  serverStream(router, streams, FundingAPI.method.createBalanceLedgerSubscription, balanceLedger)
  serverStream(router, streams, FundingAPI.method.createFundingTransactionSubscription, fundingTransactions)

  unary(router, gate, CashMovementService.method.createCashMovement, CASH_MOVEMENTS.create)
  unary(router, gate, CashMovementService.method.getCashMovement, CASH_MOVEMENTS.get)
  unary(router, gate, CashMovementService.method.getFundingAccountBalance, CASH_MOVEMENTS.balance)
}

const READS = [...IDENTITY_ROUTES, ...FUNDING_ROUTES, ...LEDGER_ROUTES]

function get(path: string): Route {
  const found = READS.find((route) => route.method === 'GET' && route.path === path)
  if (found === undefined) throw new Error(`expected a route GET ${path}`)
  return found
}

/** Cancel on disconnect: whose orders end with the socket that they came over. */
import { operation } from '../operation.js'
import { EXAMPLE } from '../resources/common.js'
import { choice, count, flag, id, nullable, object } from '../wire/index.js'

const whose = () =>
  choice(
    ['connection', 'account'],
    '`connection`: the socket that this comes over; `account`: every socket that the account begins to trade over from then on',
  )
const switched = object({ is_enabled: flag(), sequence: count() })
const input = object({ account: id('acc'), for: whose() })
const REFUSALS = ['not_visible', 'level_insufficient'] as const

export const DISCONNECT_OPERATIONS = [
  operation('disconnects.enable', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/disconnects/enable',
    summary: 'Let the orders of an account end with the socket that they came over',
    description:
      'All that the account placed over the socket, before or after this, is cancelled when it closes, is cut off, misses a heartbeat, or its server ends. For one socket it is said on that socket; a request can say it for the account alone.',
    scope: 'orders:write',
    input,
    output: switched,
    refusals: [...REFUSALS, 'limit_reached'],
    example: {
      request: { account: EXAMPLE.account, for: 'account' },
      response: { is_enabled: true, sequence: 985 },
    },
  }),
  operation('disconnects.disable', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/disconnects/disable',
    summary: 'Let the orders of an account outlive the socket again',
    description:
      'For the account: of sockets that it begins to trade over from then on; those that have it keep it.',
    scope: 'orders:write',
    input,
    output: switched,
    refusals: REFUSALS,
    example: {
      request: { account: EXAMPLE.account, for: 'account' },
      response: { is_enabled: false, sequence: 986 },
    },
  }),
  operation('disconnects.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/disconnects',
    summary: 'Read whether the orders of an account end with their socket',
    scope: 'orders:read',
    input: object({ account: id('acc') }),
    output: object({
      account: id('acc'),
      is_for_account: flag('Of every socket that it will trade over'),
      is_for_connection: nullable(flag('Of the socket that asks; null where a request does')),
      connections: count({ description: 'Open sockets that have it, of every surface' }),
    }),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account },
      response: { account: EXAMPLE.account, is_for_account: true, is_for_connection: null, connections: 2 },
    },
  }),
] as const

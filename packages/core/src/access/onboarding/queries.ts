/** `kyc.get` (by id, or by firm and external id) and `kyc.list`. */
import type { PartyId } from '../../hierarchy/index.js'
import { type Need, NO_ROW, type Plain, query } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { NOWHERE } from '../places.js'
import { type Page, type Paging, pageOf } from '../queries/paging.js'
import type { ApplicationId, KycDecision } from './applications.js'
import { applicationView } from './view.js'

export type GetKyc =
  | { readonly application: ApplicationId }
  | { readonly firm: PartyId; readonly externalId: string }

function rowOf({ access: { applications } }: AccessContext, input: GetKyc) {
  return 'application' in input
    ? applications.table.find(input.application)
    : applications.find(input.firm, input.externalId)
}

export const getKyc = query({
  name: 'kyc.get',
  scope: 'kyc:read',
  needs(context: AccessContext, input: GetKyc): Need[] {
    const row = rowOf(context, input)
    const { table } = context.access.applications
    return [{ ability: 'read', target: row === NO_ROW ? NOWHERE : { party: table.firm.get(row) } }]
  },
  read: (context, input): Plain => applicationView(context, rowOf(context, input)),
})

export interface ListKyc extends Paging {
  readonly firm: PartyId
  readonly decision?: KycDecision | null
}

export const listKyc = query({
  name: 'kyc.list',
  scope: 'kyc:read',
  needs: (_context: AccessContext, { firm }: ListKyc) => [{ ability: 'read', target: { party: firm } }],
  read(context, input): Page {
    const { table, of } = context.access.applications
    const rows = of.of(input.firm)
    const wanted = rows.filter((row) => input.decision == null || table.decision.get(row) === input.decision)
    const ids = wanted.map((row) => table.id(row))
    return pageOf(ids, input, (id) => applicationView(context, table.row(id as ApplicationId)))
  },
})

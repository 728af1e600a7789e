/**
 * What an approval brings about, shortly after it: a client under the firm, its user, its account, and the binding
 * that joins them. Where it cannot be done now (the firm is suspended) it is tried again later; nothing is half done.
 */
import {
  createParty,
  NAME_LENGTH_MAX,
  openAccount,
  type PartyId,
  TREE_DEPTH_MAX,
} from '../../hierarchy/index.js'
import { after, HOUR, NO_ROW, type Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { createUser } from '../commands/create-user.js'
import type { ApplicationId } from './applications.js'
import { applicationView, pathOfApplication } from './view.js'

const RETRY_AFTER = HOUR

export function provision(context: AccessContext, application: ApplicationId): void {
  const { access, hierarchy } = context
  const { table } = access.applications
  const row = table.row(application)
  const firm = table.firm.get(row)
  const place = hierarchy.parties.row(firm)
  const isPossible = hierarchy.firstNotActive(place) === NO_ROW && hierarchy.depthOf(place) < TREE_DEPTH_MAX
  if (!isPossible) {
    table.provisionAt.set(row, after(context.now, RETRY_AFTER))
    say(context, row, 'kyc.provisioning_postponed')
    return
  }
  create(context, row, firm)
  table.provisionAt.set(row, null)
  table.version.set(row, table.version.get(row) + 1)
  say(context, row, 'kyc.approved')
}

function create(context: AccessContext, row: Row, firm: PartyId): void {
  const { access, hierarchy } = context
  const { table } = access.applications
  const name = freeName(context, row)
  const displayName = table.externalId.get(row)
  const { party } = createParty.decide(context, {
    owner: firm,
    kind: 'client',
    name,
    displayName,
    baseCurrency: null,
    isPartner: false,
    isLegallyLiable: false,
    // The application keeps the personal data: it is sealed under the firm's key, not the client's.
    sealedPersonal: null,
  })
  hierarchy.parties.kyc.set(hierarchy.parties.row(party), 'approved')
  const { account } = openAccount.decide(context, {
    party,
    main: null,
    name,
    displayName,
    type: 'fully_collateralised',
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  })
  const { user } = createUser.decide(context, {
    party,
    name,
    displayName,
    sealedEmail: null,
    kyc: 'approved',
    roles: ['trading_user'],
    scopes: [],
    account,
  })
  table.party.set(row, party)
  table.user.set(row, user)
  table.account.set(row, account)
}

/** `firm.person`, or where that is taken or is no name, the id of the application, which nothing else is named. */
function freeName({ access, hierarchy, identity }: AccessContext, row: Row): string {
  const { table } = access.applications
  const firm = hierarchy.parties.name.get(hierarchy.parties.row(table.firm.get(row)))
  const isFree = (name: string): boolean =>
    !hierarchy.partyByName.has(name) && !hierarchy.accountByName.has(name) && !identity.userByName.has(name)
  const wanted = `${firm}.${table.externalId.get(row)}`
  if (wanted.length <= NAME_LENGTH_MAX && /^[A-Za-z0-9._-]*[A-Za-z0-9]$/.test(wanted) && isFree(wanted))
    return wanted
  for (let attempt = 0; ; attempt += 1) {
    const name = `kyc-${table.id(row)}${attempt === 0 ? '' : `-${attempt}`}`
    if (isFree(name)) return name
  }
}

function say(context: AccessContext, row: Row, kind: string): void {
  const subject = `kyc_${context.access.applications.table.id(row)}`
  context.emit({ kind, subject, paths: pathOfApplication(context, row), data: applicationView(context, row) })
}

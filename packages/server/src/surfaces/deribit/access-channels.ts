/** What happens to the ways into the caller's own account, and whether it may deal (section 8.3). */
import { ACCESS_LOG, type AccountId, type AccountLock, type Event, isAccessEntry } from '@stemma/core'
import type { Services, Subscription } from '../../services.js'
import { accessEntryShown } from './access-log.js'
import type { Caller } from './authentication.js'
import type { Opened, Opening } from './channel.js'
import { answered } from './errors.js'
import { SYSTEM } from './instruments.js'
import { Ordered } from './pace.js'
import { covers } from './scopes.js'

export async function openAccessLog({ services, tell }: Opening, caller: Caller): Promise<Opened> {
  if (!covers(caller.scopes, 'account:read')) return null
  const isOwn = (event: Event): boolean => isAccessEntry(event) && event.data.account === caller.account
  return followEvents(services, caller, isOwn, (event) => {
    for (const row of ACCESS_LOG.rows(event)) tell(accessEntryShown(row))
  })
}

/** Whether an account may deal afterwards that could not, or the other way round: for what was done to it or an owner. */
const mayChangeLock = ({ kind, subject }: Event, account: AccountId): boolean =>
  subject === `acc_${account}` || kind.startsWith('block.') || kind.startsWith('party.')

export async function openLock({ services, tell, fail }: Opening, caller: Caller): Promise<Opened> {
  if (!covers(caller.scopes, 'account:read')) return null
  let told = (await lockOf(services, caller)).isLocked
  const looking = new Ordered<Event>(fail, async () => {
    const { isLocked } = await lockOf(services, caller)
    if (isLocked === told) return
    told = isLocked
    tell({ currency: 'ALL', locked: isLocked })
  })
  return followEvents(
    services,
    caller,
    (event) => mayChangeLock(event, caller.account),
    (event) => looking.add(event),
  )
}

export async function lockOf(
  { host }: Pick<Services, 'host'>,
  { account }: Pick<Caller, 'account'>,
): Promise<AccountLock> {
  return answered(await host.read<AccountLock>('accounts.lock', SYSTEM, { account }))
}

async function followEvents(
  { host }: Services,
  { account, authenticated }: Caller,
  matches: (event: Event) => boolean,
  act: (event: Event) => void,
): Promise<Subscription | null> {
  const needs = [{ ability: 'read', target: { account } }] as const
  const deliver = (event: Event): boolean => {
    act(event)
    return true
  }
  const follow = { scope: 'accounts:read', needs, matches }
  const answer = await host.follow(authenticated.actor, follow, null, deliver, async () => {})
  return answer.kind === 'answer' ? answer.result : null
}

/** An order of the caller's account, or of the one that is read; another's is not there. */
import type { PrivateCall } from './call.js'
import { orderNotFound, VenueError } from './errors.js'
import { type Contract, contractNamed } from './instruments.js'
import { findFacts, numberShown, type OrderFacts, orderIdRead } from './orders.js'

/** By its number in the book. */
export async function ownFacts(
  { host, caller }: PrivateCall,
  order: number,
  account = caller.account,
): Promise<OrderFacts> {
  const facts = await findFacts(host, order)
  if (facts === null || facts.account !== account) throw orderNotFound()
  return facts
}

/** By the id that was given for it: the same number behind another currency is no order. */
export async function factsNamed(
  call: PrivateCall,
  id: string,
  account = call.caller.account,
): Promise<OrderFacts> {
  const facts = await ownFacts(call, orderIdRead(id), account)
  if (numberShown(facts.id, await contractOfFacts(call, facts)) !== id) throw orderNotFound()
  return facts
}

/** The contract of an order that was found. */
export function contractOfFacts(call: PrivateCall, { instrument }: OrderFacts): Promise<Contract> {
  return contractNamed(call, call.host.unitsOf(instrument)?.symbol ?? '')
}

const ENDED: Readonly<Record<string, () => VenueError>> = {
  filled: () => new VenueError(11008),
  cancelled: () => new VenueError(10010),
  expired: () => new VenueError(10010),
  rejected: () => new VenueError(11044),
}

export function checkOpen({ state }: OrderFacts): void {
  const fault = ENDED[state]
  if (fault !== undefined) throw fault()
}

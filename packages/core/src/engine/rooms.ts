/**
 * The rooms of a book, opened on one image in the order in which they know each other. The order of their tables is the
 * order of the state hash and of the SQL schema.
 */
import { Access } from '../access/index.js'
import { Announcements } from '../announcements/index.js'
import { accountsAsBlockable, Hierarchy, nodesOf, partiesAsBlockable } from '../hierarchy/index.js'
import { Identity, usersAsBlockable } from '../identity/index.js'
import { Effects, type Image, Processes } from '../image/index.js'
import { Ledger } from '../ledger/index.js'
import { Margin } from '../margin/index.js'
import { Market } from '../market/index.js'
import { RollUp } from '../rollup/index.js'
import { Settings } from '../settings/index.js'
import { Trading } from '../trading/index.js'

export function openRooms(image: Image) {
  const processes = new Processes(image)
  const settings: Settings = new Settings(
    image,
    nodesOf(() => hierarchy),
  )
  const hierarchy: Hierarchy = new Hierarchy(image)
  const identity = new Identity(image)
  hierarchy.blockable.push(
    partiesAsBlockable(hierarchy),
    accountsAsBlockable(hierarchy),
    usersAsBlockable(hierarchy, identity),
  )
  hierarchy.erasing.push((party, moment) => {
    const keyName = identity.partyKeys.erase(party)
    if (keyName !== null) moment.effect('party_key', keyName, null)
  })
  const access = new Access(image, { hierarchy, identity })
  const announcements = new Announcements(image)
  const ledger = new Ledger(image, settings, hierarchy)
  const market = new Market(image)
  const trading = new Trading(image, hierarchy, market)
  const margin = new Margin(image, hierarchy, settings, ledger, market, trading)
  const rollup = new RollUp(image, hierarchy, ledger, market, trading, margin)
  const effects = new Effects(image)
  return {
    processes,
    settings,
    hierarchy,
    identity,
    access,
    announcements,
    ledger,
    market,
    trading,
    margin,
    rollup,
    effects,
  }
}

/**
 * Keys of parties: each party's secrets and personal fields are encrypted under a data key of its own, which the host
 * makes and wraps with the master key. Erasing the key erases the person, in every backup too.
 */
import type { PartyId } from '../hierarchy/index.js'
import { type Id, type Image, NO_ROW, Relation, ref, type Table, text, time } from '../image/index.js'

export type PartyKeyId = Id<'party_key'>

const partyKeyFields = { party: ref<PartyId>(), wrappedKey: text(), createdAt: time() }

export class PartyKeys {
  readonly table: Table<PartyKeyId, typeof partyKeyFields>
  private readonly keysOf: Relation<PartyId>

  constructor(image: Image) {
    this.table = image.table('partyKeys', 'pky', partyKeyFields)
    this.keysOf = new Relation(this.table, this.table.party)
    image.derived(this.keysOf)
  }

  /** The wrapped key of a party, or null where none was made or it was erased. */
  find(party: PartyId): string | null {
    const row = this.keysOf.head(party)
    return row === NO_ROW ? null : this.table.wrappedKey.get(row)
  }

  erase(party: PartyId): boolean {
    const row = this.keysOf.head(party)
    if (row === NO_ROW) return false
    this.table.remove(row)
    return true
  }
}

/**
 * Keys of parties: each party's secrets and personal fields are encrypted under a key of its own, which the host makes,
 * wraps and keeps on a shelf beside the journal. The book knows a key by its name alone, since what is once in a journal
 * stays there and in every backup of it; a key that is taken off the shelf is gone from all of them.
 */
import type { PartyId } from '../hierarchy/index.js'
import {
  type Id,
  type Image,
  type Instant,
  NO_ROW,
  Relation,
  ref,
  type Table,
  text,
  time,
} from '../image/index.js'

export type PartyKeyId = Id<'party_key'>

const partyKeyFields = { party: ref<PartyId>(), keyName: text(), createdAt: time() }

export class PartyKeys {
  readonly table: Table<PartyKeyId, typeof partyKeyFields>
  private readonly keysOf: Relation<PartyId>

  constructor(private readonly image: Image) {
    this.table = image.table('partyKeys', 'pky', partyKeyFields)
    this.keysOf = new Relation(this.table, this.table.party)
    image.derived(this.keysOf)
  }

  /** The name of a party's key, or null where none was made or it was erased. */
  find(party: PartyId): string | null {
    const row = this.keysOf.head(party)
    return row === NO_ROW ? null : this.table.keyName.get(row)
  }

  /** From now on the party's fields are sealed with this key. */
  keep(party: PartyId, keyName: string, createdAt: Instant): void {
    this.erase(party)
    this.table.insert(this.image.newId<PartyKeyId>(), { party, keyName, createdAt })
  }

  /** The name of the key that the party has no more, or null where it had none. */
  erase(party: PartyId): string | null {
    const row = this.keysOf.head(party)
    if (row === NO_ROW) return null
    const keyName = this.table.keyName.get(row)
    this.table.remove(row)
    return keyName
  }
}

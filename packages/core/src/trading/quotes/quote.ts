/** What an order is quoted under, which it carries as long as it is open. */
export type Quote = {
  /** The protection that it is under: with its instrument and side it says which quote it is. */
  readonly group: string
  /** Of the message that it was placed or changed by last. */
  readonly id: string
  /** A name for quotes that are cancelled together; null without one. */
  readonly set: string | null
}

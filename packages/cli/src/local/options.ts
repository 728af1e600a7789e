/** What a local command may say on top of the environment. */
export interface LocalOptions {
  readonly data?: string
  readonly port?: string
  readonly host?: string
  readonly demo?: boolean
}

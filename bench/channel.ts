/** A way to a server over which messages are asked and answered. */
export type Answered = (status: number, body: Buffer) => void

export interface Channel {
  ask(message: string, answered: Answered): void
  close(): void
}

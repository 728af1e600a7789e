/**
 * The peer on PostgreSQL: a ledger as one writes it by hand. A function locks the rows of both accounts in the order of
 * their ids, checks, moves the money, and writes a transfer under its key with two entries. It knows no tree, no rights,
 * no holds and no events.
 */
import type { TestDatabase } from '@stemma/store'
import type { Answered, Channel } from './channel.js'

const OPENING = 1_000_000_000_000

const SCHEMA = [
  'CREATE TABLE account (id BIGINT PRIMARY KEY, balance NUMERIC NOT NULL)',
  `CREATE TABLE transfer (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key TEXT NOT NULL UNIQUE,
    source BIGINT NOT NULL, target BIGINT NOT NULL, amount NUMERIC NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now())`,
  `CREATE TABLE entry (transfer BIGINT NOT NULL, account BIGINT NOT NULL, amount NUMERIC NOT NULL,
    balance NUMERIC NOT NULL, PRIMARY KEY (account, transfer))`,
  `CREATE FUNCTION move(source_id BIGINT, target_id BIGINT, moved NUMERIC, new_key TEXT) RETURNS BIGINT
    LANGUAGE plpgsql AS $$
    DECLARE
      source_balance NUMERIC;
      target_balance NUMERIC;
      made BIGINT;
    BEGIN
      PERFORM 1 FROM account WHERE id IN (source_id, target_id) ORDER BY id FOR UPDATE;
      UPDATE account SET balance = balance - moved WHERE id = source_id AND balance >= moved
        RETURNING balance INTO source_balance;
      IF NOT FOUND THEN RAISE EXCEPTION 'not enough in account %', source_id; END IF;
      UPDATE account SET balance = balance + moved WHERE id = target_id RETURNING balance INTO target_balance;
      INSERT INTO transfer (key, source, target, amount) VALUES (new_key, source_id, target_id, moved)
        RETURNING id INTO made;
      INSERT INTO entry VALUES (made, source_id, -moved, source_balance), (made, target_id, moved, target_balance);
      RETURN made;
    END $$`,
  `CREATE FUNCTION move_many(sources BIGINT[], targets BIGINT[], moved NUMERIC, new_keys TEXT[]) RETURNS BIGINT
    LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM account WHERE id = ANY(sources || targets) ORDER BY id FOR UPDATE;
      PERFORM move(sources[place], targets[place], moved, new_keys[place])
        FROM generate_subscripts(sources, 1) AS place;
      RETURN cardinality(sources);
    END $$`,
]

export async function makeLedger(database: TestDatabase, accounts: readonly number[]): Promise<void> {
  for (const statement of SCHEMA) await database.query(statement)
  await database.query('INSERT INTO account SELECT unnest($1::bigint[]), $2', [accounts, OPENING])
  await database.query('ANALYZE')
}

type Client = Awaited<ReturnType<TestDatabase['connect']>>

/** One connection, on which messages go out without waiting for the answers before. */
export class LedgerChannel implements Channel {
  private constructor(
    private readonly client: Client,
    private readonly statement: string,
  ) {}

  /** A message has the function's arguments, one to a line: source, target, amount, key. */
  static async open(database: TestDatabase, name: 'move' | 'move_many'): Promise<LedgerChannel> {
    return new LedgerChannel(await database.connect({ pipeline: true }), name)
  }

  ask(message: string, answered: Answered): void {
    const { statement } = this
    const query = {
      name: statement,
      text: `SELECT ${statement}($1, $2, $3, $4)`,
      values: message.split('\n'),
    }
    this.client.query(query).then(
      () => answered(200, NOTHING),
      (error: Error) => {
        throw error
      },
    )
  }

  close(): void {
    void this.client.end()
  }
}
const NOTHING = Buffer.alloc(0)

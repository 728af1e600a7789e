import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describeCompacting, type JournalUnderTest } from '../compact-suite.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'

async function directory(): Promise<JournalUnderTest> {
  const data = temporaryDirectory()
  const files = (prefix: string): string[] => readdirSync(data).filter((name) => name.startsWith(prefix))
  const copyAs = (from: string, to: string): void => {
    for (const file of files(`${from}.sqlite`))
      copyFileSync(join(data, file), join(data, file.replace(from, to)))
  }
  const removeTables = async (): Promise<void> => {
    for (const file of files('tables.sqlite')) rmSync(join(data, file))
  }
  const onJournal = <Result>(work: (journal: Database.Database) => Result): Result => {
    const journal = new Database(join(data, 'journal.sqlite'))
    try {
      return work(journal)
    } finally {
      journal.close()
    }
  }
  return {
    at: { dataDirectory: data, book: 0 },
    freshPath: join(data, 'backup'),
    open: () => openTestStore(data),
    edit: async (statement) => onJournal((journal) => void journal.exec(statement)),
    bytes: (hex) => `x'${hex}'`,
    imagesDropped: async () =>
      onJournal((journal) =>
        journal.prepare('SELECT batch FROM records WHERE length(images) = 0 ORDER BY batch').pluck().all(),
      ) as number[],
    removeTables,
    // Everything is in the file once no reader has it open any more: a copy of both is a copy of the state.
    keepTables: async () => copyAs('tables', 'old'),
    bringTablesBack: async () => {
      await removeTables()
      copyAs('old', 'tables')
    },
    another: directory,
    clean: async () => rmSync(data, { recursive: true }),
  }
}

describeCompacting('SQLite', directory)

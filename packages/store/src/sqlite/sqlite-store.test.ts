import { rmSync } from 'node:fs'
import { describeStore } from '../suite.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'

describeStore('SQLite', () => {
  const dataDirectory = temporaryDirectory()
  return { open: () => openTestStore(dataDirectory), clean: () => rmSync(dataDirectory, { recursive: true }) }
})

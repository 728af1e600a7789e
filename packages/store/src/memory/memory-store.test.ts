import { describeSharedStore } from '../shared-suite.js'
import { describeStore } from '../suite.js'
import { MemoryJournal } from './memory-journal.js'
import { MemoryStore } from './memory-store.js'

describeStore('memory', () => {
  const store = new MemoryStore()
  return { open: () => store, clean: () => {} }
})

const shared = () => {
  const journal = new MemoryJournal()
  return { open: () => new MemoryStore(0, journal), clean: () => {} }
}

describeStore('a shared journal in memory', shared)
describeSharedStore('a shared journal in memory', shared)

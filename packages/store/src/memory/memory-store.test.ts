import { describeStore } from '../suite.js'
import { MemoryStore } from './memory-store.js'

describeStore('memory', () => {
  const store = new MemoryStore()
  return { open: () => store, clean: () => {} }
})

#!/usr/bin/env node
// A file that exists before the first build, so that the installer can link the command to it.
await import(new URL('../dist/main.js', import.meta.url).href)

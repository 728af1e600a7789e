/**
 * A disk that fails on command under a real process: a library between it and the system, made of `failing-disk.c` by the
 * C compiler of the machine. Not exported.
 */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Adversity } from './soak/kill-loop.js'

export type DiskFault = 'read-only' | 'write' | 'flush'

export class FailingDisk {
  private readonly library: string
  private readonly flag: string

  /** Of the files below `directory`; `folder` is for what it needs itself. Throws where the machine has no compiler. */
  constructor(
    private readonly directory: string,
    folder: string,
  ) {
    this.library = join(folder, 'failing-disk.so')
    this.flag = join(folder, 'fails')
    const source = join(import.meta.dirname, 'failing-disk.c')
    const options = ['-shared', '-fPIC', '-O1', '-o', this.library, source, '-ldl', '-lpthread']
    const { error, status, stderr } = spawnSync('cc', options, { encoding: 'utf8' })
    if (error !== undefined)
      throw new Error(
        'expected a C compiler: install one that is called cc (Debian: apt-get install gcc libc6-dev)',
      )
    if (status !== 0) throw new Error(`expected failing-disk.c to be compiled:\n${stderr}`)
  }

  /** Begins to fail at so many answers, and is repaired when the server has ended. */
  failing(kind: DiskFault, at: number): Adversity {
    const variables = {
      LD_PRELOAD: this.library,
      FAULT_DIRECTORY: this.directory,
      FAULT_FLAG: this.flag,
      FAULT_KIND: kind,
      // Writes that the kernel does by itself pass no library.
      UV_USE_IO_URING: '0',
    }
    return {
      under: ['env', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)],
      answered: (answers) => {
        if (answers === at) writeFileSync(this.flag, '')
      },
      over: () => rmSync(this.flag, { force: true }),
    }
  }
}

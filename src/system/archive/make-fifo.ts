import { linkSync, rmSync } from 'node:fs'
import { KithError } from '../../errors/kith-error.ts'

/**
 * Makes a named pipe at `target`, below `directory`, by the host's mkfifo: there is no such call in node:fs, and packages
 * with pipes are rare. Throws EEXIST as node:fs does, and `program-missing`.
 */
export function makeFifo(directory: string, target: string | Buffer, mode: number): void {
  // An argument must be text, the name need not be.
  const temporary = `${directory}/.fifo-${process.pid}-${crypto.randomUUID()}`
  const { exitCode, stderr } = run(['mkfifo', '-m', mode.toString(8).padStart(4, '0'), temporary])
  if (exitCode !== 0) throw new Error(stderr.toString().trim())
  try {
    linkSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function run(argv: string[]): { readonly exitCode: number; readonly stderr: Buffer } {
  try {
    return Bun.spawnSync(argv, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  } catch (error) {
    throw new KithError('program-missing', { program: 'mkfifo', purpose: 'unpack a named pipe' }, { cause: error })
  }
}

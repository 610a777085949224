import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A module with its code, not compressed. */
export interface Module {
  /** With underscores, as the kernel says it. */
  readonly name: string
  readonly code: Uint8Array
}

/**
 * The modules of these names with all that they depend on, in an order in which they can be loaded. What is not there is
 * taken for built in: Debian's kernels differ in that.
 */
export function orderModules(names: readonly string[], directory: string): Module[] {
  const files = new Map(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.ko(\.xz)?$/.test(path))
      .map((path) => [nameOf(path), join(directory, path)]),
  )
  const ordered = new Map<string, Module>()
  const add = (name: string): void => {
    const file = files.get(name)
    if (file === undefined || ordered.has(name)) return
    const code = file.endsWith('.xz') ? decompress(file) : readFileSync(file)
    for (const needed of dependenciesOf(code)) add(needed)
    ordered.set(name, { name, code })
  }
  for (const name of names) add(name)
  return [...ordered.values()]
}

function nameOf(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_')
}

/** From its section .modinfo: `depends=9pnet,netfs`. */
function dependenciesOf(code: Uint8Array): string[] {
  const [, names = ''] = /\0depends=([\w,-]*)\0/.exec(Buffer.from(code).toString('latin1')) ?? []
  return names.split(',').flatMap((name) => (name === '' ? [] : [name.replaceAll('-', '_')]))
}

function decompress(file: string): Uint8Array {
  return Bun.spawnSync([...['xz', '--decompress', '--stdout'], file]).stdout
}

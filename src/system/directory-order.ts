import * as fs from 'node:fs'
import { join } from 'node:path'

const mostDirectories = 5000

export interface DirectoryOrders {
  /** Directories that both trees have, with at least two names in common. */
  readonly compared: number
  /** Those in which the kernel lists the common names in another order. */
  readonly different: number
}

/** Compares in which order the kernel lists what two trees have in common. No link is followed. */
export function compareDirectoryOrders(first: string, second: string): DirectoryOrders {
  let [compared, different] = [0, 0]
  const waiting = ['']
  for (let path = waiting.pop(); path !== undefined && compared < mostDirectories; path = waiting.pop()) {
    const [one, other] = [listAsItComes(join(first, path)), listAsItComes(join(second, path))]
    const common = [...one.keys()].filter((name) => other.has(name))
    for (const name of common) if (one.get(name) && other.get(name)) waiting.push(join(path, name))
    if (common.length < 2) continue
    compared++
    const order = [...other.keys()].filter((name) => one.has(name))
    if (common.some((name, index) => name !== order[index])) different++
  }
  return { compared, different }
}

/** Names, and whether each is a directory. What cannot be listed under its name has nothing to compare. */
function listAsItComes(directory: string): Map<string, boolean> {
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true, encoding: 'utf8' })
    return new Map(entries.map((entry) => [entry.name, entry.isDirectory()]))
  } catch {
    return new Map()
  }
}

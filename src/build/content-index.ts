import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { FileStamp } from '../system/file-stamp.ts'
import { isFile, makeDirectory, readText, writeFileAtomic } from '../system/files.ts'

/**
 * What files and trees were found to hold, by what their inodes say: `<cache>/kith/contents`, disposable. Names and values are
 * text without line breaks; a stamp that is still fresh is looked up and not kept.
 */
export interface ContentIndex {
  /** The value for `name`, made only where its stamp is another than when it was made. */
  readonly valueOf: (name: string, stamp: Stamp, make: () => string) => string
  readonly find: (name: string, stamp: Stamp) => string | undefined
  readonly keep: (name: string, stamp: Stamp, value: string) => void
  /** Writes down what is new. Never throws: without it the next command is slower. */
  readonly save: () => void
}

type Stamp = Pick<FileStamp, 'text' | 'isFresh'>

interface Entry {
  readonly stamp: string
  readonly value: string
}

/** Far more than any plan has; when there are more, those that this command did not use go. */
const mostEntries = 20_000
/** Another one where values get another form: what an older kith wrote says nothing then. */
const firstLine = 'kith-contents 1'

export function openContentIndex(cacheDirectory: string): ContentIndex {
  const path = join(cacheDirectory, 'kith', 'contents')
  const entries = readEntries(path)
  const used = new Map<string, Entry>()
  let isChanged = false
  const find: ContentIndex['find'] = (name, stamp) => {
    const known = used.get(name) ?? entries.get(name)
    if (known?.stamp !== stamp.text) return undefined
    used.set(name, known)
    return known.value
  }
  const keep: ContentIndex['keep'] = (name, stamp, value) => {
    if (stamp.isFresh || /[\t\n]/.test(name + value)) return
    used.set(name, { stamp: stamp.text, value })
    isChanged = true
  }
  return {
    find,
    keep,
    valueOf(name, stamp, make) {
      const known = find(name, stamp)
      if (known !== undefined) return known
      const value = make()
      keep(name, stamp, value)
      return value
    },
    save() {
      if (!isChanged) return
      const all = new Map([...(entries.size > mostEntries ? [] : entries), ...used])
      const lines = [...all].map(([name, { stamp, value }]) => `${name}\t${stamp}\t${value}\n`)
      writeOrLeave(path, `${firstLine}\n${lines.join('')}`)
      isChanged = false
    },
  }
}

function readEntries(path: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  if (!isFile(path)) return entries
  const [head, ...lines] = readText(path).split('\n')
  if (head !== firstLine) return entries
  for (const line of lines) {
    const [name, stamp, value] = line.split('\t')
    if (name !== undefined && stamp !== undefined && value !== undefined) entries.set(name, { stamp, value })
  }
  return entries
}

function writeOrLeave(path: string, text: string): void {
  try {
    makeDirectory(join(path, '..'))
    writeFileAtomic(path, text)
  } catch (error) {
    if (!isKithError(error, 'io-failed')) throw error
  }
}

import { join } from 'node:path'
import { digestText } from '../system/digests.ts'
import {
  copyPath,
  fileInfo,
  isDirectory,
  makeDirectory,
  makeTemporaryDirectory,
  removeTree,
  renameNew,
} from '../system/files.ts'

/** What tools need of the host's /etc; no keys, no shadow, nothing that names people but passwd and group. */
const selected = [
  'alternatives',
  'group',
  'hosts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'ld-musl-x86_64.path',
  'ld-musl-aarch64.path',
  'localtime',
  'nsswitch.conf',
  'passwd',
  'perl',
  'protocols',
  'python3',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
]

/** A layer with the host's selected /etc files and the empty directories every root has; made again when one changes. */
export function ensureHostEtc(layersDirectory: string): string {
  const present = selected.filter((name) => fileInfo(`/etc/${name}`) !== undefined)
  const identity = present.map((name) => {
    const info = fileInfo(`/etc/${name}`)
    return `${name} ${info?.sizeBytes} ${info?.mtimeMs} ${info?.inode}`
  })
  const layer = join(layersDirectory, `host-etc-${digestText(identity.join('\n')).slice(0, 16)}`)
  if (isDirectory(layer)) return layer
  const draft = makeTemporaryDirectory(layersDirectory, '.draft-')
  for (const directory of ['etc', 'var/tmp']) makeDirectory(join(draft, directory))
  for (const name of present) copyPath(`/etc/${name}`, join(draft, 'etc', name))
  if (!renameNew(draft, layer)) removeTree(draft)
  return layer
}

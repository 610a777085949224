import { join } from 'node:path'
import { digestText } from '../system/digests.ts'
import { copyPath, fileInfo, makeDirectory, setMode } from '../system/files.ts'
import { placeLayer } from './place-layer.ts'

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

/** How names of hosts are resolved. */
const neededForNetwork = ['gai.conf', 'host.conf', 'resolv.conf']

/** A layer with the host's selected /etc files and the empty directories every root has; made again when one changes. */
export async function ensureHostEtc(
  layersDirectory: string,
  { host = '/etc', hasNetwork = false }: { readonly host?: string; readonly hasNetwork?: boolean } = {},
): Promise<string> {
  const names = hasNetwork ? [...selected, ...neededForNetwork] : selected
  const present = names.filter((name) => fileInfo(join(host, name)) !== undefined)
  const identity = present.map((name) => {
    const info = fileInfo(join(host, name))
    return `${name} ${info?.sizeBytes} ${info?.mtimeMs} ${info?.inode}`
  })
  const key = digestText(identity.join('\n')).slice(0, 16)
  return await placeLayer(join(layersDirectory, `host-etc-${key}`), async (tree) => {
    for (const directory of ['etc', 'var', 'var/tmp']) {
      makeDirectory(join(tree, directory))
      setMode(join(tree, directory), 0o755)
    }
    for (const name of present) copyPath(join(host, name), join(tree, 'etc', name))
  })
}

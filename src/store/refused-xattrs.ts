import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { capabilityXattr, type RefusedXattr } from '../system/file-xattrs.ts'

/** Warns of the extended attributes that files of a package go without. */
export function tellRefusedXattrs(
  name: PackageName,
  refused: readonly RefusedXattr[],
  { emit }: Pick<Context, 'emit'>,
): void {
  const warn = (found: readonly RefusedXattr[], what: string): void => {
    const text = `installed without ${what}: ${listFiles(found)}`
    if (found.length > 0) emit({ kind: 'notice', level: 'warning', package: name, text })
  }
  const capabilities = refused.filter((one) => one.name === capabilityXattr)
  const others = refused.filter((one) => one.name !== capabilityXattr)
  warn(
    capabilities.filter(({ reason }) => reason === 'forbidden'),
    'their capabilities, which only root can set',
  )
  warn(
    capabilities.filter(({ reason }) => reason === 'unsupported'),
    'their capabilities, which this file system cannot hold',
  )
  warn(others, 'attributes that could not be set')
}

const shownFiles = 10

function listFiles(refused: readonly RefusedXattr[]): string {
  const shown = refused.slice(0, shownFiles).map(({ path, name }) => {
    const file = bytesText(path)
    return name === capabilityXattr ? file : `${file} (${name})`
  })
  const more = refused.length - shown.length
  return `${shown.join(' ')}${more > 0 ? ` and ${more} more` : ''}`
}

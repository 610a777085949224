import { type PackageName, packageNameFault } from './package-name.ts'
import { bytesText, type TreePath, textBytes, treePathFault } from './tree-path.ts'

/** A file that a package ships and that another package keeps: an alternative to be swapped in. */
export interface Choice {
  readonly package: PackageName
  /** Where the file would be. */
  readonly path: TreePath
}

/** Directory of the choices, in a root. */
export const choicesDirectory = '/var/db/kiss/choices'

/** `pkg>usr>bin>tool`: name of the file in the choices directory, as bytes (latin1). */
export function printChoiceName({ package: name, path }: Choice): string {
  return textBytes(name) + path.replaceAll('/', '>')
}

/** Reads a name from the choices directory (latin1); undefined for other files, also for a path that leaves the tree. */
export function parseChoiceName(fileName: string): Choice | undefined {
  const separator = fileName.indexOf('>')
  if (separator < 0 || fileName.includes('/')) return undefined
  const name = bytesText(fileName.slice(0, separator))
  const path = fileName.slice(separator).replaceAll('>', '/')
  if (packageNameFault(name) !== undefined || path === '/' || treePathFault(path) !== undefined) return undefined
  return { package: name as PackageName, path: path as TreePath }
}

/** Why a file cannot become a choice, or undefined when it can: its name has to be read back. */
export function choiceFault(choice: Choice): string | undefined {
  if (choice.path.includes('>')) return 'the path holds a ">"'
  return printChoiceName(choice).length > 255 ? 'its name would be longer than 255 bytes' : undefined
}

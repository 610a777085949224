import { KithError } from '../errors/kith-error.ts'
import type { HostFinding } from '../model/host-finding.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { type InstalledPackage, readInstalled, readManifest } from './installed-database.ts'

/** Whether every entry of the installed database can be read. */
export function checkDatabase(root: string): HostFinding {
  const id = 'database'
  const broken: string[] = []
  let total = 0
  const tree = diskTree(root)
  try {
    for (const [name, { entry, version }] of readInstalled(tree)) {
      total++
      if (version === undefined || !hasReadableManifest(tree, entry)) broken.push(name)
    }
  } catch (error) {
    if (!(error instanceof KithError)) throw error
    const meaning = 'kith cannot know what is installed: nothing can be planned.'
    return { id, status: 'failing', found: error.message, meaning, remedy: error.hint ?? 'See who may read it.' }
  }
  if (broken.length === 0) {
    const found = `${total} ${total === 1 ? 'package' : 'packages'} installed`
    return { id, status: 'ok', found, meaning: 'every entry of the database can be read' }
  }
  return {
    id,
    status: 'warning',
    found: `${broken.length} of ${total} entries cannot be read: ${broken.slice(0, 10).join(' ')}`,
    meaning: 'Their version or manifest is missing or damaged: they can be neither used in builds nor removed.',
    remedy: `Write them anew: KISS_FORCE=1 kith install ${broken[0] ?? ''}`,
  }
}

function hasReadableManifest(tree: TreeView, entry: InstalledPackage['entry']): boolean {
  try {
    readManifest(tree, entry)
    return true
  } catch (error) {
    if (error instanceof KithError) return false
    throw error
  }
}

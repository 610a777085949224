import { join } from 'node:path'
import { parseDepends } from '../model/depends.ts'
import { type Override, overrideDependsText } from '../model/override.ts'
import { fileInfo, isFile, readDirectory, readLatin1 } from '../system/files.ts'
import { diffFiles } from '../system/merge-files.ts'

export interface RecipeChange {
  /** Relative to the recipe. */
  readonly file: string
  readonly change: 'new' | 'changed' | 'gone'
  /** Whether it is run when the package is built or installed. */
  readonly isScript: boolean
  /** Unified diff; the end of a long one is left out. */
  readonly text: string
}

export interface EarlierRecipe {
  readonly directory: string
  /** `built`: the recipe as it was built. `installed`: the database entry, which has more files, and detected dependencies. */
  readonly kind: 'built' | 'installed'
}

/**
 * What is other in a recipe than it was, file by file, bytewise by name; without an earlier one all is new. The recipe must be one that
 * may be read (refusePrivateRecipe). Throws `program-missing` without diff(1), `io-failed`.
 */
export async function compareRecipes(
  directory: string,
  earlier: EarlierRecipe | undefined,
  override?: Override | undefined,
): Promise<RecipeChange[]> {
  const before = new Set(earlier === undefined ? [] : listFiles(earlier.directory))
  const after = new Set(listFiles(directory))
  const changes: RecipeChange[] = []
  for (const file of [...new Set([...before, ...after])].sort()) {
    const isGenerated = earlier?.kind === 'installed' && !after.has(file) && generated.has(file)
    const place = { before: join(earlier?.directory ?? '', file), after: join(directory, file) }
    if (isGenerated || (before.has(file) && after.has(file) && isSame(file, place, { earlier, override }))) continue
    const change = !before.has(file) ? 'new' : after.has(file) ? 'changed' : 'gone'
    const text = await diffFiles({
      before: change === 'new' ? undefined : place.before,
      after: change === 'gone' ? undefined : place.after,
      label: file,
    })
    changes.push({ file, change, isScript: scripts.has(file), text: shorten(text) })
  }
  return changes
}

const scripts = new Set(['build', 'post-install', 'pre-remove', 'post_install'])
/** Depends, too, where packaging found what is linked and no recipe named. */
const generated = new Set(['depends', 'etcsums', 'manifest'])
const mostLines = 300

function isSame(
  file: string,
  { before, after }: { readonly before: string; readonly after: string },
  { earlier, override }: { readonly earlier: EarlierRecipe | undefined; readonly override: Override | undefined },
): boolean {
  const [old, fresh] = [readLatin1(before), readLatin1(after)]
  if (file !== 'depends') return old === fresh
  const wanted = override === undefined ? fresh : overrideDependsText(fresh, override.dependencies)
  if (earlier?.kind !== 'installed') return old === wanted
  // Packaging only adds names, and never takes one away.
  const known = new Set(parseDepends(old, before).dependencies.map(({ name }) => name))
  return parseDepends(wanted, after).dependencies.every(({ name }) => known.has(name))
}

/** Regular files, also behind links. */
function listFiles(directory: string, below = ''): string[] {
  return (readDirectory(join(directory, below)) ?? []).flatMap((name) => {
    const file = join(below, name)
    if (isFile(join(directory, file))) return [file]
    const isDeeper = below.split('/').length < mostDepth
    return isDeeper && fileInfo(join(directory, file))?.kind === 'directory' ? listFiles(directory, file) : []
  })
}

/** A link can lead back to where it is. */
const mostDepth = 16

function shorten(text: string): string {
  const lines = text.trimEnd().split('\n')
  if (lines.length <= mostLines) return lines.join('\n')
  return [...lines.slice(0, mostLines), `(${lines.length - mostLines} more lines)`].join('\n')
}

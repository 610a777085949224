import { offerName } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { type Provided, parseProvides } from '../model/provides.ts'
import { bytesText, childPath } from '../model/tree-path.ts'
import type { TreeView } from '../system/tree-view.ts'
import { entryFile, type InstalledPackage, type InstalledPackages } from './installed-database.ts'
import { loadOffers } from './package-offers.ts'

/** The names that an installed package answers to besides its own, as the `provides` file of its entry says. */
export function readProvides({ entry }: Pick<InstalledPackage, 'entry'>, tree: TreeView): readonly Provided[] {
  const file = childPath(entry, 'provides')
  const text = entryFile(tree, file)
  return text === undefined ? [] : parseProvides(bytesText(text), tree.label(file)).provides
}

/** Answers which installed packages provide a name, bytewise; nothing is read before the first question. */
export function openInstalledProviders(
  installed: InstalledPackages,
  { root, tree }: { readonly root: string; readonly tree: TreeView },
): (name: PackageName) => readonly PackageName[] {
  let declared: ReadonlyMap<PackageName, readonly PackageName[]> | undefined
  let offered: ReadonlyMap<string, readonly PackageName[]> | undefined
  return (name) => {
    declared ??= index(installed, (one) => readProvides(one, tree).map((provided) => provided.name))
    const found = declared.get(name) ?? []
    if (found.length > 0 || !/^(?:so|pc|cmd):/.test(name)) return found
    const offers = offered === undefined ? loadOffers(root, installed) : undefined
    offered ??= index<string>(installed, (one) => offers?.get(one.name)?.offers.map(offerName) ?? [])
    return offered.get(name) ?? []
  }
}

function index<Name extends string>(
  installed: InstalledPackages,
  namesOf: (one: InstalledPackage) => readonly Name[],
): Map<Name, PackageName[]> {
  const found = new Map<Name, PackageName[]>()
  for (const one of installed.values())
    for (const name of new Set(namesOf(one))) found.set(name, [...(found.get(name) ?? []), one.name])
  return found
}

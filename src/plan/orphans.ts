import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { closureOf, needsOf, type PackageGraph } from './package-graph.ts'

/** What a system consists of where nobody made a package `base`: nothing needs these, and they are no orphans. */
const usualBase: readonly string[] = [
  'baseinit',
  'baselayout',
  'busybox',
  'bzip2',
  'e2fsprogs',
  'gcc',
  'git',
  'grub',
  'kiss',
  'kith',
  'make',
  'musl',
  'pkgconf',
]

/**
 * Installed packages that no installed package needs to run, in the order of the graph. What a package `base` needs is the
 * system and does not count; without one, what such systems usually consist of.
 */
export function findOrphans(installed: PackageGraph): PackageName[] {
  const system = systemPackages(installed)
  const needed = new Set([...installed.keys()].flatMap((name) => needsOf(installed, name, 'run')))
  return [...installed.keys()].filter((name) => !needed.has(name) && !system.has(name))
}

/** The system itself: what a package `base` needs, or what such systems usually consist of. */
export function systemPackages(installed: PackageGraph): ReadonlySet<string> {
  const base = parsePackageName('base')
  return installed.has(base) ? closureOf(installed, [base], 'run') : new Set(usualBase)
}

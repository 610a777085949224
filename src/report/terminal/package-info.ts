import { printable } from '../../errors/printable.ts'
import type { Dependency } from '../../model/depends.ts'
import { type Version, versionLabel } from '../../model/version.ts'
import { renderFields } from './fields.ts'
import { formatKibibytes } from './units.ts'

/** What `kith info` knows of one package. */
export interface PackageInfo {
  readonly name: string
  readonly description: string | undefined
  /** Its recipe, where a repository has one. */
  readonly recipe:
    | { readonly version: Version | undefined; readonly directory: string; readonly isUsable: boolean }
    | undefined
  readonly installed:
    | {
        readonly version: Version | undefined
        readonly files: number
        readonly kibibytes: number
        /** Whether somebody asked for it; only the owner of the root may know. */
        readonly mark: 'explicit' | 'automatic' | undefined
      }
    | undefined
  /** What the user changes of the recipe, in words. */
  readonly override: string | undefined
  readonly dependencies: readonly Dependency[]
  /** Installed packages that need it to run. */
  readonly neededBy: readonly string[]
  /** Names that it answers to besides its own, as its recipe says. */
  readonly provides: readonly string[]
  /** What the installed files offer: `so:libz.so.1`. */
  readonly offers: readonly string[]
  readonly sources: readonly string[]
}

/** Labels and values within `columns`; what there is nothing to say about is left out. */
export function renderPackageInfo(info: PackageInfo, columns: number): string {
  const { recipe, installed, dependencies, neededBy, sources } = info
  const named = (kind: Dependency['kind']): string =>
    dependencies.flatMap((dependency) => (dependency.kind === kind ? dependency.name : [])).join(' ')
  const size = installed && `${formatKibibytes(installed.kibibytes)} in ${count(installed.files, 'file')}`
  const fields: (readonly [string, string | readonly string[] | undefined])[] = [
    ['name', info.name],
    ['description', info.description],
    ['version', recipe && label(recipe.version)],
    ['recipe', recipe && `${recipe.directory}${recipe.isUsable ? '' : ` (cannot be built: kith lint ${info.name})`}`],
    [
      'installed',
      installed === undefined
        ? 'no'
        : `${label(installed.version)}, ${size}${installed.mark === 'automatic' ? ', as a dependency' : ''}`,
    ],
    ['changed by', info.override],
    ['depends', named('run')],
    ['to build', named('make')],
    ['needed by', neededBy.join(' ')],
    ['provides', info.provides.join(' ')],
    ['offers', shorten(info.offers).join(' ')],
    ['sources', shorten(sources, shownSources)],
  ]
  const told = fields.flatMap(([name, text]) =>
    text === undefined || text.length === 0 ? [] : [[name, text] as const],
  )
  return printable(renderFields(told, columns))
}

const shownSources = 8
const shownOffers = 24

function shorten(all: readonly string[], most = shownOffers): string[] {
  return all.length > most ? [...all.slice(0, most), `and ${all.length - most} more`] : [...all]
}

function label(version: Version | undefined): string {
  return version === undefined ? 'unknown' : versionLabel(version)
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

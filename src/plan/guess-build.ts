import type { Dependency } from '../model/depends.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { type BuildSystem, buildScripts } from './build-scripts.ts'

/** The top of a source tree: names, and the texts of those files that tell how it is built. */
export interface SourceTree {
  readonly names: ReadonlySet<string>
  readonly textOf: (name: string) => string | undefined
}

export interface GuessedBuild {
  readonly system: BuildSystem
  readonly script: string
  /** What is needed to build, and the libraries that the sources ask for where a recipe of that name is known. */
  readonly dependencies: readonly Dependency[]
  /** Libraries that are asked for and nobody is known to have. */
  readonly unknown: readonly string[]
  /** What a person should look at. */
  readonly advice: readonly string[]
}

/** The files that are read to find out. */
export const tellingFiles: readonly string[] = [
  'CMakeLists.txt',
  'Cargo.toml',
  'GNUmakefile',
  'Makefile',
  'configure.ac',
  'configure.in',
  'go.mod',
  'makefile',
  'meson.build',
  'pyproject.toml',
]

/** How a source tree is probably built: the first system of which it has the files. */
export function guessBuild(tree: SourceTree, name: string, isKnown: (name: string) => boolean): GuessedBuild {
  const system = findSystem(tree)
  const { script, tools, advice } = buildScripts[system](tree, name)
  const wanted = wantedModules(system, tree)
  const found = wanted.map((module) => ({ module, known: moduleNames(module).find(isKnown) }))
  const libraries = found.flatMap(({ known }) => known ?? [])
  const asksPkgConfig = wanted.length > 0 && system !== 'go' && system !== 'cargo'
  const makes = [...tools, ...(asksPkgConfig && isKnown('pkgconf') ? ['pkgconf make'] : [])]
  return {
    system,
    script,
    dependencies: joinDependencies([...makes, ...libraries], name),
    unknown: found.flatMap(({ module, known }) => (known === undefined ? module : [])),
    advice,
  }
}

function findSystem({ names }: SourceTree): BuildSystem {
  const has = (...files: readonly string[]): boolean => files.some((file) => names.has(file))
  if (has('meson.build')) return 'meson'
  if (has('configure')) return 'configure'
  if (has('CMakeLists.txt')) return 'cmake'
  if (has('configure.ac', 'configure.in')) return 'autotools'
  if (has('Cargo.toml')) return 'cargo'
  if (has('go.mod')) return 'go'
  if (has('Makefile', 'GNUmakefile', 'makefile')) return 'make'
  if (has('pyproject.toml', 'setup.py')) return 'python'
  return 'unknown'
}

/** Names of pkg-config modules and CMake packages that the build files ask for, in order. */
function wantedModules(system: BuildSystem, { textOf }: SourceTree): string[] {
  const text = (...files: readonly string[]): string => files.map((file) => textOf(file) ?? '').join('\n')
  const found: string[] = []
  const add = (texts: string, pattern: RegExp): void => {
    for (const [, module = ''] of texts.matchAll(pattern)) found.push(...module.split(/[\s,]+/))
  }
  if (system === 'configure' || system === 'autotools')
    add(text('configure.ac', 'configure.in'), /^[^#\n]*PKG_CHECK_MODULES\(\s*\[?\w+\]?\s*,\s*\[?([^\],)]+)/gm)
  if (system === 'meson') add(text('meson.build'), /^[^#\n]*\bdependency\(\s*'([\w.+-]+)'/gm)
  if (system === 'cmake') {
    add(text('CMakeLists.txt'), /^[^#\n]*\bfind_package\(\s*([\w.+-]+)/gim)
    add(
      text('CMakeLists.txt'),
      /^[^#\n]*\bpkg_(?:check_modules|search_module)\(\s*\w+\s+(?:REQUIRED\s+|IMPORTED_TARGET\s+)*([\w.+-]+)/gim,
    )
  }
  const modules = found
    .map((one) => one.toLowerCase())
    .filter((one) => /^[a-z][\w.+-]*$/.test(one) && !ofTheSystem.has(one))
  return [...new Set(modules)]
}

/** What no package of its own has. */
const ofTheSystem: ReadonlySet<string> = new Set([
  'dl',
  'm',
  'pkgconfig',
  'pkg-config',
  'threads',
  'openmp',
  'git',
  'doxygen',
  'appleframeworks',
  'iconv',
  'rt',
  'python3',
  'pythoninterp',
])

/** What a package that has a module may be called. */
function moduleNames(module: string): string[] {
  const plain = module.replace(/-?\d+(\.\d+)*$/, '')
  const special = specialModules[module] ?? specialModules[plain]
  const names = [module, plain, module.replace(/^lib/, ''), plain.replace(/^lib/, ''), `lib${module}`, `lib${plain}`]
  return [...(special === undefined ? [] : [special]), ...names].filter((name) => name !== '' && name !== 'lib')
}

const specialModules: Readonly<Record<string, string>> = {
  'gtk+-3.0': 'gtk+3',
  'gtk+': 'gtk+3',
  libcrypto: 'openssl',
  libssl: 'openssl',
  ncursesw: 'ncurses',
  curses: 'ncurses',
  freetype2: 'freetype-harfbuzz',
  harfbuzz: 'freetype-harfbuzz',
  liblzma: 'xz',
  libzstd: 'zstd',
  jpeg: 'libjpeg-turbo',
  libjpeg: 'libjpeg-turbo',
  blkid: 'util-linux',
  mount: 'util-linux',
  uuid: 'util-linux',
  gbm: 'mesa',
  egl: 'mesa',
  glesv2: 'mesa',
  alsa: 'alsa-lib',
}

/** Sorted as depends files are; what is needed to run and to build is needed to run. */
function joinDependencies(lines: readonly string[], own: string): Dependency[] {
  const kinds = new Map<PackageName, Dependency['kind']>()
  for (const line of lines) {
    const [word = '', type] = line.split(' ')
    if (word === own) continue
    const name = parsePackageName(word)
    if (type === undefined || !kinds.has(name)) kinds.set(name, type === undefined ? 'run' : 'make')
  }
  return [...kinds].map(([name, kind]) => ({ name, kind })).sort((one, other) => (one.name < other.name ? -1 : 1))
}

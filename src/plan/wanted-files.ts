import type { MissingFile } from './missing-files.ts'

/** A file that may be what is missing. */
export interface WantedFile {
  /** What its path ends with, from a `/` on: `/zlib.h`. */
  readonly end: string
  /** What the directory it is in must look like. */
  readonly directory: RegExp
  /** 0: exactly what was looked for. Higher: something that often brings it. */
  readonly rank: number
  /** Others have it too, and for them it means nothing: FindZLIB.cmake is CMake's own. */
  readonly isWeak?: boolean
}

const programs = /\/s?bin$/
const libraries = /\/lib(?:32|64|x32|exec)?(?:\/|$)/
const modules = /\/pkgconfig$/
const anywhere = /^/

/** The files that would do, best first. */
export function wantedFiles({ kind, name }: MissingFile): readonly WantedFile[] {
  const file = (end: string, directory: RegExp, rank = 0): WantedFile => ({ end: `/${end}`, directory, rank })
  const lower = name.toLowerCase()
  switch (kind) {
    case 'command':
      return [file(name, programs), file(name, /\/(?:libexec|lib(?:32|64)?\/gcc)(?:\/|$)/, 1)]
    case 'header':
      return [file(name, /^(?:\/usr(?:\/local)?)?\/include$/), file(name, /\/include(?:\/|$)/, 1)]
    case 'library':
      return [file(`lib${name}.so`, libraries), file(`lib${name}.a`, libraries)]
    case 'library-file':
      return [file(name, libraries)]
    case 'pkg-config':
      return [file(`${name}.pc`, modules), ...cmakeFiles(name, 1)]
    case 'cmake':
      return [
        ...cmakeFiles(name, 0),
        { ...file(`Find${name}.cmake`, anywhere), isWeak: true },
        file(`${lower}.pc`, modules, 1),
        ...[name, lower].map((one) => file(`lib${one}.so`, libraries, 2)),
        file(name === 'PkgConfig' ? 'pkg-config' : lower, programs, 3),
      ]
    case 'python':
      return pythonFiles(name)
    case 'perl':
      return [file(`${name.replaceAll('::', '/')}.pm`, /\/perl/)]
    case 'm4':
      return macroFiles(name).map((one) => file(`${one}.m4`, /\/aclocal/))
    case 'unknown':
      return [
        file(name, programs),
        file(`${name}.pc`, modules, 1),
        file(`lib${name}.so`, libraries, 2),
        file(`${name}.so`, libraries, 2),
        file(name, /\/include(?:\/|$)/, 3),
      ]
  }
}

function cmakeFiles(name: string, rank: number): WantedFile[] {
  return [`${name}Config`, `${name.toLowerCase()}-config`].map((base) => ({
    end: `/${base}.cmake`,
    directory: anywhere,
    rank,
  }))
}

/** A module, a package of modules, or one compiled; a distribution's name has hyphens where the module has `_`. */
function pythonFiles(name: string): WantedFile[] {
  const [top = ''] = name.split('.')
  const full = name.replaceAll('.', '/').replaceAll('-', '_')
  const places = [/\/(?:site|dist)-packages$/, /\/python3(?:\.[0-9]{1,2})?(?:\/lib-dynload)?$/]
  return [full, ...(full === top ? [] : [top])].flatMap((module, rank) =>
    places.flatMap((directory) =>
      ['', '.py', '.so'].map((suffix) => ({ end: `/${module}${suffix}`, directory, rank })),
    ),
  )
}

/** Files that are not called like the macros in them. */
const macroHomes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^PKG_/, ['pkg']],
  [/^(?:LT_|AC_PROG_LIBTOOL$|AM_PROG_LIBTOOL$|AC_LIBTOOL_)/, ['libtool']],
  [/^(?:AM_GNU_GETTEXT|AM_GLIB_GNU_GETTEXT)/, ['gettext', 'glib-gettext']],
  [/^GTK_DOC_CHECK$/, ['gtk-doc']],
  [/^GOBJECT_INTROSPECTION_/, ['introspection']],
  [/^IT_PROG_INTLTOOL$/, ['intltool']],
  [/^XORG_/, ['xorg-macros']],
  [/^AM_ICONV$/, ['iconv']],
]

/** AX_PTHREAD is in ax_pthread.m4. */
function macroFiles(name: string): readonly string[] {
  return macroHomes.find(([macro]) => macro.test(name))?.[1] ?? [name.toLowerCase(), name]
}

/** What a recipe that brings it may be called, where no file tells. */
export function recipeGuesses({ kind, name }: MissingFile): readonly string[] {
  const stem = (name.split('/')[0] ?? '').replace(/\.(?:h|hpp|so)[.0-9]*$/, '')
  const plain = stem.replace(/-[0-9.]+$/, '')
  switch (kind) {
    case 'command':
      return [name]
    case 'header':
    case 'library':
    case 'pkg-config':
    case 'unknown':
      return [stem, plain, `lib${plain}`]
    case 'library-file':
      return [plain, plain.replace(/^lib/, '')]
    case 'cmake':
      return [name, name.toLowerCase(), `lib${name.toLowerCase()}`]
    case 'python':
      return [`python-${name.split('.')[0] ?? ''}`, name]
    case 'perl':
      return [`perl-${name.replaceAll('::', '-')}`, `perl-${name.replaceAll('::', '-').toLowerCase()}`]
    case 'm4':
      return name.startsWith('AX_') ? ['autoconf-archive'] : []
  }
}

import type { DependencyMissing } from '../../events/build-events.ts'

/** `"zlib.h" is not in the sandbox: zlib has /usr/include/zlib.h; if the build needs it, add to depends: zlib` */
export function describeMissing({ dependency, line, missing, others }: DependencyMissing): string {
  const what = missing.map(label).join(' and ')
  const path = missing.find((one) => one.path !== undefined)?.path
  const also =
    others.length === 0 ? '' : ` (so ${others.length === 1 ? 'has' : 'have'} ${others.slice(0, 3).join(', ')})`
  const who = path === undefined ? `perhaps the package ${dependency} brings it` : `${dependency} has ${path}${also}`
  return `${what} ${missing.length === 1 ? 'is' : 'are'} not in the sandbox: ${who}; if the build needs it, add to depends: ${line}`
}

/** As the tool that missed it would write it. */
function label({ kind, name }: DependencyMissing['missing'][number]): string {
  switch (kind) {
    case 'library':
      return `"-l${name}"`
    case 'pkg-config':
      return `"${name}.pc"`
    case 'cmake':
      return `CMake package "${name}"`
    case 'python':
      return `Python module "${name}"`
    case 'perl':
      return `Perl module "${name}"`
    case 'm4':
      return `macro "${name}"`
    default:
      return `"${name}"`
  }
}

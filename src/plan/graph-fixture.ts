import { parseDepends } from '../model/depends.ts'
import { parsePackageName } from '../model/package-name.ts'
import type { PackageGraph } from './package-graph.ts'

/** For tests: a graph from lines of depends files, `{ curl: ['openssl', 'cmake make'] }`. */
export function graphOf(depends: Readonly<Record<string, readonly string[]>>): PackageGraph {
  return new Map(
    Object.entries(depends).map(([name, lines]) => [
      parsePackageName(name),
      parseDepends(lines.join('\n'), `${name}/depends`).dependencies,
    ]),
  )
}

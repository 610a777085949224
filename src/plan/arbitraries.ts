import fc from 'fast-check'
import { type PackageName, parsePackageName } from '../model/package-name.ts'

/** Random dependencies without circles: each package only needs earlier ones. Only for tests. */
export function acyclicDependencies(): fc.Arbitrary<Map<PackageName, PackageName[]>> {
  return fc
    .array(fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 5 }), { minLength: 1, maxLength: 25 })
    .map((needs) => {
      const packages = needs.map((_, index) => parsePackageName(`p${index}`))
      return new Map(
        packages.map((name, index) => [
          name,
          (needs[index] ?? []).flatMap((need) => (need < index ? (packages[need] ?? []) : [])),
        ]),
      )
    })
}

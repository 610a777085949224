import { bytesText } from '../model/tree-path.ts'
import { readHead } from '../system/files.ts'
import { findProgram, run } from '../system/process.ts'
import { hostPath, type TreeEntry } from '../system/tree.ts'
import { type StripPlan, stripHeadBytes, stripPlan } from './elf/strip-plan.ts'

/** Files given to one call of `strip`: far below the limit on arguments. */
const batchSize = 500

/**
 * Strips the programs and libraries among `files`, as KISS does: by path and first bytes; whatever `strip` says of a file is
 * no failure. Stripping writes files anew, which takes their capabilities away; modes stay. Gives what a person should know.
 */
export async function stripTree(directory: string, files: readonly TreeEntry[]): Promise<string[]> {
  const groups = new Map<StripPlan, string[]>()
  const warnings: string[] = []
  for (const { path } of files) {
    const plan = stripPlan(path, readHead(hostPath(directory, path), stripHeadBytes))
    if (plan === undefined) continue
    const place = hostPath(directory, path)
    if (typeof place !== 'string') warnings.push(`${bytesText(path)} is not stripped: its name is not plain ASCII`)
    else groups.set(plan, [...(groups.get(plan) ?? []), place])
  }
  if (groups.size === 0) return warnings
  const strip = findProgram(['strip', 'llvm-strip'], process.env.PATH ?? '/usr/bin:/bin')
  if (strip === undefined) return [...warnings, 'nothing is stripped: there is no strip program']
  for (const [plan, places] of groups)
    for (let start = 0; start < places.length; start += batchSize)
      await run([strip, ...plan.arguments, ...places.slice(start, start + batchSize)], 'strip what was built', {
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
      })
  return warnings
}

import { join } from 'node:path'

/** Everything that can be checked without running kith: types, style, dead code, words. `npm run check` */
const root = join(import.meta.dir, '..')
const bin = (name: string): string => join(root, 'node_modules', '.bin', name)

interface Check {
  readonly name: string
  readonly argv: readonly string[]
}

const checks: readonly Check[] = [
  { name: 'types', argv: [bin('tsc'), '--noEmit'] },
  { name: 'format and lint', argv: [bin('biome'), 'ci', '--colors=off', '--error-on-warnings', '.'] },
  { name: 'dead code and dependencies', argv: [bin('knip'), '--no-progress'] },
  { name: 'house rules', argv: [process.execPath, 'test', join(root, 'test', 'house-rules.test.ts')] },
]

let failed = 0
for (const { name, argv } of checks) {
  const child = Bun.spawnSync([...argv], { cwd: root, stdout: 'pipe', stderr: 'pipe', env: process.env })
  const isWell = child.exitCode === 0
  if (!isWell) failed++
  process.stdout.write(`${isWell ? 'pass' : 'FAIL'} ${name}\n`)
  if (!isWell) process.stdout.write(`${child.stdout.toString()}${child.stderr.toString()}\n`)
}
process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

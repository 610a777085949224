import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchRow, compare } from './bench-rows.ts'

const project = join(import.meta.dir, '..')

interface RecipeFacts {
  readonly name: string
  readonly depends: readonly (string | { readonly name: string; readonly make?: boolean })[]
}

/** The plan of the largest closure: of the facts of live repositories where they are at hand, else of as large a made-up one. */
export async function benchPlan(): Promise<BenchRow[]> {
  const facts = loadFacts()
  const largest = findLargest(facts)
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  try {
    writeRepository(join(scratch, 'repo'), facts)
    const environment = {
      ...process.env,
      KISS_PATH: join(scratch, 'repo'),
      KISS_ROOT: join(scratch, 'root'),
      XDG_CACHE_HOME: join(scratch, 'cache'),
    }
    const kith = (): void => {
      const argv = [join(project, 'dist', 'kith'), 'build', '--dry-run', '--names', largest.name]
      const { exitCode, stdout } = Bun.spawnSync(argv, { env: environment, stdout: 'pipe', stderr: 'inherit' })
      const planned = stdout.toString().trim().split('\n').length
      if (exitCode !== 0 || planned !== largest.size) throw new Error(`planned ${planned} of ${largest.size}`)
    }
    const against = (): void => void Bun.spawnSync([process.execPath, '-e', '0'])
    const name = `${largest.name}: ${largest.size} of ${facts.length} recipes`
    return [await compare({ name, other: 'bun -e 0', runs: 20, kith, against })]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function loadFacts(): RecipeFacts[] {
  const file = join(project, '..', 'shared', 'data', 'kiss-repos.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as RecipeFacts[]
  // Each needs the three before it: 90 in a row, as deep as they are many.
  return Array.from({ length: 570 }, (_, index) => ({
    name: `made-up-${index}`,
    depends: [1, 2, 3].filter((step) => step <= index % 90).map((step) => `made-up-${index - step}`),
  }))
}

function nameOf(dependency: RecipeFacts['depends'][number]): string {
  return typeof dependency === 'string' ? dependency : dependency.name
}

function findLargest(facts: readonly RecipeFacts[]): { name: string; size: number } {
  const byName = new Map(facts.map((one) => [one.name, one.depends.map(nameOf)]))
  let largest = { name: '', size: 0 }
  for (const { name } of facts) {
    const closure = new Set([name])
    for (const one of closure) for (const dependency of byName.get(one) ?? []) closure.add(dependency)
    const isWhole = [...closure].every((one) => byName.has(one))
    if (isWhole && closure.size > largest.size) largest = { name, size: closure.size }
  }
  return largest
}

function writeRepository(directory: string, facts: readonly RecipeFacts[]): void {
  for (const { name, depends } of facts) {
    const recipe = join(directory, name)
    mkdirSync(recipe, { recursive: true })
    writeFileSync(join(recipe, 'build'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(join(recipe, 'version'), '1 1\n')
    writeFileSync(join(recipe, 'depends'), depends.map((one) => `${nameOf(one)}\n`).join(''))
  }
}

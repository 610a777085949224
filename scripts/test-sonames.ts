#!/usr/bin/env bun
import { type Judgement, judgeScene, makeScene, type Scene } from '../test/soname-oracle/judge-change.ts'
import { loader } from '../test/soname-oracle/made-root.ts'
import { seededBugs } from '../test/soname-oracle/seeded-bugs.ts'
import { upgradeWhole } from '../test/soname-oracle/whole-upgrade.ts'

/**
 * Changes of libraries in made-up worlds (`test-sonames.ts COUNT FIRST-SEED WHOLE`; 120 by default), each judged by a full rebuild and the
 * real loader; the first WHOLE of them (12) also as recipes that kith builds, installs and upgrades; then the seeded bugs, each until it is caught. Exit status 1 for a miss, more than 5 % extra, or a bug that nothing shows.
 */
const [count = '120', first = '1', wholeCount = '12'] = process.argv.slice(2)
if (loader === undefined || Bun.spawnSync(['sh', '-c', 'command -v as && command -v ld']).exitCode !== 0) {
  process.stdout.write('skipped: it needs as, ld and a loader that lists\n')
  process.exit(0)
}
const seeds = Array.from({ length: Number(count) }, (_, index) => Number(first) + index)
const scenes = new Map<number, Scene>()
const byKind = new Map<string, Judgement[]>()
for (const seed of seeds) {
  const scene = makeScene(seed)
  scenes.set(seed, scene)
  const judged = judgeScene(scene)
  byKind.set(judged.change.kind, [...(byKind.get(judged.change.kind) ?? []), judged])
  if (judged.misses.length > 0 || judged.extra.length > 0)
    process.stdout.write(`seed ${seed}: ${JSON.stringify(judged)}\n`)
}
const sum = (all: readonly Judgement[], of: (one: Judgement) => number): number =>
  all.reduce((total, one) => total + of(one), 0)
const tell = (name: string, all: readonly Judgement[]): void => {
  const [packages, expected] = [sum(all, (one) => one.packages), sum(all, (one) => one.expected.length)]
  const [misses, extra] = [sum(all, (one) => one.misses.length), sum(all, (one) => one.extra.length)]
  process.stdout.write(
    `${name.padEnd(14)} ${String(all.length).padStart(4)} changes, ${packages} packages, ${expected} to rebuild: ${misses} missed, ${extra} extra\n`,
  )
}
for (const [kind, all] of [...byKind].sort()) tell(kind, all)
const all = [...byKind.values()].flat()
tell('all', all)
let wrong = 0
if (process.getuid?.() === 0) {
  const whole = [...scenes].slice(0, Number(wholeCount))
  for (const [seed, scene] of whole) {
    const { rebuilt, broken } = await upgradeWhole(scene)
    const { misses, extra } = judgeScene(scene, () => rebuilt)
    if (misses.length + extra.length + broken.length === 0) continue
    wrong++
    process.stdout.write(`kith upgrade, seed ${seed}: ${JSON.stringify({ misses, extra, broken })}\n`)
  }
  process.stdout.write(
    `kith upgrade  ${String(whole.length).padStart(5)} worlds as recipes, built, installed and upgraded: ${wrong} wrong\n`,
  )
} else process.stdout.write('kith upgrade: skipped, it needs root\n')
let uncaught = 0
for (const { name, shows, find } of seededBugs) {
  const seed = [...scenes].find(([, scene]) => judgeScene(scene, find)[shows].length > 0)?.[0]
  if (seed === undefined) uncaught++
  process.stdout.write(`${seed === undefined ? 'NOT CAUGHT' : `caught by seed ${seed}`}: ${name} (${shows})\n`)
}
const [expected, misses, extra] = [
  sum(all, (one) => one.expected.length),
  sum(all, (one) => one.misses.length),
  sum(all, (one) => one.extra.length),
]
process.exit(wrong === 0 && misses === 0 && extra <= expected / 20 && uncaught === 0 ? 0 : 1)

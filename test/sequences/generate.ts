import { random } from '../crash/states.ts'
import type { Command, KnownPackage } from './model.ts'

const paths = [
  ...['/usr/bin/a', '/usr/bin/b', '/usr/bin/c', '/usr/lib/x', '/usr/lib/y', '/usr/lib/deep/z'],
  ...['/opt/one/f', '/opt/one/g', '/opt/two/f', '/srv/data'],
]
const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon']

export interface GeneratedSequence {
  readonly world: readonly KnownPackage[]
  readonly commands: readonly Command[]
}

/** A world of packages that share paths, and up to 30 commands on it; the same for the same seed. */
export function generateSequence(seed: number): GeneratedSequence {
  const next = random(seed)
  const pick = <One>(all: readonly [One, ...One[]]): One => all[Math.floor(next() * all.length)] ?? all[0]
  const some = <One>(all: readonly One[], share: number): One[] => all.filter(() => next() < share)
  const world = names.slice(0, 2 + Math.floor(next() * 4)).map((name): KnownPackage => {
    const versions = Object.fromEntries(['1', '2', '3'].map((version) => [version, some(paths, 0.35)]))
    return { name, versions }
  })
  const known = world.map(({ name }) => name) as [string, ...string[]]
  const command = (): Command => {
    const chance = next()
    if (chance < 0.4) {
      const chosen = some(known, 0.4)
      const packages = (chosen.length > 0 ? chosen : [pick(known)]).map((name) => ({
        name,
        version: pick(['1', '2', '3']),
      }))
      return { kind: 'install', packages }
    }
    if (chance < 0.55) {
      const chosen = some(known, 0.3)
      return { kind: 'remove', names: chosen.length > 0 ? chosen : [pick(known)] }
    }
    if (chance < 0.75) return { kind: 'swap', name: pick(known), path: pick(paths as [string, ...string[]]) }
    return { kind: chance < 0.9 ? 'undo' : 'redo' }
  }
  return { world, commands: Array.from({ length: 5 + Math.floor(next() * 26) }, command) }
}

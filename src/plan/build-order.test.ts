import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isKithError, type KithError } from '../errors/kith-error.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { acyclicDependencies } from './arbitraries.ts'
import { type BuildOrder, planBuildOrder } from './build-order.ts'

/** `depends` like `{ app: 'lib tool' }`; every name that occurs on its left side is provided, others are not. */
function plan(
  targets: string,
  depends: Readonly<Record<string, string>>,
  installed = '',
  isForced = false,
): BuildOrder {
  const split = (text = '') => text.split(' ').filter(Boolean).map(parsePackageName)
  return planBuildOrder(split(targets), {
    dependenciesOf: (name) => (name in depends ? split(depends[name]) : undefined),
    installed: new Set(split(installed)),
    isForced,
  })
}

function failure(run: () => unknown): KithError {
  try {
    run()
  } catch (error) {
    if (isKithError(error, 'dependency-cycle') || isKithError(error, 'dependencies-missing')) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const chain = { one: 'two', two: 'three', three: 'four', four: '', apart: '' }
const diamond = {
  bottom: '',
  left: 'bottom',
  right: 'bottom left',
  top: 'left right bottom',
  summit: 'left right',
  zebra: 'bottom',
  odd: 'north south east',
  north: 'east',
  south: '',
  east: '',
}

describe('planBuildOrder()', () => {
  test('queues the deepest dependency first', () => {
    expect(plan('one', chain)).toEqual({
      order: ['four', 'three', 'two', 'one'].map(parsePackageName),
      explicit: [parsePackageName('one')],
      implicit: ['four', 'three', 'two'].map(parsePackageName),
      alwaysRebuild: new Set([parsePackageName('one')]),
    })
  })

  test('leaves installed dependencies alone, but never what is named', () => {
    expect(plan('two apart', chain, 'one two three four').order.join(' ')).toBe('two apart')
  })

  test('goes depth first through a diamond, in the order of the depends files', () => {
    expect(plan('zebra summit top', diamond).order.join(' ')).toBe('bottom left right zebra summit top')
    expect(plan('odd', diamond).order.join(' ')).toBe('east north south odd')
  })

  test('builds a target that another target needs first and always (T20 openssl curl)', () => {
    const depends = { curl: 'openssl zlib', openssl: 'certs', certs: '', zlib: '' }

    for (const targets of ['openssl curl', 'curl openssl']) {
      const { order, explicit, implicit, alwaysRebuild } = plan(targets, depends, 'openssl certs zlib')

      expect(order.join(' ')).toBe('openssl curl')
      expect(explicit.join(' ')).toBe('curl')
      expect(implicit.join(' ')).toBe('openssl')
      expect([...alwaysRebuild].join(' ')).toBe('openssl curl')
    }
  })

  test('gives a target that another one needs its place among the dependencies', () => {
    const depends = { app: 'x lib', lib: 'core', core: '', x: '' }

    expect(plan('app lib', depends).order.join(' ')).toBe('core x lib app')
  })

  test('puts a target after an installed dependency of another that needs it', () => {
    const depends = { app: 'middle', middle: 'lib', lib: '' }

    expect(plan('app lib', depends, 'middle').order.join(' ')).toBe('lib app')
  })

  test('takes a dependency that has another version installed as installed', () => {
    expect(plan('other app', { app: 'lib', other: 'lib', lib: '' }, 'lib').order.join(' ')).toBe('other app')
  })

  test('asks for no dependency when forced', () => {
    expect(plan('app', { app: 'ghost' }, '', true).order.join(' ')).toBe('app')
    expect(plan('one three', chain, '', true).order.join(' ')).toBe('three one')
  })

  test('takes a target named twice once', () => {
    expect(plan('apart apart', chain).order.join(' ')).toBe('apart')
  })

  test('names the whole circle', () => {
    const depends = { ping: 'pong', pong: 'ping', self: 'self', free: '', walk: 'leap', leap: 'jump', jump: 'walk' }
    const cycle = (targets: string) => failure(() => plan(targets, depends)).details

    expect(cycle('ping')).toEqual({ cycle: ['ping', 'pong', 'ping'] })
    expect(cycle('self')).toEqual({ cycle: ['self', 'self'] })
    expect(cycle('free walk')).toEqual({ cycle: ['walk', 'leap', 'jump', 'walk'] })
    expect(plan('free', depends).order.join(' ')).toBe('free')
  })

  test('names a circle without the way that leads to it', () => {
    expect(failure(() => plan('a', { a: 'b', b: 'c', c: 'd', d: 'c' })).details).toEqual({ cycle: ['c', 'd', 'c'] })
  })

  test('names every missing package and who needs it, also behind others (T23 tuitube, vmwh)', () => {
    const depends = { tuitube: 'mpv youtube-dl', mpv: 'ffmpeg', ffmpeg: 'ghost youtube-dl', vmwh: 'xclip' }
    const error = failure(() => plan('tuitube vmwh nothing', depends))

    expect(error.code).toBe('dependencies-missing')
    expect(error.details).toEqual({
      missing: [
        { name: 'ghost', neededBy: ['ffmpeg'] },
        { name: 'nothing', neededBy: [] },
        { name: 'xclip', neededBy: ['vmwh'] },
        { name: 'youtube-dl', neededBy: ['ffmpeg', 'tuitube'] },
      ],
    })
    expect(error.message).toContain('youtube-dl (needed by ffmpeg, tuitube)')
    expect(error.message).toContain('nothing (needed by you)')
  })

  test('does not miss what is only behind installed packages', () => {
    expect(plan('app', { app: 'lib', lib: 'ghost' }, 'lib').order.join(' ')).toBe('app')
  })

  test('orders a chain of 100000 packages', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => parsePackageName(`p${index}`))
    const next = new Map(names.map((name, index) => [name, names.slice(index + 1, index + 2)]))
    const { order } = planBuildOrder(names.slice(0, 1), {
      dependenciesOf: (name) => next.get(name),
      installed: new Set(),
    })

    expect(order).toEqual(names.reverse())
  })

  test('puts every package after its dependencies, once, whatever is installed or named', () => {
    const bits = () => fc.infiniteStream(fc.boolean())
    fc.assert(
      fc.property(acyclicDependencies(), bits(), bits(), (dependencies, isTarget, isInstalled) => {
        const names = [...dependencies.keys()]
        const targets = names.filter(() => isTarget.next().value).reverse()
        const installed = new Set(names.filter(() => isInstalled.next().value))
        const plan = planBuildOrder(targets, { dependenciesOf: (name) => dependencies.get(name), installed })

        checkOrder(plan, dependencies, { targets, installed })
      }),
    )
  })
})

function checkOrder(
  { order, explicit, implicit, alwaysRebuild }: BuildOrder,
  dependencies: ReadonlyMap<PackageName, readonly PackageName[]>,
  { targets, installed }: { targets: readonly PackageName[]; installed: ReadonlySet<PackageName> },
): void {
  expect(order).toEqual([...implicit, ...explicit])
  expect(new Set(order).size).toBe(order.length)
  expect(alwaysRebuild).toEqual(new Set(targets))
  for (const target of targets) expect(order).toContain(target)
  for (const name of order) {
    expect(alwaysRebuild.has(name) || !installed.has(name)).toBe(true)
    for (const need of dependencies.get(name) ?? [])
      if (order.includes(need)) expect(order.indexOf(need)).toBeLessThan(order.indexOf(name))
      else expect(installed.has(need)).toBe(true)
  }
}

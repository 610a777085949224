import { expect, test } from 'bun:test'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { planWave } from './upgrade-waves.ts'

const names = (words: string): PackageName[] => words.split(' ').filter(Boolean).map(parsePackageName)

function wave(graph: Readonly<Record<string, string>>, remaining: string, atRisk = ''): string[] {
  const dependenciesOf = (name: PackageName): PackageName[] => names(graph[name] ?? '')
  const planned = planWave({ remaining: names(remaining), atRisk: new Set(names(atRisk)), dependenciesOf })
  return planned.names.map((name) => `${name}: ${planned.needs.get(name)?.join(' ')}`.trim())
}

test('planWave() leaves for later what stands on a package that may have to be rebuilt', () => {
  const graph = { ssl: '', curl: 'ssl', git: 'curl', tool: 'ssl', vim: '' }

  expect(wave(graph, 'ssl git tool vim', 'curl')).toEqual(['ssl:', 'tool: ssl', 'vim:'])
  expect(wave(graph, 'curl git')).toEqual(['curl:', 'git: curl'])
})

test('planWave() orders also what is needed through a package that is not built', () => {
  expect(wave({ app: 'script', script: 'lib' }, 'lib app')).toEqual(['lib:', 'app: lib'])
})

test('planWave() builds all of a circle that nothing else resolves', () => {
  expect(wave({ a: 'x', x: 'a' }, 'a', 'x')).toEqual(['a:'])
})

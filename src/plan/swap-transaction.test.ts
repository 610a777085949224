import { expect, test } from 'bun:test'
import { parseManifest } from '../model/manifest.ts'
import { parsePackageName } from '../model/package-name.ts'
import { type TreePath, textTreePath } from '../model/tree-path.ts'
import { planSwap, type SwapParty } from './swap-transaction.ts'

const path = textTreePath('/bin/cat')
const place = textTreePath('/usr/bin/cat')
const choices = '/var/db/kiss/choices'

function party(name: string, ...lines: string[]): SwapParty {
  return {
    name: parsePackageName(name),
    entry: textTreePath(`/var/db/kiss/installed/${name}`),
    manifest: parseManifest(lines.join('\n')).entries,
  }
}
const placeOf = (listed: TreePath) => (listed === path ? place : listed)
const incoming = party('sbase', `${choices}/sbase>bin>cat`, '/usr/')
const manifest = (name: string, ...lines: string[]) => ({
  kind: 'write' as const,
  path: textTreePath(`/var/db/kiss/installed/${name}/manifest`),
  bytes: lines.map((line) => `${line}\n`).join(''),
})

test('planSwap() copies what is there aside before the choice replaces it, and rewrites both manifests', () => {
  const outgoing = party('busybox', '/usr/bin/sh', '/bin/cat', '/bin/')

  expect(planSwap({ incoming, outgoing, path, place, placeOf }).operations).toEqual([
    { kind: 'copy-aside', path: place, copy: textTreePath(`${choices}/busybox>bin>cat`) },
    manifest('busybox', `${choices}/busybox>bin>cat`, '/usr/bin/sh', '/bin/'),
    { kind: 'move', from: textTreePath(`${choices}/sbase>bin>cat`), to: place },
    manifest('sbase', '/usr/', '/bin/cat'),
  ])
})

test('planSwap() finds the line of the owner by its place', () => {
  const outgoing = party('busybox', '/usr/bin/cat')

  const [, rewritten] = planSwap({ incoming, outgoing, path, place, placeOf }).operations

  expect(rewritten).toEqual(manifest('busybox', `${choices}/busybox>bin>cat`))
})

test('planSwap() only puts the choice in place where nothing is there', () => {
  const { operations } = planSwap({ incoming, outgoing: undefined, path, place, placeOf })

  expect(operations.map(({ kind }) => kind)).toEqual(['move', 'write'])
})

import { describe, expect, test } from 'bun:test'
import { digestOf, printDigest } from '../model/digest.ts'
import { digestTree } from '../model/merkle-tree.ts'
import { textTreePath } from '../model/tree-path.ts'
import { type BuildDescription, buildKeyOf, digestAction, listInputs } from './build-action.ts'

const treeOf = (name: string, content: string, mode = 0o644) =>
  ({ kind: 'file', path: textTreePath(`/${name}`), mode, digest: digestOf(content) }) as const

const description: BuildDescription = {
  name: 'app',
  recipe: digestTree([treeOf('build', '#!/bin/sh -e\nmake\n', 0o755), treeOf('version', '1.0 1\n')]),
  sources: [
    { text: 'https://host/x.tar.gz', destination: undefined, identity: 'sha256:abc' },
    { text: 'git+https://host/y#1234', destination: 'sub', identity: 'git:1234' },
  ],
  layers: [{ name: 'zlib', digest: digestTree([treeOf('z.h', 'z')]) }],
  base: [{ name: '/usr/bin/cc', digest: digestTree([treeOf('cc', 'cc')]) }],
  environment: { EMPTY: '', CFLAGS: '-O2' },
  properties: { strip: 'yes' },
  extra: [],
}

describe('digestAction()', () => {
  // Computed by hand-written messages in another language.
  test('is the digest of the Action message of REAPI', () => {
    expect(printDigest(description.recipe)).toBe('9924dd1f5ef6db2bb527dcd4c1d82497c7806866c71121a8cb6d69aee7b6dc09/162')
    expect(printDigest(digestAction(description))).toBe(
      'd143c826503a12684d4ea93eac5889dba98a222594b77a3b3d921c4dd20b118a/177',
    )
  })

  test('does not depend on the order of variables and settings', () => {
    const { environment } = description
    const other = { ...description, environment: Object.fromEntries(Object.entries(environment).reverse()) }

    expect(digestAction(other)).toEqual(digestAction(description))
  })

  const tree = { name: 'zlib', digest: digestOf('other') }
  test.each([
    ['name', { name: 'other' }],
    ['recipe', { recipe: digestOf('') }],
    ['source', { sources: description.sources.slice(1) }],
    ['place of a source', { sources: description.sources.map((one) => ({ ...one, destination: 'elsewhere' })) }],
    ['dependency', { layers: [tree] }],
    ['order of dependencies', { layers: [{ ...tree, name: 'abc' }, ...description.layers] }],
    ['base', { base: [] }],
    ['variable', { environment: { ...description.environment, CFLAGS: '-O3' } }],
    ['setting', { properties: { strip: 'no' } }],
    ['extra input', { extra: [tree] }],
  ] satisfies [string, Partial<BuildDescription>][])('another %s is another action', (_, change) => {
    expect(buildKeyOf({ ...description, ...change })).not.toBe(buildKeyOf(description))
  })
})

test('listInputs() names each input once', () => {
  const inputs = listInputs(description, [{ kind: 'recipe', name: 'build', value: 'abc x' }])
  const names = inputs.map(({ kind, name }) => `${kind} ${name}`)

  expect(names).toEqual([
    'recipe build',
    'source https://host/x.tar.gz',
    'source git+https://host/y#1234',
    'dependency zlib',
    'base /usr/bin/cc',
    'environment CFLAGS',
    'environment EMPTY',
    'setting kith-protocol',
    'setting strip',
  ])
})

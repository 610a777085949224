import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { findJobProtocol } from './job-protocol.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-protocol-')
})
afterEach(() => removeTree(scratch))

/** What the programs of these versions hold, among much else. */
const make44 = '\x7fELF jobserver-auth jobserver-fifo'
const make43 = '\x7fELF jobserver-auth jobserver-fds'
const make40 = '\x7fELF jobserver-fds'
const ninja113 = '\x7fELF --jobserver-auth='
const ninja111 = '\x7fELF ninja'

let count = 0
/** A layer with these files; `->x` is a link. */
function layer(files: Readonly<Record<string, string>>): string {
  const directory = join(scratch, `layer-${count++}`)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    if (content.startsWith('->')) symlinkSync(content.slice(2), join(directory, path))
    else writeFileSync(join(directory, path), content)
  }
  return directory
}

function protocolOf(...layers: readonly Readonly<Record<string, string>>[]): string {
  return findJobProtocol({ layers: layers.map(layer), hasHostTools: false })
}

describe('findJobProtocol()', () => {
  test('knows makes by what is in them', () => {
    expect(protocolOf({ 'usr/bin/make': make44 })).toBe('fifo')
    expect(protocolOf({ 'usr/bin/make': make43 })).toBe('pipe')
    expect(protocolOf({ 'usr/bin/make': make40 })).toBe('plain')
    expect(protocolOf({ 'usr/bin/make': '#!/bin/sh\nexec bmake "$@"\n' })).toBe('plain')
  })

  test('goes by the topmost layer, and by the order of PATH', () => {
    expect(protocolOf({ 'usr/bin/make': make44 }, { 'usr/bin/make': make43 })).toBe('fifo')
    expect(protocolOf({ 'usr/bin/make': make44 }, { 'usr/local/bin/make': make43 })).toBe('pipe')
  })

  test('where there is no make, others take tokens from the named pipe', () => {
    expect(protocolOf({ 'usr/bin/cargo': '' })).toBe('fifo')
  })

  test('a ninja that takes no tokens makes it a number', () => {
    expect(protocolOf({ 'usr/bin/make': make44, 'usr/bin/ninja': ninja113 })).toBe('fifo')
    expect(protocolOf({ 'usr/bin/ninja': ninja113 })).toBe('fifo')
    expect(protocolOf({ 'usr/bin/make': make43, 'usr/bin/ninja': ninja113 })).toBe('plain')
    expect(protocolOf({ 'usr/bin/make': make44 }, { 'usr/bin/ninja': ninja111 })).toBe('plain')
    expect(protocolOf({ 'usr/bin/make': make44 }, { 'usr/bin/samu': ninja111, 'usr/bin/ninja': '->samu' })).toBe(
      'plain',
    )
  })

  test('follows links beside the program, and none that leaves the directory', () => {
    writeFileSync(join(scratch, 'outside'), make44)

    expect(protocolOf({ 'usr/bin/make': '->gmake', 'usr/bin/gmake': make43 })).toBe('pipe')
    expect(protocolOf({ 'usr/bin/make': `->${scratch}/outside` })).toBe('fifo')
    expect(protocolOf({ 'usr/bin/make': `->${scratch}/outside` }, { 'usr/bin/make': make40 })).toBe('plain')
    expect(protocolOf({ 'usr/bin/make': '->make' })).toBe('fifo')
  })

  const hostMake = Bun.which('make')
  test.skipIf(hostMake === null)("knows the host's make (skipped without one)", () => {
    const version = Number(/GNU Make (\d+\.\d+)/.exec(Bun.spawnSync(['make', '--version']).stdout.toString())?.[1])
    const expected = version >= 4.4 ? 'fifo' : version >= 4.2 ? 'pipe' : 'plain'

    expect(findJobProtocol({ layers: [], hasHostTools: true })).toBe(expected)
  })
})

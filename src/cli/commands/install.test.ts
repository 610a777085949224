import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../config/config.ts'
import { packPackage, type Scratch, scratch, showFiles, testContext } from '../../store/store-fixture.ts'
import { failureOf } from '../../system/archive/archive-fixtures.ts'
import type { Command } from '../command.ts'
import { alternatives } from './alternatives.ts'
import { install } from './install.ts'
import { list } from './list.ts'
import { preferred } from './preferred.ts'
import { remove } from './remove.ts'

/** Runs a command in the scratch root; gives its exit status and what it printed. */
async function run(at: Scratch, command: Command, ...words: readonly string[]) {
  const environment = { KISS_ROOT: at.root, KISS_PATH: join(at.directory, 'repo'), XDG_CACHE_HOME: at.directory }
  const config = readConfig(environment, 1000, 1)
  const lines: string[] = []
  const { context } = testContext()
  const show = (line: string | Uint8Array) => void lines.push(String(line))
  const options = new Set<string>()
  const status = await command({ arguments: words, options, values: new Map(), config, environment, context, show })
  return { status, lines }
}

/** A recipe in the repository, and its tarball in the cache. */
async function built(at: Scratch, name: string, depends = '', nodes = {}): Promise<void> {
  const recipe = join(at.directory, 'repo', name)
  fs.mkdirSync(recipe, { recursive: true })
  fs.writeFileSync(join(recipe, 'version'), '1.0 1\n')
  fs.writeFileSync(join(recipe, 'build'), '#!/bin/sh\n', { mode: 0o755 })
  if (depends !== '') fs.writeFileSync(join(recipe, 'depends'), depends)
  const tarball = await packPackage({ name, depends, nodes }, at)
  fs.mkdirSync(join(at.directory, 'kiss/bin'), { recursive: true })
  fs.renameSync(tarball, join(at.directory, 'kiss/bin', `${name}@1.0-1.tar.gz`))
}

test('install brings what is built and needed to run, clears what a killed one left, and list shows it', async () => {
  using at = scratch()
  await built(at, 'zlib')
  await built(at, 'git', 'zlib\n')
  const state = join(at.root, 'var/db/kiss/.kith')
  for (const left of ['staging/tree/old/usr', 'history/1/saved/usr'])
    fs.mkdirSync(join(state, left), { recursive: true })

  expect((await run(at, install, 'git')).status).toBe(0)

  expect((await run(at, list)).lines).toEqual(['git 1.0-1', 'zlib 1.0-1'])
  expect((await run(at, list, 'git', 'zlib')).lines).toEqual(['zlib 1.0-1', 'git 1.0-1'])
  expect(fs.readdirSync(state).sort()).toEqual(['history', 'packages', 'reserve'])
  expect(fs.readdirSync(join(state, 'history/1')).sort()).toEqual(['record', 'saved'])
})

test('install takes tarballs and names together, and lets a tarball be what another needs', async () => {
  using at = scratch()
  await built(at, 'git', 'zlib\n')
  const tarball = await packPackage({ name: 'zlib', version: '9' }, at)

  await run(at, install, 'git', tarball)

  expect((await run(at, list)).lines).toEqual(['git 1.0-1', 'zlib 9-1'])
})

test('install names what cannot be', async () => {
  using at = scratch()
  const one = await packPackage({ name: 'zlib' }, at)
  const two = await packPackage({ name: 'zlib', version: '2' }, at)
  const messageOf = async (...words: string[]) => (await failureOf(() => run(at, install, ...words))).message

  expect(await messageOf('ghost')).toContain('Cannot find package "ghost"')
  expect(await messageOf(one, two)).toContain('one tarball of "zlib", not two')
  expect(await messageOf('./some/file')).toContain('its name is not NAME@VERSION-RELEASE.tar.SUFFIX')
  expect(showFiles(at.root)).toEqual({})
})

test('alternatives lists and swaps, preferred tells who has the file, remove removes both', async () => {
  using at = scratch()
  await built(at, 'busybox', '', { '/usr/bin/cat': 'b' })
  await built(at, 'sbase', '', { '/usr/bin/cat': 's' })
  await run(at, install, 'busybox')
  await run(at, install, 'sbase')
  expect((await run(at, alternatives)).lines).toEqual(['sbase /usr/bin/cat'])
  expect((await run(at, preferred)).lines).toEqual(['busybox /usr/bin/cat'])

  await run(at, alternatives, 'sbase', '/usr/bin/cat')

  expect((await run(at, preferred, 'sbase')).lines).toEqual(['sbase /usr/bin/cat'])
  expect((await run(at, remove, 'sbase', 'busybox')).status).toBe(0)
  expect(showFiles(at.root)).toEqual({})
})

test('alternatives names what is missing or no path', async () => {
  using at = scratch()
  const messageOf = async (...words: string[]) => (await failureOf(() => run(at, alternatives, ...words))).message

  expect(await messageOf('sbase')).toContain('expected a path after "sbase"')
  expect(await messageOf('sbase', 'usr/bin')).toContain('the path is not absolute')
  expect(await messageOf('sbase', '/usr//bin')).toContain('the path holds an empty segment')
  expect(await messageOf('sbase', '/usr/../bin')).toContain('the path holds a ".." segment')
})

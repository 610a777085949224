import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Reproduction } from '../src/model/reproduction.ts'
import { listTree, openWorld, type ScratchWorld } from './cli-fixture.ts'

const hasCompiler = Bun.which('cc') !== null

async function reproduce(world: ScratchWorld, ...names: readonly string[]) {
  const { status, stdout, stderr } = await world.run('reproduce', '--json', ...names)
  const items = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { status, stderr, results: items.filter(({ kind }) => kind === 'reproduction') as Reproduction[] }
}

const partsOf = (result: Reproduction | undefined, path: string) =>
  Object.fromEntries(
    result?.comparison?.differences.find((one) => one.path === path)?.parts.map(({ where, lines }) => [where, lines]) ??
      [],
  )

test('kith reproduce finds that a plain recipe gives the same bytes, and leaves cache and disks as they were', async () => {
  using world = openWorld()
  world.recipe('needed', { build: '#!/bin/sh -e\nmkdir -p $1/usr/share\necho needed >$1/usr/share/needed\n' })
  world.recipe('plain', {
    build:
      '#!/bin/sh -e\nmkdir -p $1/usr/share\ncat /usr/share/needed >$1/usr/share/plain\nln -s plain $1/usr/share/link\n',
    depends: 'needed\n',
  })
  const { status, stderr, results } = await reproduce(world, 'plain')

  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(results).toMatchObject([
    { package: 'plain', artifact: 'plain@1.0-1.tar.zst', isIdentical: true, cached: 'none' },
  ])
  expect(world.cached()).toEqual(['needed@1.0-1.tar.zst'])
  expect(world.leftovers()).toEqual([])
  expect(
    listTree('/dev/shm').filter((path) => path.startsWith('kith-') && existsSync(`/dev/shm/${path}/build`)),
  ).toEqual([])
})

test('kith reproduce names the files, and the places in them, into which time, host, jobs and order get', async () => {
  using world = openWorld()
  const names = Array.from({ length: 12 }, (_, index) => `names/${'abcdefghijkl'[index]}${index * 37}`)
  world.recipe('shifty', {
    sources: names.map((name) => `files/${name} names`).join('\n'),
    ...Object.fromEntries(names.map((name) => [`files/${name}`, 'x\n'])),
    build: [
      '#!/bin/sh -e',
      'mkdir -p $1/usr/bin $1/usr/share $1/usr/lib',
      'cd $1/usr/share',
      'printf "one\\ntwo\\n%s\\nfour\\n" "$(date +%s.%N)" >time',
      'date +%F >day; uname -n >host; echo "$MAKEFLAGS" >jobs; echo "$LC_ALL" >locale; nproc >processors',
      '(cd "$OLDPWD" && find names -type f) >order',
      'echo always >log; touch log; gzip log',
      'umask >umask; pwd >path; echo $HOME >home; id >id',
      ...(hasCompiler
        ? [
            'cd $1/usr',
            'printf \'#include <stdio.h>\\nint main(void) { return puts("built on " HOST "!") < 0; }\\n\' >$HOME/m.c',
            'cc -DHOST="\\"$(uname -n)\\"" -o bin/hello $HOME/m.c',
            'cc -c -DHOST="\\"$(uname -n)\\"" -o $HOME/hello.o $HOME/m.c',
            'ar rc lib/libhello.a $HOME/hello.o',
          ]
        : []),
    ].join('\n'),
  })
  await world.run('checksum', 'shifty')
  const { status, stderr, results } = await reproduce(world, 'shifty')
  const [result] = results

  expect({ status, stderr, isThere: result !== undefined }).toMatchObject({ status: 1, isThere: true })
  expect(result).toMatchObject({ isIdentical: false })
  expect(partsOf(result, '/usr/share/time')).toEqual({
    'line 3': [expect.stringMatching(/^-\d+/), expect.stringMatching(/^\+\d+/)],
  })
  expect(partsOf(result, '/usr/share/host')).toEqual({ 'line 1': ['-kith', '+another-machine'] })
  expect(Object.keys(partsOf(result, '/usr/share/day'))).toEqual(['line 1'])
  expect(Object.keys(partsOf(result, '/usr/share/locale'))).toEqual(['line 1'])
  if (availableParallelism() > 1) expect(Object.keys(partsOf(result, '/usr/share/processors'))).toEqual(['line 1'])
  expect(Object.keys(partsOf(result, '/usr/share/jobs'))).toEqual(['line 1'])
  expect(Object.keys(partsOf(result, '/usr/share/log.gz')).join()).toStartWith('how it is compressed')
  if (result?.varied.some(({ what }) => what === 'order of directories'))
    expect(Object.keys(partsOf(result, '/usr/share/order')).join()).toStartWith('line ')
  for (const same of ['umask', 'path', 'home', 'id']) expect(partsOf(result, `/usr/share/${same}`)).toEqual({})
  if (hasCompiler) {
    expect(partsOf(result, '/usr/bin/hello')['section .rodata']).toEqual([
      '-built on kith!',
      '+built on another-machine!',
    ])
    expect(
      partsOf(result, '/usr/lib/libhello.a')['member hello.o: section .rodata.str1.1'] ??
        partsOf(result, '/usr/lib/libhello.a')['member hello.o: section .rodata'],
    ).toBeDefined()
  }
})

test('kith reproduce says how the artifact in the cache compares, and does not replace it', async () => {
  using world = openWorld()
  world.recipe('plain', { build: '#!/bin/sh -e\nmkdir -p $1/usr/share\nuname -n >$1/usr/share/host\n' })
  await world.run('build', 'plain')
  const file = join(world.cache, 'bin', 'plain@1.0-1.tar.zst')
  const before = readFileSync(file)
  const { status, stdout } = await world.run('reproduce', 'plain')

  expect(status).toBe(1)
  expect(stdout).toContain('plain@1.0-1.tar.zst differs in 1 place')
  // Where it is installed, diffoscope speaks instead.
  if (Bun.which('diffoscope') === null)
    expect(stdout).toContain('/usr/share/host\n    line 1\n      -kith\n      +another-machine')
  expect(stdout).toContain('the one in the cache is the same, too')
  expect(stdout).toMatch(/host name +kith \/ another-machine/)
  expect(stdout).toMatch(/date +the kernel has no namespace/)
  expect(readFileSync(file)).toEqual(before)
})

test('kith reproduce takes an artifact in the cache that was made of the same inputs for a third build', async () => {
  using world = openWorld()
  // The same in both builds that are compared, and another in a usual one.
  world.recipe('zoned', { build: '#!/bin/sh -e\nmkdir -p $1/usr/share\necho "$' + '{#TZ}" >$1/usr/share/length\n' })
  await world.run('build', 'zoned')
  const { status, results } = await reproduce(world, 'zoned')

  expect([status, results[0]?.cached, results[0]?.compared]).toEqual([1, 'different', 'with the cache'])
  expect(partsOf(results[0], '/usr/share/length')).toEqual({ 'line 1': ['-0', '+8'] })
})

import { expect, test } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyseTimings } from '../src/plan/analyse-timings.ts'
import { simulateChanges } from '../src/plan/what-if.ts'
import { printTimingsPage } from '../src/report/timings/html.ts'
import { openWorld } from './cli-fixture.ts'

test('every build is recorded, and kith timings tells where its time went', async () => {
  using world = openWorld()
  world.recipe('first', { build: '#!/bin/sh -e\nsleep 0.4\n' })
  world.recipe('second', {
    depends: 'first\n',
    build: '#!/bin/sh -e\ni=0\nwhile [ $i -lt 30000 ]; do i=$((i + 1)); done\n',
  })
  world.recipe('broken', { depends: 'first\n', build: '#!/bin/sh -e\nexit 1\n' })
  expect((await world.run('timings')).stderr).toContain('no build is recorded')
  await world.run('build', 'second')
  await world.run('build', 'broken')

  const latest = await world.run('timings', '--json')
  const [found] = latest.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(
    found.items.map(({ package: name, outcome }: { package: string; outcome: string }) => `${name} ${outcome}`),
  ).toEqual(['broken failed'])
  const before = JSON.parse((await world.run('timings', '--json', '2')).stdout)
  expect(before).toMatchObject({ isWhole: true, leftCount: 0, criticalPath: ['build first', 'build second'] })
  const [first, second] = before.items
  expect(second.unlockedBy).toBe(first.id)
  expect(second.startMs).toBeGreaterThanOrEqual(first.endMs)
  expect(first.endMs - first.startMs).toBeGreaterThanOrEqual(400)
  expect(second.phases.map(({ phase }: { phase: string }) => phase)).toEqual(['unpack', 'script', 'package'])
  expect(second.cpuMs).toBeGreaterThan(first.cpuMs)
  const text = (await world.run('timings', '2')).stdout
  expect(text).toMatch(/took .*: 2 built/)
  expect(text).toContain('longest chain of needs')
  expect((await world.run('timings', '--html', 'page.html', '2')).stderr).toContain('written: page.html')
  const page = readFileSync(join(world.directory, 'page.html'), 'utf8')
  expect(page).toBe((await world.run('timings', '2', '--html')).stdout.trimEnd().concat('\n'))
  expect(page).toContain('"package":"second"')
  expect((await world.run('timings', '--list')).stdout.trim().split('\n')).toHaveLength(2)
  expect((await world.run('timings', '9')).stderr).toContain('there are not 9 builds')
})

test('what is recorded stays when kith is killed, and only the newest records are kept', async () => {
  using world = openWorld()
  world.recipe('quick')
  world.recipe('endless', { depends: 'quick\n', build: '#!/bin/sh -e\necho started\nsleep 100\n' })
  await world.run('build', 'quick')
  const directory = join(world.cache, 'kith', 'timings')
  for (let index = 0; index < 30; index++) writeFileSync(join(directory, `${1000 + index}-7`), '')
  const child = world.start('build', 'endless')
  const reader = child.stderr.getReader()
  for (let text = ''; !text.includes('started'); ) text += new TextDecoder().decode((await reader.read()).value)
  child.kill('SIGKILL')
  await child.exited
  await Bun.sleep(200)

  expect(readdirSync(directory)).toHaveLength(20)
  const { stdout } = await world.run('timings')
  expect(stdout).toContain('not at its end')
  expect(stdout).toContain('1 not finished')
})

test('a name in a record cannot bring a script into the page', () => {
  const name = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'\``
  const analysis = analyseTimings({
    ...{ startedMs: 0, jobs: 1, tokens: 1, processors: 1 },
    work: [{ id: name, work: 'build', package: name, needs: [name] }],
    events: [
      { kind: 'started', atMs: 0, id: name },
      { kind: 'phase', atMs: 0, package: name, phase: 'script' },
      { kind: 'ended', atMs: 5, id: name, outcome: 'done' },
    ],
  })
  const page = printTimingsPage(analysis, { asItWasMs: 5, jobs: [], faster: [{ package: name, totalMs: 2 }] })
  const source = readFileSync(join(import.meta.dir, '../src/report/timings/page.html.txt'), 'utf8')
  const dangerous =
    /innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(|https?:\/\/(?!www\.w3\.org\/2000\/svg)|\bsrc=/

  expect(page.split('<script').length).toBe(source.split('<script').length)
  expect(page).not.toContain('<img')
  expect(source).not.toMatch(dangerous)
  expect(source).toContain("default-src 'none'")
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
  expect(JSON.parse(data).items[0].package).toBe(name)
  expect(simulateChanges({ ...analysis, items: [] }).faster).toEqual([])
})

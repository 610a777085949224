import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isKithError } from '../src/errors/kith-error.ts'
import { parsePackageName } from '../src/model/package-name.ts'
import { planBuildOrder } from '../src/plan/build-order.ts'
import type { Count } from '../src/plan/counts.ts'
import type { Statistics } from '../src/plan/statistics.ts'
import { loadRecipes } from '../src/recipe/load-recipes.ts'
import { hasLiveFacts, loadLiveFacts, needsLiveFacts, writeLiveRepositories } from './live-repositories.ts'

const kith = process.env.KITH_UNDER_TEST ?? join(import.meta.dir, '..', 'dist', 'kith')

describe.skipIf(!hasLiveFacts)(`571 live recipes${needsLiveFacts}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-live-'))
  let path = ''
  beforeAll(() => {
    path = writeLiveRepositories(scratch)
  })
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  function run(...words: readonly string[]): { readonly status: number; readonly stdout: string } {
    const env = {
      PATH: process.env.PATH,
      KISS_PATH: path,
      KISS_ROOT: join(scratch, 'root'),
      XDG_CACHE_HOME: join(scratch, 'cache'),
    }
    const { exitCode, stdout } = Bun.spawnSync([kith, ...words], { env, stdout: 'pipe', stderr: 'pipe' })
    return { status: exitCode, stdout: stdout.toString() }
  }

  test('kith stats counts packages, dependencies and versions as they were counted by hand', () => {
    const { packages, repositories, hidden, broken, graph, gitVersions, releases }: Statistics = JSON.parse(
      run('stats', '--json').stdout,
    )

    expect<unknown>({ packages, hidden, broken, gitVersions }).toEqual({
      packages: 571,
      hidden: 0,
      broken: [],
      gitVersions: 24,
    })
    expect(repositories.map(({ count }) => count)).toEqual([25, 107, 23, 416])
    expect(first(releases, 3)).toBe('1 525, 2 28, 3 9')
    expect(Math.max(...releases.map(({ name }) => Number(name)))).toBe(9)
    const { edges, runEdges, makeEdges, withoutDependencies, cycles, dangling } = graph
    expect([edges, runEdges, makeEdges, withoutDependencies, cycles]).toEqual([1365, 825, 540, 164, []])
    expect(dangling.map(({ name, neededBy }) => `${neededBy.join(' ')} -> ${name}`)).toEqual([
      'tuitube -> youtube-dl',
      'vmwh -> xclip',
    ])
    expect(graph.longestChain.join(' › ')).toBe(
      'emacs-kiss-git › emacs-tsort › emacs-compat › emacs › gtk+3 › libepoxy › mesa › libva › libdrm › libpciaccess › ' +
        'meson › python-setuptools › python-packaging › python-flit-core › python-installer › python › openssl › certs',
    )
    expect(graph.longestRunChain).toHaveLength(11)
    expect(first(graph.mostNeeded, 13)).toBe(
      'meson 74, pkgconf 67, zlib 66, cmake 50, ncurses 49, linux-headers 42, python 38, openssl 33, wayland 30, ' +
        'wayland-protocols 24, rust 23, glib 22, go 22',
    )
    expect(first(graph.mostNeededToRun, 5)).toBe('zlib 64, ncurses 45, openssl 30, wayland 28, glib 22')
    expect(first(graph.mostNeededToBuild, 4)).toBe('meson 74, pkgconf 66, cmake 50, linux-headers 40')
    expect(first(graph.largestDepends, 8)).toBe(
      'firefox 34, qemu 26, qt5-webengine 19, flatpak 18, mesa 18, ffmpeg 17, swayfx 17, sway 16',
    )
    const closures = new Map(graph.largestClosures.map(({ name, count }) => [name, count]))
    const asked = ['falkon', 'scrcpy', 'qt5-webengine', 'firefox', 'sway', 'rust']
    expect(asked.map((name) => closures.get(name))).toEqual([81, 77, 77, 75, 62, 15])
  })

  test('kith stats counts sources and checksums as they were counted by hand', () => {
    const { sources, checksums }: Statistics = JSON.parse(run('stats', '--json').stdout)
    const { entries, remote, local, git, comments, withDestination, single } = sources

    expect([entries, remote, local, git, comments, withDestination, single]).toEqual([
      1854, 1047, 779, 28, 3, 1045, 448,
    ])
    expect(first(sources.largest, 3)).toBe('curl 527, asciinema 230, wl-screenrec 121')
    expect(first(sources.schemes, 2)).toBe('https 1027, http 20')
    expect(first(sources.forms, 8)).toBe(
      'crate 421, tar.gz 398, tar.xz 122, zip 42, tar.bz2 32, no-extract 17, other 10, tgz 4',
    )
    expect(first(sources.localPlaces, 3)).toBe('files/ 614, patches/ 165')
    expect(first(sources.gitReferences, 3)).toBe('unpinned 22, commit 6')
    expect(sources.hosts).toHaveLength(142)
    expect(sources.hosts.slice(0, 6).map(({ count }) => count)).toEqual([421, 315, 39, 31, 15, 10])
    expect(checksums).toEqual({ blake3: 1826, sha256: 0, skipped: 0, other: 0 })
  })

  test('loadRecipes() and planBuildOrder() have a plan for each of them in one process, but for the two that need what nobody has', () => {
    const names = loadLiveFacts().map(({ name }) => parsePackageName(name))
    const readings = loadRecipes(names, path.split(':'))
    const dependenciesOf = (name: (typeof names)[number]) => readings.get(name)?.dependencies.map((need) => need.name)
    const failing = names.filter((name) => {
      try {
        return planBuildOrder([name], { dependenciesOf, installed: new Set() }).order.at(-1) !== name
      } catch (error) {
        if (isKithError(error, 'dependencies-missing')) return true
        throw error
      }
    })

    expect(readings.size).toBe(571)
    expect<string[]>(failing.sort()).toEqual(['tuitube', 'vmwh'])
    expect([...readings.values()].filter(({ recipe }) => recipe === undefined)).toEqual([])
  })

  test('kith why-not, why and tree answer about all of them at once', () => {
    const names = loadLiveFacts().map(({ name }) => name)
    const refused = run('why-not', '--json', ...names)
    const obstacles = refused.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

    expect(refused.status).toBe(1)
    expect(obstacles).toHaveLength(571)
    const missing = obstacles.filter(({ kind }) => kind === 'obstacle')
    expect(missing.map(({ chain }) => chain.join(' -> '))).toEqual(['tuitube -> youtube-dl', 'vmwh -> xclip'])
    const chains = run('why', '--repo', '--no-limit', 'zlib').stdout.trim().split('\n')
    expect(new Set(chains.map((line) => line.split(' -> ').at(-2)?.replace(' (make)', ''))).size).toBe(66)
    expect(run('tree', '--repo', '--make').stdout.trim().split('\n').length).toBeLessThanOrEqual(1365 + 571)
  })
})

function first(counts: readonly Count[], most: number): string {
  return counts
    .slice(0, most)
    .map(({ name, count }) => `${name} ${count}`)
    .join(', ')
}

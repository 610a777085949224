import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { isKithError } from '../../errors/kith-error.ts'
import { isFile, linkInfo, makeDirectory, makeSymlink, readText, removeTree, setMode } from '../../system/files.ts'
import { findProgram, run } from '../../system/process.ts'
import { type FetchBench, failureOf, gitSource, openBench, testEnvironment, testPackage } from '../fetch-bench.ts'
import { fetchSources } from '../fetch-sources.ts'

const hasGit = findProgram(['git'], process.env.PATH ?? '') !== undefined

interface Upstream {
  readonly path: string
  readonly url: string
  git(...argv: string[]): Promise<string>
  /** Changes the file `name`; gives the commit's id. */
  commit(name: string, content: string): Promise<string>
}

async function makeUpstream(bench: FetchBench): Promise<Upstream> {
  const path = join(bench.directory, 'upstream')
  makeDirectory(path)
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b.example']
  const git = async (...argv: string[]) => {
    const environment = testEnvironment(bench.directory)
    const result = await run(['git', '-C', path, ...identity, ...argv], 'test', { env: environment })
    if (result.status !== 0) throw new Error(`git ${argv.join(' ')}: ${result.stderr}`)
    return result.stdout.trim()
  }
  await git('init', '--quiet', '-b', 'main')
  const commit = async (name: string, content: string) => {
    bench.write(`upstream/${name}`, content)
    await git('add', '-A')
    await git('commit', '--quiet', '-m', `${name} ${content}`)
    return await git('rev-parse', 'HEAD')
  }
  return { path, url: `file://${path}`, git, commit }
}

const fetch = (bench: FetchBench, text: string, attempts = 1) =>
  fetchSources([{ package: testPackage, source: gitSource(text) }], bench.settings({ attempts }), bench.context)

const checkout = 'kiss/sources/zlib/upstream'

describe.skipIf(!hasGit)('fetchGit()', () => {
  test('gets the default branch, one commit deep', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    const commit = await upstream.commit('a', 'two')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.text(`${checkout}/a`)).toBe('two')
    expect(bench.text(`${checkout}/.git/shallow`)).toBe(`${commit}\n`)
    expect(bench.ofKind('fetch-finished')).toMatchObject([{ commit, url: upstream.url }])
  })

  test('gets a branch anew each time, because it moves', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    await upstream.git('switch', '--quiet', '-c', 'dev')
    await upstream.commit('a', 'two')
    await upstream.git('switch', '--quiet', '-c', 'topic/x')
    await upstream.commit('a', 'three')
    await upstream.git('switch', '--quiet', 'dev')

    await fetch(bench, `git+${upstream.url}@dev`)
    expect(bench.text(`${checkout}/a`)).toBe('two')

    await upstream.commit('a', 'four')
    await fetch(bench, `git+${upstream.url}@dev`)
    expect(bench.text(`${checkout}/a`)).toBe('four')

    await fetch(bench, `git+${upstream.url}@topic/x`)
    expect(bench.text('kiss/sources/zlib/x/a')).toBe('three')
  })

  test('gets lightweight and annotated tags', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    await upstream.git('tag', 'light')
    await upstream.commit('a', 'two')
    await upstream.git('tag', '-a', '-m', 'x', 'v1.0')
    await upstream.commit('a', 'three')

    await fetch(bench, `git+${upstream.url}@light`)
    expect(bench.text(`${checkout}/a`)).toBe('one')

    await fetch(bench, `git+${upstream.url}@v1.0`)
    expect(bench.text(`${checkout}/a`)).toBe('two')
  })

  test('gets a pinned commit and needs no network the next time', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    const first = await upstream.commit('a', 'one')
    await upstream.commit('a', 'two')

    await fetch(bench, `git+${upstream.url}#${first}`)
    expect(bench.text(`${checkout}/a`)).toBe('one')

    removeTree(upstream.path)
    bench.write(`${checkout}/a`, 'changed')
    await fetch(bench, `git+${upstream.url}#${first}`)

    expect(bench.text(`${checkout}/a`)).toBe('one')
    expect(bench.ofKind('source-found')).toHaveLength(1)
  })

  test('gets everything where the server gives out no commits by their id', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    const first = await upstream.commit('a', 'one')
    await upstream.commit('a', 'two')
    bench.write('.gitconfig', '[protocol]\n\tversion = 0\n')

    await fetch(bench, `git+${upstream.url}#${first}`)

    expect(bench.text(`${checkout}/a`)).toBe('one')
  })

  test('looks an abbreviated commit up in everything', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    const first = await upstream.commit('a', 'one')
    await upstream.commit('a', 'two')
    await fetch(bench, `git+${upstream.url}`)

    await fetch(bench, `git+${upstream.url}#${first.slice(0, 10)}`)

    expect(bench.text(`${checkout}/a`)).toBe('one')
  })

  test.each([
    ['@nobranch', 'it has no branch or tag "nobranch"'],
    [`#${'ab'.repeat(20)}`, `it has no commit "${'ab'.repeat(20)}" on any branch or tag`],
  ])('names what does not exist: %s', async (reference, reason) => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')

    const error = await failureOf(fetch(bench, `git+${upstream.url}${reference}`, 3))

    expect(isKithError(error, 'git-failed')).toBe(true)
    expect(String(error)).toContain(reason)
    expect(bench.ofKind('fetch-retried')).toEqual([])
  })

  test('tells a repository that is empty, and one that is not there', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)

    expect(String(await failureOf(fetch(bench, `git+${upstream.url}`)))).toContain('no default branch')
    expect(String(await failureOf(fetch(bench, `git+${upstream.url}x`)))).toContain('does not appear to be a git')
  })

  test('tries again when the server is not reachable, and tells no password', async () => {
    using bench = openBench()

    const error = await failureOf(fetch(bench, 'git+http://me:secret@127.0.0.1:1/x', 2))

    expect(isKithError(error, 'git-failed')).toBe(true)
    expect(bench.ofKind('fetch-retried')).toHaveLength(1)
    expect(String(error) + JSON.stringify(bench.events)).not.toContain('secret')
    expect(bench.text('kiss/sources/zlib/x/.git/config')).not.toContain('secret')
  })

  test('removes untracked, ignored and changed files of an earlier checkout', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('.gitignore', '*.o')
    await fetch(bench, `git+${upstream.url}`)
    for (const name of ['stale', 'x.o', 'sub/deep', '.gitignore', 'nested/.git/HEAD'])
      bench.write(`${checkout}/${name}`, 'x')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.list(checkout)).toEqual(['.git', '.gitignore'])
    expect(bench.text(`${checkout}/.gitignore`)).toBe('*.o')
  })

  test('goes on with a checkout of sh kiss, and after a killed git', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    const path = join(bench.directory, checkout)
    makeDirectory(path)
    const git = (...argv: string[]) =>
      run(['git', '-C', path, ...argv], 'test', { env: testEnvironment(bench.directory) })
    await git('init', '--quiet')
    await git('remote', 'add', 'origin', upstream.url)
    await git('fetch', '--quiet', '--depth=1', 'origin', '')
    await git('reset', '--hard', 'FETCH_HEAD')
    await upstream.commit('a', 'two')
    bench.write(`${checkout}/.git/index.lock`, '')
    bench.write(`${checkout}/.git/shallow.lock`, '')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.text(`${checkout}/a`)).toBe('two')
  })

  test('makes a damaged checkout anew', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    bench.write(`${checkout}/.git`, 'gitdir: /nowhere')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.text(`${checkout}/a`)).toBe('one')
  })

  test('fetches no submodules', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    const commit = await upstream.commit('a', 'one')
    bench.write('upstream/.gitmodules', `[submodule "sub"]\n\tpath = sub\n\turl = ${upstream.url}\n`)
    await upstream.git('update-index', '--add', '--cacheinfo', `160000,${commit},sub`)
    await upstream.git('add', '.gitmodules')
    await upstream.git('commit', '--quiet', '-m', 'submodule')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.list(`${checkout}/sub`)).toEqual([])
  })

  test('is interruptible', async () => {
    using bench = openBench()
    using silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    setTimeout(bench.abort, 200)

    const error = await failureOf(fetch(bench, `git+http://127.0.0.1:${silent.port}/x`))

    expect(isKithError(error, 'interrupted')).toBe(true)
  })
})

describe.skipIf(!hasGit)('attacks on fetchGit()', () => {
  test('hooks, filters and fsmonitor of a cached repository are not run', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('.gitattributes', '* filter=evil')
    await fetch(bench, `git+${upstream.url}`)
    const trap = bench.write('trap', `#!/bin/sh\ntouch ${bench.directory}/sprung\ncat\n`)
    setMode(trap, 0o755)
    bench.write(
      `${checkout}/.git/config`,
      `${bench.text(`${checkout}/.git/config`)}
[core]\n\tfsmonitor = ${trap}\n\thooksPath = .git/hooks\n\tsshCommand = ${trap}\n\tgitProxy = ${trap}
[filter "evil"]\n\tsmudge = ${trap}\n\tclean = ${trap}
[remote "origin"]\n\tuploadpack = ${trap}\n\turl = ext::${trap}\n`,
    )
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
      bench.write(`${checkout}/.git/hooks/${hook}`, readText(trap))
      setMode(join(bench.directory, checkout, '.git/hooks', hook), 0o755)
    }
    await upstream.commit('a', 'two')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.text(`${checkout}/a`)).toBe('two')
    expect(isFile(join(bench.directory, 'sprung'))).toBe(false)
  })

  test('settings of the user change no file', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('.gitattributes', 'b filter=upper')
    await upstream.commit('b', 'one\ntwo\n')
    bench.write('.gitconfig', '[core]\n\tautocrlf = true\n[filter "upper"]\n\tsmudge = tr a-z A-Z\n')

    await fetch(bench, `git+${upstream.url}`)

    expect(bench.text(`${checkout}/b`)).toBe('one\ntwo\n')
  })

  test.each(['git+ext::sh%20-c%20touch%20sprung/x', 'git+fd::17/x'])(
    'no program is taken from a URL: %s',
    async (text) => {
      using bench = openBench()

      const error = await failureOf(fetch(bench, text))

      expect(isKithError(error, 'git-failed')).toBe(true)
      expect(String(error)).toContain('only http, https, ssh, git and file URLs')
    },
  )

  test('options in place of a URL or a branch are refused before git sees them', async () => {
    using bench = openBench()
    for (const git of [
      { url: '--upload-pack=touch sprung', reference: { kind: 'default' } },
      { url: 'file:///srv/x', reference: { kind: 'branch-or-tag', name: '--upload-pack=touch sprung' } },
    ] as const) {
      const source = {
        kind: 'git',
        text: 'git+x',
        destination: undefined,
        git: { ...git, directoryName: 'x' },
      } as const
      const error = await failureOf(fetchSources([{ package: testPackage, source }], bench.settings(), bench.context))
      expect(isKithError(error, 'git-failed')).toBe(true)
    }
    expect(bench.list('kiss')).toBeUndefined()
  })

  test('a directory that somebody linked into the cache is not cleaned', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    bench.write('precious/work', 'mine')
    makeSymlink(join(bench.directory, 'precious'), join(bench.directory, checkout))

    const error = await failureOf(fetch(bench, `git+${upstream.url}`))

    expect(isKithError(error, 'io-failed')).toBe(true)
    expect(bench.text('precious/work')).toBe('mine')
    expect(linkInfo(join(bench.directory, 'precious/.git'))).toBeUndefined()
  })
})

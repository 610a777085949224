import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { isKithError } from '../../errors/kith-error.ts'
import { makeDirectory, removeTree, setMode } from '../../system/files.ts'
import { run } from '../../system/process.ts'
import { failureOf, openBench, testEnvironment } from '../fetch-fixture.ts'
import { checkout, fetchGitText as fetch, hasGit, makeUpstream } from './upstream-fixture.ts'

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

  test('gets a repository from a plain web server', async () => {
    using bench = openBench()
    const upstream = await makeUpstream(bench)
    await upstream.commit('a', 'one')
    await upstream.git('update-server-info')
    using server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch({ url, headers }) {
        if (headers.get('authorization') !== `Basic ${btoa('me:secret')}`)
          return new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } })
        const file = Bun.file(join(upstream.path, '.git', new URL(url).pathname.replace('/upstream', '')))
        return (await file.exists()) ? new Response(file) : new Response(null, { status: 404 })
      },
    })
    const address = `127.0.0.1:${server.port}/upstream`

    await fetch(bench, `git+http://me:secret@${address}@main`)

    expect(bench.text(`${checkout}/a`)).toBe('one')
    expect(bench.text(`${checkout}/.git/config`)).toContain(`url = "http://${address}"`)
    expect(bench.text(`${checkout}/.git/FETCH_HEAD`)).not.toContain('secret')
    expect(String(await failureOf(fetch(bench, `git+http://${address}`)))).toContain('could not read Username')
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

  test('asks nothing, and reaches ssh by the command of the user', async () => {
    using bench = openBench()
    const ssh = bench.write(
      'ssh',
      `#!/bin/sh\nenv >${bench.directory}/env\necho "$*" >${bench.directory}/argv\nexit 1\n`,
    )
    setMode(ssh, 0o755)
    bench.write('.gitconfig', `[core]\n\tsshCommand = ${ssh}\n`)

    await failureOf(fetch(bench, 'git+ssh://git@host.example/x@main'))

    expect(bench.text('argv')).toContain('git@host.example')
    const environment = bench.text('env').split('\n')
    for (const line of ['GIT_TERMINAL_PROMPT=0', 'SSH_ASKPASS=false', 'SSH_ASKPASS_REQUIRE=force'])
      expect(environment).toContain(line)
  })

  test('is interruptible', async () => {
    using bench = openBench()
    using silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    setTimeout(bench.abort, 200)

    const error = await failureOf(fetch(bench, `git+http://127.0.0.1:${silent.port}/x`))

    expect(isKithError(error, 'interrupted')).toBe(true)
  })
})

import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { isKithError } from '../../errors/kith-error.ts'
import { isFile, linkInfo, makeSymlink, readText, setMode } from '../../system/files.ts'
import { failureOf, openBench, testPackage } from '../fetch-fixture.ts'
import { fetchSources } from '../fetch-sources.ts'
import { checkout, fetchGitText as fetch, hasGit, makeUpstream } from './upstream-fixture.ts'

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

import { join } from 'node:path'
import { makeDirectory } from '../../system/files.ts'
import { findProgram, run } from '../../system/process.ts'
import { type FetchBench, gitSource, testEnvironment, testPackage } from '../fetch-fixture.ts'
import { fetchSources } from '../fetch-sources.ts'

export const hasGit = findProgram(['git'], process.env.PATH ?? '') !== undefined

/** For tests: a real repository to fetch from, in the directory `upstream` of the bench. */
export interface Upstream {
  readonly path: string
  readonly url: string
  git(...argv: string[]): Promise<string>
  /** Changes the file `name`; gives the commit's id. */
  commit(name: string, content: string): Promise<string>
}

export async function makeUpstream(bench: FetchBench): Promise<Upstream> {
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

/** Fetches `git+URL…` as a source of the test package. */
export function fetchGitText(bench: FetchBench, text: string, attempts = 1): Promise<void> {
  return fetchSources([{ package: testPackage, source: gitSource(text) }], bench.settings({ attempts }), bench.context)
}

/** Where the checkout of `upstream` lies, below the bench. */
export const checkout = 'kiss/sources/zlib/upstream'

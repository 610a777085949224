import { KithError } from '../../errors/kith-error.ts'
import type { Context } from '../../events/context.ts'
import type { PackageName } from '../../model/package-name.ts'
import type { Source } from '../../model/sources.ts'
import { isDirectory } from '../../system/files.ts'
import { sourceCachePath } from '../cache-path.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { sleep } from '../interrupted.ts'
import { lockSource } from '../lock-source.ts'
import { redactUrls } from '../redact-urls.ts'
import { retryDelayMs } from '../retry-delay.ts'
import { fetchReference } from './fetch-reference.ts'
import { gitSourceFault, pinnedCommit } from './git-source-fault.ts'
import { prepareCheckout } from './prepare-checkout.ts'
import { type GitOptions, runLocalGit } from './run-git.ts'

export interface GitRequest {
  readonly package: PackageName
  readonly source: Extract<Source, { kind: 'git' }>
}

/**
 * Gets a git source's checkout into the cache, as sh kiss does: one commit deep, its files exactly those of the commit,
 * no submodules. A checkout that already is at the pinned commit needs no network; everything else is fetched anew each
 * time. Throws `git-failed`, `source-path-unsafe`, `program-missing`, `io-failed`, `interrupted`.
 */
export async function fetchGit(
  request: GitRequest,
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const { package: packageName, source } = request
  const shownUrl = redactUrls(source.git.url)
  const fault = gitSourceFault(source.git)
  if (fault !== undefined) throw new KithError('git-failed', { package: packageName, url: shownUrl, reason: fault })
  const checkout = sourceCachePath(settings.cacheDirectory, packageName, source)
  const options: GitOptions = { checkout, environment: settings.environment, signal: context.signal }
  using _lock = await lockSource(checkout, settings, context)
  const pinned = pinnedCommit(source.git)
  if (pinned !== undefined && isDirectory(checkout)) {
    await prepareCheckout(publicUrl(source.git.url), options)
    if ((await headCommit(options)) === pinned && (await resetTo(pinned, options)) === undefined) {
      context.emit({ kind: 'source-found', package: packageName, source: redactUrls(source.text), path: checkout })
      return
    }
  }
  const startedMs = performance.now()
  context.emit({ kind: 'fetch-started', package: packageName, url: shownUrl })
  await prepareCheckout(publicUrl(source.git.url), options)
  const commit = await fetchWithRetries(request, settings, { context, options, shownUrl })
  const reason =
    pinned !== undefined && commit !== pinned ? `the server gave commit ${commit}` : await resetTo(commit, options)
  if (reason !== undefined) throw new KithError('git-failed', { package: packageName, url: shownUrl, reason })
  const durationMs = performance.now() - startedMs
  context.emit({ kind: 'fetch-finished', package: packageName, url: shownUrl, commit, sizeBytes: 0, durationMs })
}

interface Surroundings {
  readonly context: Pick<Context, 'emit' | 'signal'>
  readonly options: GitOptions
  readonly shownUrl: string
}

async function fetchWithRetries(
  { package: packageName, source }: GitRequest,
  settings: FetchSettings,
  { context, options, shownUrl }: Surroundings,
): Promise<string> {
  const stallSeconds = Math.max(1, Math.round(settings.stallTimeoutMs / 1000))
  const configuration = {
    ...credentials(source.git.url),
    'http.lowSpeedLimit': '1',
    'http.lowSpeedTime': String(stallSeconds),
  }
  for (let attempt = 1; ; attempt++) {
    const outcome = await fetchReference(source.git.reference, { ...options, configuration })
    if (outcome.kind === 'fetched') return outcome.commit
    const reason = redactUrls(outcome.reason)
    if (outcome.kind === 'permanent' || attempt >= settings.attempts)
      throw new KithError('git-failed', { package: packageName, url: shownUrl, reason })
    const delayMs = retryDelayMs({ attempt, baseMs: settings.retryDelayMs, chance: Math.random() })
    context.emit({ kind: 'fetch-retried', package: packageName, url: shownUrl, reason, attempt: attempt + 1, delayMs })
    await sleep(delayMs, context.signal)
  }
}

/** The files become exactly those of the commit. Undefined, or why not. */
async function resetTo(commit: string, options: GitOptions): Promise<string | undefined> {
  for (const argv of [
    ['reset', '--quiet', '--hard', commit, '--'],
    ['clean', '--quiet', '-ffdx'],
  ]) {
    const { status, stderr } = await runLocalGit(argv, options)
    if (status !== 0) return `the checkout cannot be set to commit ${commit}: ${redactUrls(stderr.trim())}`
  }
  return undefined
}

async function headCommit(options: GitOptions): Promise<string | undefined> {
  const { status, stdout } = await runLocalGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], options)
  return status === 0 ? stdout.trim() : undefined
}

/** What is written into the checkout, which builds get a copy of: no user, no password. */
function publicUrl(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/, '$1')
}

/** Lets git use the URL with credentials in place of the public one. */
function credentials(url: string): Record<string, string> {
  return publicUrl(url) === url ? {} : { [`url.${url}.insteadOf`]: publicUrl(url) }
}

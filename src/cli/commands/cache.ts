import { cleanCache } from '../../build/clean-cache.ts'
import { listCache } from '../../build/list-cache.ts'
import { KithError } from '../../errors/kith-error.ts'
import { parseAge } from '../../model/age.ts'
import { type CacheEntry, type CacheKind, cacheKinds } from '../../model/cache-entry.ts'
import { parseSize } from '../../model/size.ts'
import { type CleaningPolicy, planCacheCleaning } from '../../plan/plan-cache-cleaning.ts'
import { renderCacheEntry, renderCacheKind, sizeOf } from '../../report/terminal/cache-lines.ts'
import { formatBytes } from '../../report/terminal/units.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { askToContinue } from '../ask.ts'
import type { Command, Invocation } from '../command.ts'

/** What the cache holds and how much room it takes; `clean` removes what is asked for, and never what a running kith uses. */
export const cache: Command = async (invocation) => {
  const [action, ...rest] = invocation.arguments
  if (action === 'clean') return await clean(rest.map(parseKind), invocation)
  const [policy] = ['--older-than', '--keep', '--max-size', '--not-installed'].filter((one) =>
    invocation.options.has(one),
  )
  if (policy !== undefined)
    throw new KithError('invalid-argument', { argument: policy, expected: 'kith cache clean before it' })
  const kinds = invocation.arguments.map(parseKind)
  const entries = listCache(invocation.config.cacheDirectory)
  if (kinds.length > 0)
    showEntries(
      entries.filter(({ kind }) => kinds.includes(kind)),
      invocation,
    )
  else showKinds(entries, invocation)
  return 0
}

function parseKind(word: string): CacheKind {
  const kind = cacheKinds.find((one) => one === word)
  if (kind === undefined)
    throw new KithError('invalid-argument', { argument: word, expected: `clean, or one of ${cacheKinds.join(' ')}` })
  return kind
}

function showKinds(entries: readonly CacheEntry[], { config, context, show }: Invocation): void {
  const now = Date.now()
  for (const kind of cacheKinds.toReversed()) {
    const own = entries.filter((entry) => entry.kind === kind)
    if (own.length === 0) continue
    const made = own.map(({ madeMs }) => madeMs)
    const ages = { oldestMs: Math.min(...made), newestMs: Math.max(...made) }
    const item = { kind: 'cache-kind', name: kind, count: own.length, sizeBytes: sizeOf(own), ...ages }
    show(renderCacheKind(kind, own, now), item)
  }
  const text = `${formatBytes(sizeOf(entries))} in ${config.cacheDirectory}`
  context.emit({ kind: 'notice', level: 'info', text })
}

function showEntries(entries: readonly CacheEntry[], { show }: Pick<Invocation, 'show'>): void {
  const now = Date.now()
  for (const entry of entries) {
    const { kind: cacheKind, ...rest } = entry
    show(renderCacheEntry(entry, now), { kind: 'cache-entry', cacheKind, ...rest })
  }
}

async function clean(kinds: readonly CacheKind[], invocation: Invocation): Promise<number> {
  const { config, context, options } = invocation
  const { cacheDirectory } = config
  const policy = readPolicy(kinds, invocation)
  const entries = listCache(cacheDirectory)
  const planned = planCacheCleaning(entries, policy, Date.now())
  showEntries(planned, invocation)
  const all = formatBytes(sizeOf(entries))
  const text = `${planned.length} to remove: ${formatBytes(sizeOf(planned))} of ${all}`
  context.emit({ kind: 'notice', level: 'info', text })
  if (options.has('--dry-run') || planned.length === 0) return 0
  await askToContinue(invocation, `Removing ${formatBytes(sizeOf(planned))} from ${cacheDirectory}`)
  const gone = await cleanCache(planned, { cacheDirectory, waits: !options.has('--no-wait') }, context)
  const told = `removed ${gone.length}: ${formatBytes(sizeOf(gone))}`
  const changed = planned.length - gone.length
  const stayed = changed === 0 ? '' : `; ${changed} changed meanwhile and stayed`
  context.emit({ kind: 'notice', level: 'info', text: told + stayed })
  return 0
}

/** Throws `missing-argument` where nothing says what is to go: nobody empties a cache by a slip. */
function readPolicy(kinds: readonly CacheKind[], { options, values, config }: Invocation): CleaningPolicy {
  const [age, keep, size] = [values.get('--older-than'), values.get('--keep'), values.get('--max-size')]
  const isNotInstalled = options.has('--not-installed')
  if (kinds.length === 0 && !isNotInstalled && [age, keep, size].every((one) => one === undefined))
    throw new KithError('missing-argument', {
      command: 'cache clean',
      expected: 'what is to go: --older-than 30d, --keep 2, --max-size 5G, --not-installed, or kinds like layers',
    })
  return {
    kinds,
    olderThanMs: parseValue(age, '--older-than', { parse: parseAge, expected: 'an age like 12h, 30d or 8w' }),
    keepVersions: parseValue(keep, '--keep', { parse: parseCount, expected: 'a number of versions' }),
    mostBytes: parseValue(size, '--max-size', { parse: parseSize, expected: 'a size like 500M or 5G' }),
    exceptPackages: isNotInstalled ? new Set<string>(loadInstalled(config.root).keys()) : undefined,
  }
}

function parseCount(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined
}

function parseValue(
  text: string | undefined,
  option: string,
  { parse, expected }: { readonly parse: (text: string) => number | undefined; readonly expected: string },
): number | undefined {
  if (text === undefined) return undefined
  const value = parse(text)
  if (value === undefined) throw new KithError('invalid-argument', { argument: `${option} ${text}`, expected })
  return value
}

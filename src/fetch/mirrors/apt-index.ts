import {
  fileInfo,
  isFile,
  makeDirectory,
  readDirectory,
  readText,
  removeTree,
  writeFileAtomic,
} from '../../system/files.ts'
import { run } from '../../system/process.ts'
import {
  type AptEntry,
  parseOsRelease,
  parseSourcesList,
  parseSourcesStanzas,
  planSourceEntries,
  printSourceEntries,
} from './apt-host-sources.ts'

export interface AptSettings {
  /** Holds the private indexes and scratch folders; the system's own lists are never touched. */
  readonly workDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type AptIndex =
  /** `configuration` is for `apt-get --config-file`; `lists` are plain text `Sources` indexes. */
  | { readonly kind: 'ready'; readonly configuration: string; readonly lists: readonly string[] }
  | { readonly kind: 'unavailable'; readonly reason: string }

const maximumAgeMs = 24 * 3_600_000
const pending = new Map<string, Promise<AptIndex>>()

/**
 * The private source index: one of the last 24 hours for the same archives and suites, or a new one. Each lives in its
 * own directory and counts once its `complete` file is there, so two processes never write to the same one.
 */
export function prepareAptIndex(aptGet: string, settings: AptSettings, signal: AbortSignal): Promise<AptIndex> {
  const sources = planHostSources(settings.environment)
  if (sources === '')
    return Promise.resolve({
      kind: 'unavailable',
      reason: 'no entry of the apt configuration is the distribution archive',
    })
  const key = `${settings.workDirectory}\n${sources}`
  const started = pending.get(key) ?? prepare(aptGet, sources, settings, signal).finally(() => pending.delete(key))
  pending.set(key, started)
  return started
}

async function prepare(aptGet: string, sources: string, settings: AptSettings, signal: AbortSignal): Promise<AptIndex> {
  for (const name of indexNames(settings.workDirectory).toReversed()) {
    const directory = `${settings.workDirectory}/${name}`
    const completed = fileInfo(`${directory}/complete`)
    if (completed === undefined || Date.now() - completed.mtimeMs > maximumAgeMs) continue
    if (isFile(sourcesPath(directory)) && readText(sourcesPath(directory)) === sources) return readyIndex(directory)
  }
  return await updateIndex(aptGet, sources, settings, signal)
}

async function updateIndex(
  aptGet: string,
  sources: string,
  settings: AptSettings,
  signal: AbortSignal,
): Promise<AptIndex> {
  removeStaleIndexes(settings.workDirectory)
  const directory = `${settings.workDirectory}/index-${Date.now()}-${process.pid}`
  // apt drops root for its downloads, so these must be open to others; mkdtemp would close them.
  for (const part of ['sources', 'preferences', 'lists/partial', 'archives/partial'])
    makeDirectory(`${directory}/${part}`)
  writeFileAtomic(sourcesPath(directory), sources)
  writeFileAtomic(`${directory}/status`, '')
  writeFileAtomic(configurationPath(directory), printConfiguration(directory))
  try {
    const argv = [aptGet, '--config-file', configurationPath(directory), '--quiet', 'update']
    const result = await run(argv, 'fetch source indexes', { env: aptEnvironment(settings.environment), signal })
    signal.throwIfAborted()
    const index = readyIndex(directory)
    // A suite that this archive does not have makes apt fail although all other indexes arrived.
    if (index.lists.length === 0)
      return { kind: 'unavailable', reason: `apt-get update: ${firstComplaint(result.stderr, result.status)}` }
    writeFileAtomic(`${directory}/complete`, '')
    return index
  } finally {
    if (!isFile(`${directory}/complete`)) removeTree(directory)
  }
}

/** What apt inherits: the caller's environment, for proxies and the like, in a fixed language. */
export function aptEnvironment(environment: AptSettings['environment']): Record<string, string | undefined> {
  return { ...environment, LC_ALL: 'C', LANGUAGE: undefined, DEBIAN_FRONTEND: 'noninteractive' }
}

/** apt's first error line, or its exit status. */
export function firstComplaint(stderr: string, status: number): string {
  const complaint = stderr.split('\n').find((line) => line.startsWith('E: '))
  return complaint?.slice(3).trim() ?? `exit status ${status}`
}

function readyIndex(directory: string): AptIndex & { readonly kind: 'ready' } {
  const lists = (readDirectory(`${directory}/lists`) ?? []).filter((name) => name.endsWith('Sources'))
  return {
    kind: 'ready',
    configuration: configurationPath(directory),
    lists: lists.map((name) => `${directory}/lists/${name}`),
  }
}

function planHostSources(environment: AptSettings['environment']): string {
  const host = isFile('/etc/os-release') ? parseOsRelease(readText('/etc/os-release')) : { id: '', codename: '' }
  const configured = environment.KITH_APT_SUITES?.split(/\s+/).filter((suite) => suite !== '')
  // Older sources live in older suites, and what a suite no longer has may still be in another one.
  const suites = configured ?? (host.id === 'debian' ? ['bookworm', 'trixie', 'sid'] : [])
  return printSourceEntries(planSourceEntries(loadHostEntries(), host, suites))
}

function loadHostEntries(): AptEntry[] {
  const main = '/etc/apt/sources.list'
  const parts = (readDirectory(`${main}.d`) ?? []).map((name) => `${main}.d/${name}`)
  return [main, ...parts].filter(isFile).flatMap((path) => {
    if (path.endsWith('.list')) return parseSourcesList(readText(path))
    return path.endsWith('.sources') ? parseSourcesStanzas(readText(path)) : []
  })
}

/** apt.conf(5). Given with --config-file it is read after the host's own, whose proxies and credentials still count. */
function printConfiguration(directory: string): string {
  const values = {
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': `${directory}/sources/`,
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': `${directory}/preferences/`,
    'Dir::State': `${directory}/`,
    'Dir::State::lists': `${directory}/lists/`,
    'Dir::State::status': `${directory}/status`,
    'Dir::Cache': `${directory}/`,
    'Dir::Cache::archives': `${directory}/archives/`,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Acquire::Languages': 'none',
    'Acquire::GzipIndexes': 'false',
    'Acquire::PDiffs': 'false',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
  }
  const hooks = ['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success']
  return [
    ...Object.entries(values).map(([name, value]) => `${name} "${value}";`),
    ...hooks.map((name) => `#clear ${name};`),
    '',
  ].join('\n')
}

/** Indexes that no running process can still be using. */
function removeStaleIndexes(workDirectory: string): void {
  for (const name of indexNames(workDirectory)) {
    const startedMs = Number(name.split('-')[1])
    if (Date.now() - startedMs > 2 * maximumAgeMs) removeTree(`${workDirectory}/${name}`)
  }
}

/** Oldest first. */
function indexNames(workDirectory: string): string[] {
  return (readDirectory(workDirectory) ?? []).filter((name) => /^index-\d+-\d+$/.test(name))
}

const sourcesPath = (directory: string): string => `${directory}/sources/kith.sources`
const configurationPath = (directory: string): string => `${directory}/apt.conf`

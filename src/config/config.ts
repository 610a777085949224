import { KithError } from '../errors/kith-error.ts'
import { type Compression, compressions, isCompression } from '../model/artifact-name.ts'
import { type BuildLimits, parseLimits } from '../model/build-limits.ts'
import { parseSandboxFiles, type SandboxFile } from '../model/sandbox-file.ts'
import { parseSchedule, type ScheduleLimits } from '../model/schedule-limits.ts'
import { isSysrootSetting, type SysrootSetting, sysrootSettings } from '../model/sysroot-setting.ts'

/** Every setting, read once from the environment and frozen. Engines never see it: the command line hands them values. */
export interface Config {
  /** KISS_PATH: directories of recipes, first match wins. */
  readonly repositories: readonly string[]
  /** KISS_ROOT without trailing slashes; empty for `/`. */
  readonly root: string
  /** `<cache>/kiss`. */
  readonly cacheDirectory: string
  /** Parent of this process's work directory: KISS_TMPDIR, else `proc` in the cache. */
  readonly workParent: string
  /** KISS_PROMPT: ask before doing more than was named. */
  readonly isAsking: boolean
  /** KISS_PROMPT: install what was named after building it (only for exactly `1`, the default). */
  readonly isInstallingBuilt: boolean
  /** KISS_FORCE=1: do without checks of dependencies and dependents. */
  readonly isForced: boolean
  /** KISS_DEBUG: keep the work directory. */
  readonly keepsWork: boolean
  /** KISS_KEEPLOG=1: keep the logs of builds that succeeded. */
  readonly keepsLogs: boolean
  /** KISS_STRIP: not `0`. */
  readonly isStripping: boolean
  /** KISS_CHOICE=0: a file conflict is an error instead of a choice. */
  readonly refusesConflicts: boolean
  readonly hasColour: boolean
  readonly compression: Compression
  /** KITH_LIMITS: what a build may use. */
  readonly limits: BuildLimits
  /** KITH_SCHEDULE: how much is built at one time. */
  readonly schedule: ScheduleLimits
  /** KITH_ENVIRONMENT: variables that build scripts see besides those about building. */
  readonly passedVariables: readonly string[]
  /** KITH_NETWORK: packages whose build scripts may use the network. */
  readonly networkPackages: readonly string[]
  /** KISS_SANDBOX_FILES: what build scripts see of the host. */
  readonly sandboxFiles: readonly SandboxFile[]
  /** KITH_SYSROOT: how the layers of a sysroot are merged. */
  readonly sysroot: SysrootSetting
  /** KITH_PROVIDERS: the file that says which package shall provide a name, instead of `etc/kith/providers` in the root. */
  readonly providersFile: string | undefined
  /** KITH_OVERRIDES, else below the root: a directory for each recipe that the user changes something of. */
  readonly overrides: string
  /** KISS_GET: what fetches in place of kith, by name or path. */
  readonly fetchProgram: string | undefined
  /** KISS_SU: what changes users, by name or path; empty for the first that there is. */
  readonly switchUser: string
  /** KISS_HOOK: programs called at hook points. */
  readonly hooks: readonly string[]
  /** KITH_MIRRORS, not yet read. */
  readonly mirrors: string
  /** KITH_SUBSTITUTERS, KITH_TRUSTED_KEYS and KITH_SIGNING_KEY, not yet read. */
  readonly substituters: string
  readonly trustedKeys: string
  readonly signingKey: string | undefined
  /** KITH_REPOLOGY: where `outdated` asks Repology. */
  readonly repology: string
  /** Programs on PATH named `kiss-*` are commands. */
  readonly searchPath: string
  readonly processName: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings. `userId` decides where the cache is when XDG_CACHE_HOME is unset. Throws `invalid-setting` and `sandbox-file-refused`. */
export function readConfig(environment: Environment, userId: number, processId: number): Config {
  const cacheDirectory = `${cacheHome(environment, userId)}/kiss`
  const prompt = environment.KISS_PROMPT || '1'
  const processName = environment.KISS_PID || String(processId)
  if (!/^[A-Za-z0-9._-]+$/.test(processName) || processName.startsWith('.'))
    throw new KithError('invalid-setting', { setting: 'KISS_PID', value: processName, expected: 'letters and digits' })
  return Object.freeze({
    repositories: list(environment.KISS_PATH).map((path) => absolute('KISS_PATH', path)),
    root: absolute('KISS_ROOT', environment.KISS_ROOT || '/').replace(/\/+$/, ''),
    cacheDirectory,
    workParent: environment.KISS_TMPDIR ? absolute('KISS_TMPDIR', environment.KISS_TMPDIR) : `${cacheDirectory}/proc`,
    isAsking: prompt !== '0',
    isInstallingBuilt: prompt === '1',
    isForced: environment.KISS_FORCE === '1',
    keepsWork: (environment.KISS_DEBUG || '0') !== '0',
    keepsLogs: environment.KISS_KEEPLOG === '1',
    isStripping: environment.KISS_STRIP !== '0',
    refusesConflicts: environment.KISS_CHOICE === '0',
    hasColour: environment.KISS_COLOR !== '0' && !environment.NO_COLOR,
    compression: readCompression(environment.KISS_COMPRESS || 'zst'),
    limits: parseLimits(environment.KITH_LIMITS ?? ''),
    schedule: parseSchedule(environment.KITH_SCHEDULE ?? ''),
    passedVariables: words(
      'KITH_ENVIRONMENT',
      environment.KITH_ENVIRONMENT,
      /^[A-Za-z_][A-Za-z0-9_]*\*?$/,
      'names like NAME or NAME_*',
    ),
    networkPackages: words('KITH_NETWORK', environment.KITH_NETWORK, /^[^/]+$/, 'names of packages'),
    sandboxFiles: parseSandboxFiles(environment.KISS_SANDBOX_FILES ?? ''),
    sysroot: readSysroot(environment.KITH_SYSROOT || 'auto'),
    providersFile: environment.KITH_PROVIDERS ? absolute('KITH_PROVIDERS', environment.KITH_PROVIDERS) : undefined,
    overrides: environment.KITH_OVERRIDES
      ? absolute('KITH_OVERRIDES', environment.KITH_OVERRIDES)
      : `${absolute('KISS_ROOT', environment.KISS_ROOT || '/').replace(/\/+$/, '')}/etc/kith/overrides`,
    fetchProgram: environment.KISS_GET || undefined,
    switchUser: environment.KISS_SU ?? '',
    hooks: list(environment.KISS_HOOK),
    mirrors: environment.KITH_MIRRORS ?? '',
    substituters: environment.KITH_SUBSTITUTERS ?? '',
    trustedKeys: environment.KITH_TRUSTED_KEYS ?? '',
    signingKey: environment.KITH_SIGNING_KEY ? absolute('KITH_SIGNING_KEY', environment.KITH_SIGNING_KEY) : undefined,
    repology: webAddress('KITH_REPOLOGY', environment.KITH_REPOLOGY || 'https://repology.org'),
    searchPath: environment.PATH ?? '/usr/bin:/bin',
    processName,
  })
}

function cacheHome(environment: Environment, userId: number): string {
  if (environment.XDG_CACHE_HOME) return absolute('XDG_CACHE_HOME', environment.XDG_CACHE_HOME)
  return userId === 0 || !environment.HOME ? '/var/cache' : `${absolute('HOME', environment.HOME)}/.cache`
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(':').filter((field) => field !== '')
}

function words(setting: string, text: string | undefined, form: RegExp, expected: string): string[] {
  const all = (text ?? '').split(/\s+/).filter((word) => word !== '')
  const wrong = all.find((word) => !form.test(word))
  if (wrong !== undefined) throw new KithError('invalid-setting', { setting, value: wrong, expected })
  return all
}

function absolute(setting: string, value: string): string {
  if (!value.startsWith('/')) throw new KithError('invalid-setting', { setting, value, expected: 'an absolute path' })
  return value
}

function webAddress(setting: string, value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
  throw new KithError('invalid-setting', {
    setting,
    value,
    expected: 'an address that begins with https:// or http://',
  })
}

function readSysroot(value: string): SysrootSetting {
  if (isSysrootSetting(value)) return value
  throw new KithError('invalid-setting', {
    setting: 'KITH_SYSROOT',
    value,
    expected: `one of ${sysrootSettings.join(' ')}`,
  })
}

function readCompression(value: string): Compression {
  if (isCompression(value)) return value
  throw new KithError('invalid-setting', {
    setting: 'KISS_COMPRESS',
    value,
    expected: `one of ${compressions.join(' ')}`,
  })
}

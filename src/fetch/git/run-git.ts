import { type RunResult, run } from '../../system/process.ts'
import { throwIfInterrupted } from '../interrupted.ts'

export interface GitOptions {
  readonly checkout: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Settings of git for this command, above every file. They go through the environment: arguments are public. */
  readonly configuration?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/**
 * Runs git for the network, with the user's own git settings (proxy, credentials) but never asking anything. Throws
 * `program-missing`, `interrupted`; git's own failure is a result.
 */
export async function runGit(argv: readonly string[], options: GitOptions): Promise<RunResult> {
  const env = gitEnvironment(options.environment, {
    ...harmless,
    ...options.configuration,
    'safe.directory': options.checkout,
  })
  const result = await run(['git', '-C', options.checkout, ...argv], 'fetch git sources', {
    env,
    signal: options.signal,
  })
  throwIfInterrupted(options.signal)
  return result
}

/** Runs git on the checkout alone: no settings of user or system, so the same commit gives the same files everywhere. */
export async function runLocalGit(argv: readonly string[], options: GitOptions): Promise<RunResult> {
  const environment = { ...options.environment, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  return await runGit(argv, { ...options, environment })
}

/** Nothing that a cached repository or a server says makes git run a program. */
const harmless: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.attributesFile': '/dev/null',
  'core.logAllRefUpdates': 'false',
  'core.alternateRefsCommand': 'true',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
}

const keptVariables = new Set([
  'GIT_ASKPASS',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_EXEC_PATH',
  'GIT_PROXY_COMMAND',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_SSL_NO_VERIFY',
])

/** The given environment without what would lead git to another repository (GIT_DIR and the like). */
function gitEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  configuration: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && (!name.startsWith('GIT_') || keptVariables.has(name))) env[name] = value
  env.GIT_TERMINAL_PROMPT = '0'
  env.GIT_ALLOW_PROTOCOL = 'http:https:ssh:git:file'
  env.GIT_ATTR_NOSYSTEM = '1'
  // Several fetches run at once: ssh must not ask at the terminal either, unless the user has a program for that.
  if (env.SSH_ASKPASS === undefined) Object.assign(env, { SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'force' })
  env.LC_ALL = 'C'
  const entries = Object.entries(configuration)
  env.GIT_CONFIG_COUNT = String(entries.length)
  for (const [index, [key, value]] of entries.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key
    env[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return env
}

import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import type { HookRunner, HookType } from '../events/hooks.ts'
import { isExecutable } from '../system/files.ts'
import { runAttached } from '../system/process.ts'

/** The user's KISS_HOOK programs, called in the order listed. */
export function createHookRunner(
  { hooks, root }: Pick<Config, 'hooks' | 'root'>,
  inherited: Readonly<Record<string, string | undefined>>,
): HookRunner {
  const environment = withPlainRoot(inherited, root)
  return {
    isActive: hooks.length > 0,
    async run(type, args, cwd) {
      for (const hook of hooks) {
        const status = isExecutable(hook) ? await call(hook, type, args, environment, cwd) : 'not executable'
        if (status === 0 || type === 'build-fail' || type === 'SIGINT' || type === 'SIGEXIT') continue
        const told = typeof status === 'number' ? `status ${status}` : status
        throw new KithError('hook-failed', { hook, type, package: args[0] ?? '', status: told })
      }
    },
  }
}

async function call(
  hook: string,
  type: HookType,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string | undefined,
): Promise<number> {
  const place = cwd === undefined ? {} : { cwd }
  return await runAttached([hook, type, ...args], `run the ${type} hook`, { env, output: 'error', ...place })
}

/** Programs of the user get KISS_ROOT as KISS hands it on: without slashes at its end. */
export function withPlainRoot(
  environment: Readonly<Record<string, string | undefined>>,
  root: string,
): Readonly<Record<string, string | undefined>> {
  return environment.KISS_ROOT === undefined ? environment : { ...environment, KISS_ROOT: root }
}

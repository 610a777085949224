import { isKithError, KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'

/** Installs one package, with what it needs; gives whether its scripts were well. */
type Install = (name: PackageName, context: Context) => Promise<boolean>

/**
 * Installs each package as a transaction of its own: what stands against one is told, and the others go on. Gives the exit status; throws
 * `installs-failed` at the end, and at once what ends everything.
 */
export async function installEach(names: readonly PackageName[], install: Install, context: Context): Promise<number> {
  const installed = new Set<string>()
  const failed: PackageName[] = []
  let isWell = true
  for (const name of names) {
    // What came along with another is there.
    if (installed.has(name)) continue
    const started = new Set<string>()
    const emit: Context['emit'] = (event) => {
      if (event.kind === 'install-started') started.add(event.package)
      context.emit(event)
    }
    try {
      isWell = (await install(name, { ...context, emit })) && isWell
      for (const one of started) installed.add(one)
    } catch (error) {
      if (!(error instanceof KithError) || endsAll(error)) throw error
      context.emit({ kind: 'notice', level: 'warning', package: name, text: error.message })
      failed.push(name)
    }
  }
  const done = names.filter((name) => installed.has(name))
  const text = `installed ${done.length}: ${done.join(' ')}`
  if (done.length > 0) context.emit({ kind: 'notice', level: 'info', text })
  if (failed.length > 0) throw new KithError('installs-failed', { failed, total: names.length })
  return isWell ? 0 : 1
}

/** The user, or a root that must be looked after first. */
function endsAll(error: KithError): boolean {
  return isKithError(error, 'interrupted') || isKithError(error, 'transaction-unfinished')
}

import { availableParallelism } from 'node:os'
import { KithError } from '../../errors/kith-error.ts'
import { runInRoot } from '../../system/enter-root.ts'
import { isDirectory, realPath } from '../../system/files.ts'
import type { Command, Invocation } from '../command.ts'

/** A login shell, or a command, in another root; gives its exit status. Only for root. */
export const chroot: Command = async ({ arguments: [directory, ...words], environment }) => {
  if (directory === undefined)
    throw new KithError('missing-argument', { command: 'chroot', expected: 'the directory of the other root' })
  if (process.geteuid?.() !== 0) throw new KithError('root-needed', { command: `chroot ${directory}` })
  if (!isDirectory(directory))
    throw new KithError('invalid-argument', { argument: directory, expected: 'the directory of another root' })
  const argv = words.length > 0 ? words : ['/bin/sh', '-l']
  return await runInRoot({ directory: realPath(directory), argv, environment: cleanEnvironment(environment) })
}

/** Nothing of the user's but the terminal and how to compile. */
function cleanEnvironment(environment: Invocation['environment']): Record<string, string> {
  const kept = ['TERM', 'COLORTERM', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS', 'MAKEFLAGS']
  return {
    HOME: '/root',
    LOGNAME: 'root',
    USER: 'root',
    SHELL: '/bin/sh',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    MAKEFLAGS: `-j${availableParallelism()}`,
    ...Object.fromEntries(kept.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))),
  }
}

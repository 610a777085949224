import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Attempt, Stopper } from '../attempt.ts'
import { always } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'

/** What can be done to a file, by the name that the attack program has for it. Landlock knows nothing of those that are false. */
const operations = [
  ['write', 'write to a file of a layer', true],
  ['reopen', 'write to a file of a layer that is open for reading, through /proc/self/fd', true],
  ['truncate', 'truncate a file of a layer', true],
  ['chmod', 'make a file of a layer setuid', false],
  ['chown', 'give a file of a layer to somebody else', false],
  ['utimes', 'change the times of a file of a layer', false],
  ['setxattr', 'set an attribute of a file of a layer', false],
  ['rename', 'rename a file of a layer', true],
  ['unlink', 'remove a file of a layer', true],
  ['link', 'make another name for a file of a layer', true],
  ['symlink', 'make a symlink in a directory of a layer', true],
  ['create', 'make a file in a directory of a layer', true],
  ['mkdir', 'make a directory in a directory of a layer', true],
  ['replace', 'put another file in the place of one of a layer', true],
] as const

/** What changes a directory and not the file. */
const onNames: readonly string[] = ['rename', 'unlink', 'link', 'symlink', 'create', 'mkdir', 'replace']

/**
 * Of a directory that two layers have, which is merged, with its files as they are in the layers. A farm has directories of its
 * own: there names are those of a directory that one layer alone has.
 */
const onLayers = operations.map(([operation, name, isInLandlock]): Attempt => {
  const shared: readonly Stopper[] = isInLandlock ? ['read-only', 'landlock-files'] : ['read-only']
  return {
    name,
    theme: 'files',
    stoppers: ({ strategy }) => (strategy === 'overlay' ? ['overlay', ...shared] : shared),
    run: async (bench, dropped) => {
      const isLone = bench.setting.strategy === 'links' && onNames.includes(operation)
      const file = isLone ? '/opt/canary/file' : '/usr/share/canary/file'
      const canary = bench.canary(join(bench.layers.top, file))
      const report = await bench.attack(['file', operation, file], {
        dropped,
        change: (request) => withOtherId(request, bench),
      })
      const escaped = hasEscaped(report)
      // One id inside: that a file may be given to it shows nothing outside.
      if (operation === 'chown' && bench.setting.mode === 'user') return escaped
      return canary.hasChanged()
    },
  }
})

function withOtherId<Request extends { readonly command: { readonly environment: Readonly<Record<string, string>> } }>(
  request: Request,
  { setting }: Bench,
): Request {
  if (setting.mode === 'user') return request
  const environment = { ...request.command.environment, KITH_OTHER_ID: '1' }
  return { ...request, command: { ...request.command, environment } }
}

/** Of what is bound into the sandbox: the recipe, and sources as the unpacker has them. */
const onBinds = (['write', 'unlink', 'chmod'] as const).flatMap((operation): Attempt[] => {
  const stoppers = always('read-only', ...(operation === 'chmod' ? [] : (['landlock-files'] as const)))
  const nameFor = (what: string): string =>
    ({ write: `write to ${what}`, unlink: `remove ${what}`, chmod: `make ${what} setuid` })[operation]
  return [
    {
      name: nameFor('a file of the recipe'),
      theme: 'files',
      stoppers,
      run: async (bench, dropped) => {
        const canary = bench.canary(join(bench.work.recipe, 'patches/canary'))
        hasEscaped(await bench.attack(['file', operation, '/kith/recipe/probe/patches/canary'], { dropped }))
        return canary.hasChanged()
      },
    },
    {
      name: nameFor('a source'),
      theme: 'files',
      stoppers,
      run: async (bench, dropped) => {
        const canary = bench.canary(join(bench.directory, 'cache/kiss/sources/probe/canary'))
        const report = await bench.attack(['file', operation, '/kith/sources/canary'], {
          dropped,
          change: (request) => {
            const source = join(bench.directory, 'cache/kiss/sources/probe')
            const mount = { kind: 'bind', target: '/kith/sources', source, isWritable: false } as const
            return { ...request, mounts: [...request.mounts.slice(0, -1), mount, ...request.mounts.slice(-1)] }
          },
        })
        hasEscaped(report)
        return canary.hasChanged()
      },
    },
  ]
})

/** The one thing of the host that a build is to write to, but no more than that. */
const onPipe: Attempt = {
  name: 'make the pipe with its tokens setuid',
  theme: 'files',
  stoppers: always('read-only'),
  run: async (bench, dropped) => {
    const modeOf = (): number => statSync(join(bench.work.sandbox, 'jobserver')).mode
    const before = modeOf()
    hasEscaped(await bench.attack(['file', 'chmod', '/kith/jobserver'], { dropped }))
    return modeOf() !== before
  },
}

export const layerFileAttempts: readonly Attempt[] = [...onLayers, ...onBinds, onPipe]

import { join } from 'node:path'
import type { Attempt, Stopper } from '../attempt.ts'
import { always } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'

/** What can be done to a file, by the name that the attack program has for it. Landlock knows nothing of those that are false. */
const operations = [
  ['write', 'write to', true],
  ['reopen', 'write to an open descriptor, through /proc/self/fd,', true],
  ['truncate', 'truncate', true],
  ['chmod', 'make setuid', false],
  ['chown', 'give away', false],
  ['utimes', 'change the times of', false],
  ['setxattr', 'set an attribute of', false],
  ['rename', 'rename', true],
  ['unlink', 'remove', true],
  ['link', 'make another name for', true],
  ['symlink', 'make a symlink beside', true],
  ['create', 'make a file beside', true],
  ['mkdir', 'make a directory beside', true],
  ['replace', 'put another in the place of', true],
] as const

/** What changes a directory and not the file. */
const onNames: readonly string[] = ['rename', 'unlink', 'link', 'symlink', 'create', 'mkdir', 'replace']

/**
 * Of a directory that two layers have, which is merged, with its files as they are in the layers. A farm has directories of its
 * own: there names are those of a directory that one layer alone has.
 */
const onLayers = operations.map(([operation, words, isInLandlock]): Attempt => {
  const shared: readonly Stopper[] = isInLandlock ? ['read-only', 'landlock-files'] : ['read-only']
  return {
    name: `${words} a file of a layer`,
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
  const words = { write: 'write to', unlink: 'remove', chmod: 'make setuid' }[operation]
  return [
    {
      name: `${words} a file of the recipe`,
      theme: 'files',
      stoppers,
      run: async (bench, dropped) => {
        const canary = bench.canary(join(bench.work.recipe, 'patches/canary'))
        hasEscaped(await bench.attack(['file', operation, '/kith/recipe/probe/patches/canary'], { dropped }))
        return canary.hasChanged()
      },
    },
    {
      name: `${words} a source`,
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

export const layerFileAttempts: readonly Attempt[] = [...onLayers, ...onBinds]

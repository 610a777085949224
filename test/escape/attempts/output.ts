import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type RawMember, rawMember } from '../../../src/system/archive/archive-fixtures.ts'
import { type Attempt, always, onlyRoot } from '../attempt.ts'
import type { Bench } from '../bench.ts'
import { archivePath, packageJob, runJob, runTool, unpackJob, workerCommand } from '../worker-bench.ts'

/** Members of an archive that would change `canary`, a file of the host. */
const archives: readonly (readonly [string, (canary: string) => readonly RawMember[]])[] = [
  ['whose name begins with `..`', (canary) => [{ name: `${'../'.repeat(16)}${canary.slice(1)}`, content: 'changed' }]],
  ['with an absolute name', (canary) => [{ name: canary, content: 'changed' }]],
  [
    'behind a symlink of its own',
    (canary) => [
      { name: 'top/link', type: '2', linkName: canary.replace(/\/[^/]*$/, '') },
      { name: 'top/link/file', content: 'changed' },
    ],
  ],
  [
    'that is a hard link to a file of the host',
    (canary) => [
      { name: 'top/link', type: '1', linkName: canary },
      { name: 'top/link', content: 'changed' },
    ],
  ],
]

/** Against a tar that trusts its archive, in a sandbox or with the host's files in reach. */
const unpacking = archives.map(
  ([name, members]): Attempt => ({
    name: `have a source unpacked with a member ${name}`,
    theme: 'output',
    stoppers: always('strict-unpacker', 'worker-sandbox'),
    run: async (bench, dropped) => {
      const canary = bench.canary(join(bench.directory, 'home/file'))
      mkdirSync(join(bench.directory, 'sources'))
      const blocks = members(canary.path).map(rawMember)
      writeFileSync(join(bench.directory, 'sources/0'), Buffer.concat([...blocks, Buffer.alloc(1024)]))
      const into = dropped.has('worker-sandbox') ? bench.work.build : '/kith/build/probe'
      if (dropped.has('strict-unpacker')) {
        const tar = ['tar', '-P', '--overwrite', '--no-same-owner', '-C', into, '-xf', archivePath]
        await runTool(bench, { argv: tar }, dropped)
      } else if ((await runJob(bench, unpackJob(), dropped)) !== 'source-not-unpacked')
        throw new Error('the archive was unpacked')
      return canary.hasChanged()
    },
  }),
)

const artifactOf = ({ work }: Bench): string => join(work.output, packageJob().artifact)

/** Text of everything in the artifact, or nothing where there is none. */
function readArtifact(bench: Bench): string {
  if (!existsSync(artifactOf(bench))) return ''
  return gunzipSync(readFileSync(artifactOf(bench))).toString('latin1')
}

const artifactInside = `/kith/out/${packageJob().artifact}`

const packaging: readonly Attempt[] = [
  {
    name: 'have a secret of the host packed, by a symlink in the output',
    theme: 'output',
    stoppers: always('strict-packer', 'worker-sandbox'),
    run: async (bench, dropped) => {
      const { path } = bench.canary(join(bench.directory, 'home/key'), 'private-key')
      symlinkSync(path, join(bench.work.destdir, 'link'))
      if (dropped.has('strict-packer'))
        await runTool(bench, { argv: ['tar', '-hczf', artifactInside, '-C', '/kith/pkg/probe', '.'] }, dropped)
      else if ((await runJob(bench, packageJob(), dropped)) !== undefined) throw new Error('nothing was packed')
      return readArtifact(bench).includes('private-key')
    },
  },
  {
    name: 'have a file of the host written, by a symlink for the database entry in the output',
    theme: 'output',
    stoppers: always('strict-packer', 'worker-sandbox'),
    run: async (bench, dropped) => {
      const canary = bench.canary(join(bench.directory, 'home/version'))
      mkdirSync(join(bench.work.destdir, 'var/db/kiss/installed'), { recursive: true })
      symlinkSync(join(bench.directory, 'home'), join(bench.work.destdir, 'var/db/kiss/installed/probe'))
      const entry = '/kith/pkg/probe/var/db/kiss/installed/probe/'
      if (dropped.has('strict-packer'))
        await runTool(bench, { argv: ['cp', '/kith/recipe/probe/version', entry] }, dropped)
      else if ((await runJob(bench, packageJob(), dropped)) !== 'build-left-unusable')
        throw new Error('it was not refused')
      return canary.hasChanged()
    },
  },
  {
    name: 'have a device packed that is in the output',
    theme: 'output',
    stoppers: onlyRoot(['strict-packer'], 'the kernel lets no ordinary user make device nodes'),
    run: async (bench, dropped) => {
      const node = join(bench.work.destdir, 'zero')
      if (Bun.spawnSync(['mknod', node, 'c', '1', '5']).exitCode !== 0) throw new Error('mknod failed')
      if (dropped.has('strict-packer'))
        await runTool(bench, { argv: ['tar', '-czf', artifactInside, '-C', '/kith/pkg/probe', '.'] }, dropped)
      else if ((await runJob(bench, packageJob(), dropped)) !== 'build-left-unusable')
        throw new Error('it was not refused')
      return readArtifact(bench).includes('./zero\0')
    },
  },
  {
    name: 'stop the packaging for ever, by a fifo in the output',
    theme: 'output',
    stoppers: always('strict-packer', 'time-limit'),
    run: async (bench, dropped) => {
      if (Bun.spawnSync(['mkfifo', join(bench.work.destdir, 'fifo')]).exitCode !== 0) throw new Error('mkfifo failed')
      if (!dropped.has('strict-packer')) {
        if ((await runJob(bench, packageJob(), dropped)) !== undefined) throw new Error('nothing was packed')
        return false
      }
      // For ever is three times as long as the limit, here.
      const digest = { argv: ['timeout', '1.2', 'cksum', '/kith/pkg/probe/fifo'] }
      const { exceeded, status } = await runTool(
        bench,
        dropped.has('time-limit') ? digest : { ...digest, timeMs: 400 },
        dropped,
      )
      if (exceeded === undefined && status !== 124) throw new Error(`cksum ended with status ${status}`)
      return exceeded === undefined
    },
  },
]

/** A program for `strip` to work on, and a library and a program of the attacker's that show when they are run. */
function plantPoison({ work, equipment }: Bench): () => boolean {
  mkdirSync(join(work.destdir, 'usr/bin'), { recursive: true })
  mkdirSync(join(work.destdir, 'etc'))
  copyFileSync(equipment.attack, join(work.destdir, 'usr/bin/program'))
  copyFileSync(equipment.library, join(work.destdir, 'usr/bin/poison.so'))
  writeFileSync(join(work.destdir, 'etc/ld.so.preload'), '/kith/pkg/probe/usr/bin/poison.so\n')
  for (const directory of [join(work.destdir, 'usr/bin'), work.build])
    for (const tool of ['strip', 'llvm-strip']) {
      writeFileSync(join(directory, tool), '#!/bin/sh\n: >/kith/out/poisoned\n')
      chmodSync(join(directory, tool), 0o755)
    }
  return () => existsSync(join(work.output, 'poisoned'))
}

const poisoning: readonly Attempt[] = [
  {
    name: 'have its own `strip` run, by PATH',
    theme: 'output',
    stoppers: always('fixed-path'),
    run: async (bench, dropped) => {
      const isPoisoned = plantPoison(bench)
      const path = '/kith/pkg/probe/usr/bin:/usr/bin:/bin'
      if (dropped.has('fixed-path')) await runTool(bench, { argv: workerCommand, environment: { PATH: path } }, dropped)
      else if ((await runJob(bench, packageJob(), dropped)) !== undefined) throw new Error('nothing was packed')
      return isPoisoned()
    },
  },
  {
    name: 'have its own library loaded by strip, by /etc/ld.so.preload in the output',
    theme: 'output',
    stoppers: always('own-root'),
    run: async (bench, dropped) => {
      const isPoisoned = plantPoison(bench)
      const lowers = [join(bench.work.destdir, 'etc'), join(bench.equipment.hostEtc, 'etc')]
      if (dropped.has('own-root'))
        await runTool(bench, { argv: workerCommand, instead: [{ kind: 'overlay', target: '/etc', lowers }] }, dropped)
      else if ((await runJob(bench, packageJob(), dropped)) !== undefined) throw new Error('nothing was packed')
      return isPoisoned()
    },
  },
  {
    name: 'have its own library loaded by strip, by LD_PRELOAD',
    theme: 'output',
    stoppers: always('clean-environment'),
    run: async (bench, dropped) => {
      const isPoisoned = plantPoison(bench)
      const environment = { LD_PRELOAD: '/kith/pkg/probe/usr/bin/poison.so' }
      if (dropped.has('clean-environment')) await runTool(bench, { argv: workerCommand, environment }, dropped)
      else if ((await runWithVariable(bench, environment.LD_PRELOAD, dropped)) !== undefined)
        throw new Error('nothing was packed')
      return isPoisoned()
    },
  },
]

/** kith's own process has the variable meanwhile, as where the user exported it. */
async function runWithVariable(
  bench: Bench,
  library: string,
  dropped: Parameters<Attempt['run']>[1],
): Promise<string | undefined> {
  process.env.LD_PRELOAD = library
  try {
    return await runJob(bench, packageJob(), dropped)
  } finally {
    delete process.env.LD_PRELOAD
  }
}

/** While a build runs its files are on the host, where others could run them. */
const asOther = ['setpriv', '--reuid=65533', '--regid=65533', '--clear-groups', '--']
const alone = 'only root can be two users for the test'

function runAsOther(program: string, word: string): boolean {
  // setpriv itself still has the rights of root where it starts a program.
  const { stdout } = Bun.spawnSync([...asOther, 'sh', '-c', 'exec "$@"', 'sh', program, word])
  return stdout.toString().trim() === 'ESCAPED'
}

const building: readonly Attempt[] = [
  {
    name: 'give another user of the host root, by a setuid program that is being built',
    theme: 'output',
    stoppers: onlyRoot(['private-directories'], alone),
    run: async (bench, dropped) => {
      const program = plantProgram(bench, dropped)
      await bench.attack(['file', 'chmod', '/kith/build/probe/program'], { dropped })
      return runAsOther(program, 'tell-user')
    },
  },
  {
    name: 'give another user of the host capabilities, by a program that is being built',
    theme: 'output',
    stoppers: onlyRoot(['private-directories'], alone),
    run: async (bench, dropped) => {
      const program = plantProgram(bench, dropped)
      await bench.attack(['set-file-capability', '/kith/build/probe/program'], { dropped })
      return runAsOther(program, 'tell-capabilities')
    },
  },
]

function plantProgram({ work, settings, equipment }: Bench, dropped: Parameters<Attempt['run']>[1]): string {
  const program = join(work.build, 'program')
  copyFileSync(equipment.attack, program)
  if (dropped.has('private-directories')) chmodSync(settings.workDirectory, 0o755)
  return program
}

export const outputAttempts: readonly Attempt[] = [...unpacking, ...packaging, ...poisoning, ...building]

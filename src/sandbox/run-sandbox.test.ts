import { afterEach, beforeEach, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildLimits, defaultLimits } from '../model/build-limits.ts'
import { makeDirectory, makeTemporaryDirectory, readDirectory, removeTree } from '../system/files.ts'
import { deviceRules, planDevices } from './devices.ts'
import { requireSandbox, type SandboxHost } from './host.ts'
import { runSandbox, type SandboxRequest, type SandboxResult } from './run-sandbox.ts'
import type { MountOperation } from './spec.ts'
import { planSysroot } from './sysroot.ts'

// These start dist/kith as the launcher, which `npm test` makes first.
const isRoot = process.getuid?.() === 0
const sandboxed = test.skipIf(!isRoot)
const title = (text: string): string => (isRoot ? text : `${text} (skipped: a sandbox needs root)`)

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-run-sandbox-')
  makeDirectory(join(scratch, 'work'))
})
afterEach(() => removeTree(scratch))

interface Outcome extends Omit<SandboxResult, 'cpuMs'> {
  readonly text: string
}

interface Changes extends Partial<SandboxRequest> {
  readonly host?: Partial<SandboxHost>
  readonly limits?: Partial<BuildLimits>
}

async function run(script: string, { host, limits, ...changes }: Changes = {}, signal?: AbortSignal): Promise<Outcome> {
  const mounts: MountOperation[] = [
    ...planSysroot({ layers: [], hasHostTools: true }),
    ...planDevices(),
    { kind: 'bind', target: '/kith/work', source: join(scratch, 'work'), isWritable: true },
    { kind: 'seal-root' },
  ]
  let text = ''
  const { cpuMs, ...result } = await runSandbox(
    {
      hostName: 'kith',
      mounts,
      landlock: [...deviceRules, { path: '/kith/work', access: 'write' }],
      network: 'loopback',
      command: { argv: ['/bin/sh', '-c', script], cwd: '/kith/work', environment: { PATH: '/usr/bin:/bin' } },
      ...changes,
    },
    {
      workDirectory: join(scratch, 'control'),
      host: { ...(await requireSandbox()), ...host },
      limits: { ...defaultLimits, ...limits },
      output: (more) => {
        text += Buffer.from(more).toString()
        if (text.includes('STOP')) throw new Error('the sink is full')
      },
    },
    { signal: signal ?? new AbortController().signal },
  )
  expect(cpuMs).toBeGreaterThan(0)
  return { ...result, text }
}

sandboxed(title('runSandbox() gives status, signal and output in order'), async () => {
  expect(await run('echo one; echo two >&2; echo three; exit 7')).toEqual({
    kind: 'exited',
    status: 7,
    signal: undefined,
    exceeded: undefined,
    text: 'one\ntwo\nthree\n',
  } as Outcome)
  expect((await run('kill -TERM $$')).signal).toBe('SIGTERM')
})

sandboxed(title('runSandbox() without Landlock still confines, by mounts and capabilities'), async () => {
  const before = statSync('/usr').mode
  const { text, status } = await run(
    `
: >mine || echo CANNOT
for place in / /usr /etc /proc/sys/kernel /proc/1/root /opt; do (: >"$place/kith-escape") 2>/dev/null && echo "WROTE $place"; done
(echo x >/proc/sys/kernel/core_pattern) 2>/dev/null && echo WROTE core_pattern
[ -c /proc/sysrq-trigger ] || { (echo x >/proc/sysrq-trigger) 2>/dev/null && echo WROTE sysrq; }
chmod "$(stat -c %a /usr)" /usr 2>/dev/null && echo CHANGED
mount -o remount,rw /usr 2>/dev/null && echo REMOUNTED
mount -o remount,rw,bind /usr 2>/dev/null && echo REMOUNTED
unshare -Urm sh -c 'mount -o remount,rw,bind /usr && : >/usr/kith-escape' 2>/dev/null && echo REMOUNTED
mknod disk b 8 0 2>/dev/null && echo MADE
exit 0`,
    { host: { landlockAbi: 0 } },
  )

  expect(text).toBe('')
  expect(status).toBe(0)
  expect(statSync('/usr').mode).toBe(before)
})

sandboxed(title('runSandbox() with an older Landlock asks only for what that knows'), async () => {
  const { landlockAbi } = await requireSandbox()
  for (let abi = 1; abi <= landlockAbi; abi++)
    expect((await run('(: >/usr/x) 2>/dev/null || echo refused', { host: { landlockAbi: abi } })).text).toBe(
      'refused\n',
    )
})

sandboxed(title('runSandbox() gives the command umask 022, whoever asks'), async () => {
  const before = process.umask(0o077)
  const { text } = await run('umask').finally(() => process.umask(before))

  expect(text).toBe('0022\n')
})

sandboxed(title('runSandbox() tells which step of the setup failed'), async () => {
  const mounts: MountOperation[] = [
    { kind: 'overlay', target: '/usr', lowers: [join(scratch, 'missing'), join(scratch, 'work')] },
  ]

  await expect(run('true', { mounts })).rejects.toThrow(
    'Cannot set up the sandbox: cannot mount /usr (overlay of 2): mount',
  )
})

sandboxed(title('runSandbox() tells a command that cannot be started from one that fails'), async () => {
  const command = { argv: ['/kith/nothing'], cwd: '/', environment: {} }

  await expect(run('', { command })).rejects.toThrow('Cannot start "/kith/nothing" in the sandbox')
})

sandboxed(title('runSandbox() ends the run when the output cannot be taken'), async () => {
  await expect(run('echo STOP; sleep 1000')).rejects.toThrow('the sink is full')
})

sandboxed(title('runSandbox() starts nothing once it is interrupted, and ends what runs'), async () => {
  await expect(run(': >started', {}, AbortSignal.abort())).rejects.toThrow('Interrupted')
  await expect(run('sleep 1000', {}, AbortSignal.timeout(300))).rejects.toThrow('Interrupted')

  expect(() => statSync(join(scratch, 'work/started'))).toThrow()
})

sandboxed(title('runSandbox() ends at the time limit, and at the silence limit unless something is said'), async () => {
  // Where a machine is emulated the sandbox alone takes that long (test/kernels).
  const slowness = Number(process.env.KITH_TEST_SLOWNESS ?? 1)
  const timely = await run('echo one; sleep 100', { limits: { time: 300 * slowness } })
  expect(timely).toMatchObject({ exceeded: 'time', text: 'one\n' })
  expect((await run('sleep 100', { limits: { silence: 300 * slowness } })).exceeded).toBe('silence')
  const talking = 'for i in 1 2 3 4 5 6 7; do sleep 0.1; echo $i; done'
  expect(await run(talking, { limits: { silence: 500 * slowness } })).toMatchObject({ status: 0, exceeded: undefined })
})

sandboxed(title('runSandbox() ends before the disk is full'), async () => {
  const { exceeded } = await run('sleep 100', { limits: { free: 2 ** 50 } })

  expect(exceeded).toBe('free')
})

const { cgroups } = isRoot ? await requireSandbox() : { cgroups: [] }
const hasCgroups = ['memory', 'pids'].every((name) => cgroups.some((one) => one.controllers.includes(name as 'memory')))
const limited = test.skipIf(!hasCgroups)
/** This process's own: others may be at work. */
const ownCgroups = (): string[] =>
  cgroups
    .flatMap(({ directory }) => readDirectory(directory) ?? [])
    .filter((name) => name.startsWith(`kith-${process.pid}-`))

limited(
  'runSandbox() holds memory and processes in a cgroup, says which limit was hit, and removes it (skipped without cgroups)',
  async () => {
    const memory = await run('head -c 300m /dev/zero | tail -c 200m | wc -c; exit 3', {
      limits: { memory: 64 * 1024 ** 2 },
    })
    const swarm = await run('for i in $(seq 60); do sleep 5 & done; exit 4', { limits: { processes: 30 } })
    const plain = await run('exit 5')

    expect(memory.exceeded).toBe('memory')
    expect(swarm.exceeded).toBe('processes')
    expect([plain.status, plain.exceeded]).toEqual([5, undefined])
    expect(ownCgroups()).toEqual([])
  },
)

sandboxed(title('runSandbox() gives the command no input of ours, and no variable of ours'), async () => {
  process.env.KITH_TEST_SECRET = 'secret'
  try {
    expect((await run('cat; env')).text).not.toContain('secret')
    expect((await run('tr "\\0" "\\n" </proc/1/environ')).text).not.toContain('secret')
  } finally {
    delete process.env.KITH_TEST_SECRET
  }
})

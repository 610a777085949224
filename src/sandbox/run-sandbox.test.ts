import { afterEach, beforeEach, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { deviceRules, planDevices } from './devices.ts'
import { probeKernel } from './kernel.ts'
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

interface Outcome extends SandboxResult {
  readonly text: string
}

async function run(script: string, changes: Partial<SandboxRequest> = {}, signal?: AbortSignal): Promise<Outcome> {
  const mounts: MountOperation[] = [
    ...planSysroot({ layers: [], hasHostTools: true }),
    ...planDevices(),
    { kind: 'bind', target: '/kith/work', source: join(scratch, 'work'), isWritable: true },
    { kind: 'seal-root' },
  ]
  let text = ''
  const result = await runSandbox(
    {
      hostName: 'kith',
      mounts,
      landlock: [...deviceRules, { path: '/kith/work', access: 'write' }],
      ...probeKernel(),
      command: { argv: ['/bin/sh', '-c', script], cwd: '/kith/work', environment: { PATH: '/usr/bin:/bin' } },
      ...changes,
    },
    {
      workDirectory: join(scratch, 'control'),
      output: (more) => {
        text += more
        if (text.includes('STOP')) throw new Error('the sink is full')
      },
    },
    { signal: signal ?? new AbortController().signal },
  )
  return { ...result, text }
}

sandboxed(title('runSandbox() gives status, signal and output in order'), async () => {
  expect(await run('echo one; echo two >&2; echo three; exit 7')).toEqual({
    kind: 'exited',
    status: 7,
    signal: undefined,
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
(echo x >/proc/sysrq-trigger) 2>/dev/null && echo WROTE sysrq
chmod "$(stat -c %a /usr)" /usr 2>/dev/null && echo CHANGED
mount -o remount,rw /usr 2>/dev/null && echo REMOUNTED
mount -o remount,rw,bind /usr 2>/dev/null && echo REMOUNTED
unshare -Urm sh -c 'mount -o remount,rw,bind /usr && : >/usr/kith-escape' 2>/dev/null && echo REMOUNTED
mknod disk b 8 0 2>/dev/null && echo MADE
exit 0`,
    { landlockAbi: 0 },
  )

  expect(text).toBe('')
  expect(status).toBe(0)
  expect(statSync('/usr').mode).toBe(before)
})

sandboxed(title('runSandbox() with an older Landlock asks only for what that knows'), async () => {
  const { landlockAbi } = probeKernel()
  for (let abi = 1; abi <= landlockAbi; abi++)
    expect((await run('(: >/usr/x) 2>/dev/null || echo refused', { landlockAbi: abi })).text).toBe('refused\n')
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

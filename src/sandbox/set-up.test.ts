import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { KernelError } from '../native/libc.ts'
import { linkInfo, makeDirectory, makeSymlink, makeTemporaryDirectory, readLink, removeTree } from '../system/files.ts'
import { hostWarnings } from './host.ts'
import type { SandboxKernel } from './kernel.ts'
import { setUpSandbox } from './set-up.ts'
import type { MountOperation, SandboxSpec } from './spec.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-sandbox-')
})
afterEach(() => removeTree(scratch))

/** A kernel that does nothing but write down its calls; `failing` throws where a call's line begins with it. */
function fakeKernel(failing?: { readonly call: string; readonly errno: number }) {
  const calls: string[] = []
  const note = (name: string, subject = ''): void => {
    const line = `${name} ${subject}`.trim()
    calls.push(line)
    if (failing !== undefined && line.startsWith(failing.call)) throw new KernelError(name, subject, failing.errno)
  }
  const kernel: SandboxKernel = {
    mount: ({ type, target, data }) => note('mount', `${type ?? 'bind'} ${target.replace(scratch, '')} ${data ?? ''}`),
    detachMount: (target) => note('umount', target),
    setMountAttributes: (target, attributes) => note('attributes', `${target.replace(scratch, '')} ${attributes}`),
    pivotRoot: () => note('pivot_root'),
    setHostName: (name) => note('sethostname', name),
    leaveTerminal: () => note('setsid'),
    startLoopback: () => note('loopback'),
    setNoNewPrivileges: () => note('no_new_privs'),
    enterCgroup: async (directory) => note('cgroup', directory),
    enterCgroupNamespace: () => note('cgroup_namespace'),
    setPortRange: (first, last) => {
      note('port_range', `${first} ${last}`)
      return true
    },
    limitResource: (resource, most) => note('prlimit', `${resource} ${most}`),
    setProcessors: (numbers) => note('sched_setaffinity', numbers.join(',')),
    restrictSelf: ({ ports }, abi) =>
      note('landlock', `${abi} ${ports === undefined ? 'any port' : `${ports.length} ports`}`),
    filterSystemCalls: (program) => note('seccomp', String(program.length > 800)),
    dropCapabilities: () => note('capset'),
    setUndumpable: () => note('undumpable'),
    ignoreFatalSignals: () => note('signals'),
  }
  return { calls, kernel }
}

async function run(
  mounts: readonly MountOperation[],
  kernel: SandboxKernel,
  changes: Partial<SandboxSpec> = {},
): Promise<void> {
  await setUpSandbox(specOf(mounts, changes), kernel, () => {})
}

function specOf(
  mounts: readonly MountOperation[],
  changes: Partial<SandboxSpec> = {},
): Parameters<typeof setUpSandbox>[0] {
  const resources = { core: 1, processes: 500 }
  const plain = { landlock: [], landlockAbi: 6, network: 'loopback', resources, cgroups: ['/cgroup/kith'] } as const
  return { root: scratch, hostName: 'kith', mounts, ...plain, ...changes }
}

test('setUpSandbox() gives up rights last, and in the order in which each needs the ones after it', async () => {
  const { calls, kernel } = fakeKernel()

  await run([{ kind: 'proc', target: '/proc' }, { kind: 'seal-root' }], kernel)

  expect(calls.map((call) => call.split(' ')[0] ?? '').join(' ')).toBe(
    'setsid cgroup mount mount mount mount loopback port_range cgroup_namespace sethostname pivot_root prlimit prlimit no_new_privs landlock seccomp capset undumpable signals',
  )
})

test('setUpSandbox() closes all ports but those of the loopback interface, unless the host is to be reached', async () => {
  const portsWith = async (network: SandboxSpec['network']): Promise<string[]> => {
    const { calls, kernel } = fakeKernel()
    await run([], kernel, { network })
    return calls.filter((call) => /landlock|loopback|port_range/.test(call))
  }

  expect(await portsWith('none')).toEqual(['landlock 6 0 ports'])
  expect(await portsWith('loopback')).toEqual(['loopback', 'port_range 60000 60255', 'landlock 6 257 ports'])
  expect(await portsWith('host')).toEqual(['landlock 6 any port'])
})

test('setUpSandbox() leaves the ports open where it cannot say which ones the kernel picks', async () => {
  const { calls, kernel } = fakeKernel()

  await run([], { ...kernel, setPortRange: () => false })

  expect(calls).toContain('landlock 6 any port')
})

test('setUpSandbox() does without Landlock where the kernel has none, and a warning says so', async () => {
  const { calls, kernel } = fakeKernel()

  await run([], kernel, { landlockAbi: 0 })

  expect(calls.some((call) => call.startsWith('landlock'))).toBe(false)
  expect(calls).toContain('capset')
  expect(hostWarnings({ landlockAbi: 0 })).toEqual([
    'this kernel has no Landlock: builds are confined by namespaces, read-only mounts and seccomp alone',
  ])
  expect(hostWarnings({ landlockAbi: 4 })).toEqual([
    'Landlock of this kernel (ABI 4) does not know device control, signals and abstract sockets: other protections stand there alone',
  ])
  expect(hostWarnings({ landlockAbi: 6 })).toEqual([])
})

test('setUpSandbox() without overlayfs names the mount, and the error tells how to load it', async () => {
  const { kernel } = fakeKernel({ call: 'mount overlay', errno: 19 })
  const steps: string[] = []
  const mounts: MountOperation[] = [{ kind: 'overlay', target: '/usr', lowers: ['/usr', '/opt'] }]

  const attempt = setUpSandbox(specOf(mounts), kernel, (next) => {
    steps.push(next)
  })

  await expect(attempt).rejects.toThrow('ENODEV')
  expect(steps.at(-1)).toBe('mount /usr (overlay of 2)')
  const error = new KithError('sandbox-setup-failed', { step: steps.at(-1) ?? '', reason: 'mount /usr: ENODEV (no)' })
  expect(error.message).toBe('Cannot set up the sandbox: cannot mount /usr (overlay of 2): mount /usr: ENODEV (no)')
  expect(error.hint).toContain('modprobe overlay')
})

test.each(['cgroup', 'prlimit', 'no_new_privs', 'landlock', 'seccomp', 'capset', 'undumpable'])(
  'setUpSandbox() stops where rights cannot be given up (%s)',
  async (call) => {
    const { calls, kernel } = fakeKernel({ call, errno: 1 })

    await expect(run([], kernel)).rejects.toThrow('EPERM')
    expect(calls.includes('undumpable')).toBe(call === 'undumpable')
  },
)

test('setUpSandbox() waits until its cgroup is entered, and does not enter the new root before', async () => {
  const { calls, kernel } = fakeKernel()
  const entered = Promise.withResolvers<void>()
  const steps: string[] = []
  const done = setUpSandbox(specOf([]), { ...kernel, enterCgroup: () => entered.promise }, (next) => {
    steps.push(next)
  })

  await Bun.sleep(20)
  expect(calls).not.toContain('pivot_root')
  expect(steps.at(-1)).toBe('enter its cgroup')
  entered.resolve()
  await done
  expect(calls).toContain('pivot_root')
})

test('applyMount() gives layers short names, so that hundreds fit into one page of options', async () => {
  const { calls, kernel } = fakeKernel()
  const lowers = Array.from({ length: 300 }, (_, index) => join(scratch, `${'deep/'.repeat(30)}layer-${index}`))
  const before = process.cwd()

  await run([{ kind: 'overlay', target: '/usr', lowers }], kernel)

  const options = calls.find((call) => call.startsWith('mount overlay'))?.split('lowerdir=')[1] ?? ''
  expect(options.split(':').length).toBe(300)
  expect(options.length).toBeLessThan(4096)
  expect(linkInfo(join(scratch, '.layers'))).toBeUndefined()
  expect(process.cwd()).toBe(before)
})

test('applyMount() makes every bind recursive, and read-only as a whole', async () => {
  const { calls, kernel } = fakeKernel()
  const [readOnly, writable] = ['/in/read', '/in/write']

  await run(
    [
      { kind: 'bind', target: readOnly, source: scratch, isWritable: false },
      { kind: 'bind', target: writable, source: scratch, isWritable: true },
    ],
    kernel,
  )

  expect(calls).toContain('attributes /in/read 7')
  expect(calls).toContain('attributes /in/write 6')
})

test('applyMount() never goes through a symlink, which would lead to the host', async () => {
  const outside = join(scratch, 'outside')
  const { calls, kernel } = fakeKernel()
  makeDirectory(outside)
  makeSymlink(outside, join(scratch, 'var'))

  const attempt = run([{ kind: 'tmpfs', target: '/var/tmp', mode: 0o1777, size: '1m' }], kernel)

  await expect(attempt).rejects.toThrow('"/var" is a symlink')
  expect(linkInfo(join(outside, 'tmp'))).toBeUndefined()
  expect(calls.some((call) => call.includes('/var/tmp'))).toBe(false)
})

test('applyMount() makes symlinks and directories as told, whatever the umask', async () => {
  const before = process.umask(0o077)
  try {
    await run(
      [
        { kind: 'symlink', target: '/lib', to: 'usr/lib' },
        { kind: 'directory', target: '/run', mode: 0o755 },
      ],
      fakeKernel().kernel,
    )
  } finally {
    process.umask(before)
  }

  expect(readLink(join(scratch, 'lib'))).toBe('usr/lib')
  expect(linkInfo(join(scratch, 'run'))?.mode).toBe(0o755)
})

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Accelerator, accelerators, bootGuest, findAccelerator } from '../test/kernels/boot-guest.ts'
import { fetchKernel, type Kernel, unpackPackage } from '../test/kernels/debian-kernel.ts'
import { type ConsoleReport, parseConsole } from '../test/kernels/parse-console.ts'
import { runHere } from '../test/kernels/run-here.ts'

/**
 * Runs the sandbox's tests on kernels of Debian that this machine does not run, in qemu: `npm run test:kernels [-- --verbose]`.
 * Needs qemu-system-x86, e2fsprogs and a Debian to download kernels from. Nothing of this machine is changed.
 */
const kernelPackages = ['linux-image-amd64', 'linux-image-6.12-amd64']

interface Boot {
  readonly title: string
  /** More of the kernel's command line. */
  readonly parameters: string
  /** Stages of test/kernels/inside.sh. */
  readonly stages: string
}

const asShipped = { title: 'as Debian has it', parameters: '' }
const withoutLandlock = { title: 'without Landlock', parameters: 'lsm=yama' }

/** For each kernel, in the order above. */
const allBoots: readonly (readonly Boot[])[] = kernelPackages.map(() => [
  { ...asShipped, stages: 'bare full facts cgroups users root user' },
  { ...withoutLandlock, stages: 'full facts landlock root' },
])

/** Where the processor is interpreted a build takes ten seconds: what only these kernels show, each on one of them. */
const shortBoots: readonly (readonly Boot[])[] = [
  [{ ...asShipped, stages: 'bare full facts cgroups' }],
  [
    { ...asShipped, stages: 'full facts root' },
    { ...withoutLandlock, stages: 'full facts landlock users' },
  ],
]

/** What the stages `root` and `user` run. */
const allTests = [
  './src/sandbox',
  ...['sandbox', 'sandbox-inside', 'rootless', 'build-limits', 'interrupted-build', 'sysroot-strategies', 'doctor'].map(
    (name) => `./test/${name}.test.ts`,
  ),
]
const shortTests = ['./src/sandbox/run-sandbox.test.ts', './src/sandbox/cgroup.test.ts', './test/doctor.test.ts']

const root = join(import.meta.dir, '..')
const option = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
const isVerbose = process.argv.includes('--verbose')
const bootLimitMs = Number(option('--limit') ?? 400) * 1000
const say = (text: string): boolean => process.stdout.write(`${text}\n`)

const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort())

const scratch = mkdtempSync(join(tmpdir(), 'kith-kernels-'))
let passed = 0
let failed = 0
try {
  const lacking = whyNot()
  if (lacking === undefined) await testKernels()
  else say(`skipped: ${lacking}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
say(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || abort.signal.aborted ? 1 : 0)

function whyNot(): string | undefined {
  if (process.arch !== 'x64') return 'needs an x86-64 processor'
  const programs = ['qemu-system-x86_64', 'mke2fs', 'setpriv', 'apt-get', 'apt-cache', 'dpkg-deb', 'xz']
  const missing = programs.filter((program) => Bun.which(program) === null)
  return missing.length === 0 ? undefined : `${missing.join(', ')} missing (on Debian: apt-get install qemu-system-x86)`
}

async function testKernels(): Promise<void> {
  let accelerator = accelerators.find((one) => one === option('--accelerator'))
  const share = makeShare()
  for (const [index, name] of kernelPackages.entries()) {
    if (!name.includes(option('--kernel') ?? '')) continue
    const kernel = tryFetch(name)
    if (kernel === undefined) continue
    if (accelerator === undefined) {
      accelerator = await findAccelerator(kernel)
      if (accelerator === 'tcg') say('note: no kernel starts with /dev/kvm here: interpreted, and in part only (--all)')
    }
    const isShort = accelerator === 'tcg' && !process.argv.includes('--all')
    const tests = option('--tests')?.split(',') ?? (isShort ? shortTests : allTests)
    writeFileSync(join(share, 'tests'), `${tests.join(' ')}\n`)
    writeFileSync(join(share, 'slowness'), accelerator === 'tcg' ? '10\n' : '1\n')
    for (const boot of (isShort ? shortBoots : allBoots)[index] ?? [])
      await testBoot({ kernel, accelerator, boot }, share)
  }
}

function tryFetch(name: string): Kernel | undefined {
  try {
    return fetchKernel(name, scratch)
  } catch (error) {
    say(`skipped: ${name}: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

/** A copy of the project with an executable of its own: what others change meanwhile does not matter. */
function makeShare(): string {
  const share = join(scratch, 'share')
  const project = join(share, 'project')
  mkdirSync(project, { recursive: true })
  for (const name of ['src', 'test', 'scripts', 'package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(project, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  runHere([process.execPath, join(project, 'scripts', 'build.ts')], project)
  unpackPackage('busybox-static', scratch, ['*/busybox'])
  return share
}

interface Run {
  readonly kernel: Kernel
  readonly accelerator: Accelerator
  readonly boot: Boot
}

async function testBoot({ kernel, accelerator, boot }: Run, share: string): Promise<void> {
  if (abort.signal.aborted) return
  writeFileSync(join(share, 'stages'), `${option('--stages')?.replaceAll(',', ' ') ?? boot.stages}\n`)
  const started = performance.now()
  let said = ''
  const hear = (text: string): void => {
    said += text
    if (isVerbose) process.stdout.write(text)
  }
  const busybox = join(scratch, 'bin', 'busybox')
  const { parameters } = boot
  const guest = { kernel, accelerator, parameters, share, busybox, limitMs: bootLimitMs, signal: abort.signal, hear }
  await bootGuest(guest, scratch)
  const seconds = Math.round((performance.now() - started) / 1000)
  tell(`${kernel.release}, ${boot.title} (${accelerator}, ${seconds} s)`, parseConsole(said))
}

function tell(title: string, { stages, facts, lost }: ConsoleReport): void {
  say(`== ${title}`)
  for (const fact of facts) say(`   ${fact}`)
  for (const stage of stages) {
    passed += stage.passed
    failed += stage.failed
    say(`   ${stage.name}: ${stage.passed} passed, ${stage.failed} failed, ${stage.skipped} skipped`)
    if (stage.failed > 0 && !isVerbose) say(stage.output)
  }
  if (lost === undefined) return
  failed++
  say(`   FAIL ${lost}`)
}

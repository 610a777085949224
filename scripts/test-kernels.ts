import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootGuest, findAccelerator, type Accelerator } from '../test/kernels/boot-guest.ts'
import { fetchKernel, type Kernel, unpackPackage } from '../test/kernels/debian-kernel.ts'
import { type ConsoleReport, parseConsole } from '../test/kernels/parse-console.ts'
import { runHere } from '../test/kernels/run-here.ts'

/**
 * Runs the sandbox's tests on kernels of Debian that this machine does not run, in qemu: `npm run test:kernels [-- --verbose]`.
 * Needs qemu-system-x86, e2fsprogs and a Debian to download kernels from. Nothing of this machine is changed.
 */
const kernelPackages = ['linux-image-amd64', 'linux-image-6.12-amd64']

/** What runs in the guest as root and as an ordinary user, in bun test. */
const tests = [
  './src/sandbox',
  ...['sandbox', 'sandbox-inside', 'rootless', 'build-limits', 'interrupted-build', 'sysroot-strategies', 'doctor'].map(
    (name) => `./test/${name}.test.ts`,
  ),
]

/** Stages are those of test/kernels/inside.sh. */
const boots = [
  { title: 'as Debian has it', parameters: '', stages: 'bare full facts cgroups users root user' },
  { title: 'without Landlock', parameters: 'lsm=yama', stages: 'full facts landlock root' },
]

const root = join(import.meta.dir, '..')
const option = (name: string): string | undefined => process.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
const isVerbose = process.argv.includes('--verbose')
const bootLimitMs = Number(option('--limit') ?? 240) * 1000
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
  const share = makeShare()
  let accelerator: Accelerator | undefined = option('--accelerator') as Accelerator
  for (const name of option('--kernels')?.split(',') ?? kernelPackages) {
    let kernel: Kernel
    try {
      kernel = fetchKernel(name, scratch)
    } catch (error) {
      say(`skipped: ${name}: ${error instanceof Error ? error.message : error}`)
      continue
    }
    for (const boot of boots) {
      if (abort.signal.aborted) return
      const started = performance.now()
      accelerator ??= await findAccelerator(kernel)
      const report = await runBoot({ kernel, accelerator, boot }, share)
      tell(`${kernel.release}, ${boot.title}`, report, Math.round((performance.now() - started) / 1000))
    }
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
  writeFileSync(join(share, 'tests'), `${option('--tests')?.replaceAll(',', ' ') ?? tests.join(' ')}\n`)
  unpackPackage('busybox-static', scratch, ['*/busybox'])
  return share
}

async function runBoot({ kernel, accelerator, boot }: { kernel: Kernel; accelerator: Accelerator; boot: (typeof boots)[number] }, share: string): Promise<ConsoleReport> {
  writeFileSync(join(share, 'stages'), `${option('--stages') ?? boot.stages}\n`)
  let console_ = ''
  const hear = (text: string): void => {
    console_ += text
    if (isVerbose) process.stdout.write(text)
  }
  const busybox = join(scratch, 'bin', 'busybox')
  const { parameters } = boot
  const guest = { kernel, accelerator, parameters, share, busybox, limitMs: bootLimitMs, signal: abort.signal, hear }
  await bootGuest(guest, scratch)
  return parseConsole(console_)
}

function tell(title: string, { stages, facts, lost }: ConsoleReport, seconds: number): void {
  say(`== ${title} (${seconds} s)`)
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

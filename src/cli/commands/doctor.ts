import { join } from 'node:path'
import { readBuildHostFacts } from '../../build/build-host-facts.ts'
import { judgeBuildHost } from '../../build/judge-build-host.ts'
import { KithError } from '../../errors/kith-error.ts'
import type { HostFinding } from '../../model/host-finding.ts'
import { parsePackageName } from '../../model/package-name.ts'
import { renderFinding } from '../../report/terminal/finding-lines.ts'
import { terminalStyle } from '../../report/terminal/style.ts'
import { formatDuration } from '../../report/terminal/units.ts'
import { readHostFacts } from '../../sandbox/host-facts.ts'
import { judgeHost } from '../../sandbox/judge-host.ts'
import { trySandbox } from '../../sandbox/try-sandbox.ts'
import { checkDatabase } from '../../store/check-database.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { claimDirectory } from '../../system/claimed-directory.ts'
import { makeDirectory } from '../../system/files.ts'
import { supplyPackages } from '../build-context.ts'
import type { Command, Invocation } from '../command.ts'
import { workDirectoryOf } from '../session.ts'

/** Tells what this host offers to builds, and what each lack means; status 1 where builds cannot work. */
export const doctor: Command = async (invocation) => {
  const { environment, show } = invocation
  const style = terminalStyle(environment, process.stdout.isTTY)
  const findings: HostFinding[] = []
  const tell = (finding: HostFinding): void => {
    findings.push(finding)
    show(renderFinding(finding, style, process.stdout.columns ?? 80), { kind: 'host-finding', ...finding })
  }
  for (const finding of await examineKernel(invocation)) tell(finding)
  for (const finding of judgeBuildHost(readBuildHostFacts(questionsFor(invocation)))) tell(finding)
  tell(checkDatabase(invocation.config.root))
  tell(await examineSandbox(invocation))
  const count = (status: HostFinding['status']): number => findings.filter((one) => one.status === status).length
  const [failing, warnings] = [count('failing'), count('warning')]
  show(`\n${verdict(failing, warnings)}`, { kind: 'host-verdict', canBuild: failing === 0, failing, warnings })
  return failing === 0 ? 0 : 1
}

function verdict(failing: number, warnings: number): string {
  const also = warnings === 0 ? '' : `; ${warnings} ${warnings === 1 ? 'thing' : 'things'} could be better`
  if (failing === 0) return `Builds work on this host${also}.`
  return `Builds do not work on this host: ${failing} ${failing === 1 ? 'thing is' : 'things are'} failing${also}.`
}

async function examineKernel(invocation: Invocation): Promise<readonly HostFinding[]> {
  const { sysroot, searchPath } = invocation.config
  const userId = process.getuid?.() ?? 0
  const ask = async (scratch: string | undefined) =>
    judgeHost(await readHostFacts({ sysroot, searchPath, userId, scratch }))
  try {
    return await withScratch(invocation, 'host', ask)
  } catch (error) {
    // Why there is no place for it the findings about places tell.
    if (error instanceof KithError) return await ask(undefined)
    throw error
  }
}

async function examineSandbox(invocation: Invocation): Promise<HostFinding> {
  const id = 'sandbox'
  try {
    const durationMs = await withScratch(invocation, 'try', async (scratch) => {
      return await trySandbox(scratch, invocation.config.sysroot, invocation.context)
    })
    const found = `a sandbox ran "true" in ${formatDuration(durationMs)}`
    return { id, status: 'ok', found, meaning: 'all of the above, put together' }
  } catch (error) {
    if (!(error instanceof KithError) || error.code === 'interrupted') throw error
    const remedy = error.hint === undefined ? {} : { remedy: error.hint }
    return { id, status: 'failing', found: shorten(error.message), meaning: 'No build can run.', ...remedy }
  }
}

function questionsFor({ config }: Invocation): Parameters<typeof readBuildHostFacts>[0] {
  const { cacheDirectory, workParent, root, searchPath, repositories } = config
  return {
    cacheDirectory,
    workParent,
    root,
    searchPath,
    repositories,
    hasBase: hasBase(config),
    now: new Date(),
    lock: join(cacheDirectory, 'lock'),
  }
}

/** What is wrong with the database is told as a finding of its own. */
function hasBase(config: Invocation['config']): boolean {
  const base = parsePackageName('base')
  try {
    const installed = loadInstalled(config.root)
    return installed.has(base) || supplyPackages(installed, { config }).builtOf(base) !== undefined
  } catch (error) {
    if (error instanceof KithError) return false
    throw error
  }
}

/** A directory of this process, on the file system where builds happen; it goes when the session ends. */
async function withScratch<Result>(
  { config }: Invocation,
  name: string,
  body: (scratch: string) => Promise<Result>,
): Promise<Result> {
  using claimed = claimDirectory(workDirectoryOf(config))
  const scratch = join(claimed.path, name)
  makeDirectory(scratch)
  return await body(scratch)
}

/** What a program says of itself can be its whole manual. */
function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

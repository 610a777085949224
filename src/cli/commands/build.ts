import { findUnfinishedPlan, recordPlan, type UnfinishedPlan } from '../../build/plan-record.ts'
import { KithError } from '../../errors/kith-error.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { askToContinue } from '../ask.ts'
import { buildSettings, keysOpener, supplyPackages } from '../build-context.ts'
import type { Command, Invocation } from '../command.ts'
import { fetchPlanned } from '../fetch-planned.ts'
import { installArtifacts } from '../install-artifacts.ts'
import { explainPlan, makePlan, requireBuildPlan, requireUsable, tellPlan } from '../make-plan.ts'
import { reviewRecipes } from '../review-recipes.ts'
import { openWorkspace } from '../workspace.ts'

/** Builds the named packages and what they need; with a prompt allowed, offers to install what was named. */
export const build: Command = async (given) => {
  const resumed = given.options.has('--resume') ? requireUnfinished(given) : undefined
  const { words, directory, options, startedMs } = resumed?.record ?? {
    words: given.arguments,
    directory: process.cwd(),
    options: [...given.options].filter((option) => remembered.includes(option)),
    startedMs: Date.now(),
  }
  const invocation = { ...given, options: new Set([...given.options, ...options]) }
  const { config, context, show } = invocation
  const workspace = openWorkspace(words, config, directory)
  const installed = loadInstalled(config.root)
  const builtSinceMs = resumed === undefined ? undefined : startedMs
  const settings = buildSettings(invocation, workspace.names)
  const openKeys = keysOpener(invocation, installed, settings)
  const rebuilds = invocation.options.has('--rebuild')
  const plan = (open: typeof openKeys) =>
    makePlan(workspace, installed, { config, openKeys: open, mayUseCache: false, rebuilds, builtSinceMs })
  const planned = await plan(openKeys)
  const { explicit, keys } = planned
  keys.save()
  if (invocation.options.has('--explain')) explainPlan(planned, context)
  if (invocation.options.has('--names')) for (const { name } of planned.steps) show(name, { kind: 'planned', name })
  else tellPlan(planned, settings, context)
  const reviewed = invocation.options.has('--names') ? [] : await reviewRecipes(planned, invocation)
  if (invocation.options.has('--dry-run') || invocation.options.has('--names')) return 0
  requireUsable(planned.steps)
  if (planned.steps.length > explicit.length || reviewed.length > 0)
    await askToContinue(invocation, `Building ${planned.steps.length} packages`)
  const ready = await fetchPlanned(planned, (open) => plan(() => open))
  if (ready.steps.length > planned.steps.length) tellPlan(ready, settings, context)
  const { steps, cached } = requireBuildPlan(ready, config.cacheDirectory)
  const record =
    steps.length > 1 || resumed !== undefined
      ? recordPlan(config.cacheDirectory, { words, directory, options, startedMs }, resumed)
      : undefined
  const supply = { ...supplyPackages(installed, invocation, planned.providers), keys }
  const { runBuildPlan } = await import('../../build/run-build-plan.ts')
  const built = await runBuildPlan({ steps, cached }, supply, settings, context).catch((error) => {
    const text = 'to go on with what is left: kith build --resume'
    if (record !== undefined) context.emit({ kind: 'notice', level: 'info', text })
    throw error
  })
  record?.done()
  if (!config.isInstallingBuilt) return 0
  await askToContinue(invocation, `Install built packages? [${workspace.names.join(' ')}]`)
  const artifacts = workspace.names.flatMap((name) => built.get(name) ?? cached.get(name) ?? [])
  return await installArtifacts(artifacts, invocation)
}

/** Options that a build which goes on has again. */
const remembered = ['--host-tools', '--network', '--rebuild']

/** Throws `nothing-to-resume`, and `invalid-argument` where packages are named too. */
function requireUnfinished({ arguments: words, config }: Pick<Invocation, 'arguments' | 'config'>): UnfinishedPlan {
  const [word] = words
  if (word !== undefined)
    throw new KithError('invalid-argument', { argument: word, expected: 'no package with --resume' })
  const found = findUnfinishedPlan(config.cacheDirectory)
  if (found === undefined) throw new KithError('nothing-to-resume', {})
  return found
}

import { openBuildKeys } from '../../build/build-keys.ts'
import { findUnfinishedPlan, recordPlan, type UnfinishedPlan } from '../../build/plan-record.ts'
import { runBuildPlan } from '../../build/run-build-plan.ts'
import { KithError } from '../../errors/kith-error.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { askToContinue } from '../ask.ts'
import { buildSettings, supplyPackages } from '../build-context.ts'
import type { Command, Invocation } from '../command.ts'
import { installArtifacts } from '../install-artifacts.ts'
import { explainPlan, makePlan, requireBuildPlan, tellPlan } from '../make-plan.ts'
import type { Providers } from '../providers.ts'
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
  const openKeys = (providers: Providers) => openBuildKeys(supplyPackages(installed, invocation, providers), settings)
  const rebuilds = invocation.options.has('--rebuild')
  const planned = await makePlan(workspace, installed, { config, openKeys, mayUseCache: false, rebuilds, builtSinceMs })
  const { explicit, keys } = planned
  keys.save()
  if (invocation.options.has('--explain')) explainPlan(planned, context)
  if (invocation.options.has('--names')) for (const { name } of planned.steps) show(name, { kind: 'planned', name })
  else tellPlan(planned, settings, context)
  const reviewed = invocation.options.has('--names') ? [] : await reviewRecipes(planned, invocation)
  if (invocation.options.has('--dry-run') || invocation.options.has('--names')) return 0
  const plan = requireBuildPlan(planned, config.cacheDirectory)
  if (plan.steps.length > explicit.length || reviewed.length > 0)
    await askToContinue(invocation, `Building ${plan.steps.length} packages`)
  const record =
    plan.steps.length > 1 || resumed !== undefined
      ? recordPlan(config.cacheDirectory, { words, directory, options, startedMs }, resumed)
      : undefined
  const supply = { ...supplyPackages(installed, invocation, planned.providers), keys }
  const built = await runBuildPlan(plan, supply, settings, context).catch((error) => {
    const text = 'to go on with what is left: kith build --resume'
    if (record !== undefined) context.emit({ kind: 'notice', level: 'info', text })
    throw error
  })
  record?.done()
  if (!config.isInstallingBuilt) return 0
  await askToContinue(invocation, `Install built packages? [${workspace.names.join(' ')}]`)
  const artifacts = workspace.names.flatMap((name) => built.get(name) ?? plan.cached.get(name) ?? [])
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

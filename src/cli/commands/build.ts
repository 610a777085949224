import { runBuildPlan } from '../../build/run-build-plan.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { askToContinue } from '../ask.ts'
import { buildSettings, supplyPackages } from '../build-context.ts'
import type { Command } from '../command.ts'
import { installArtifacts } from '../install-artifacts.ts'
import { makePlan, requireBuildPlan, tellPlan } from '../make-plan.ts'
import { openWorkspace } from '../workspace.ts'

/** Builds the named packages and what they need; with a prompt allowed, offers to install what was named. */
export const build: Command = async (invocation) => {
  const { arguments: words, options, config, context, show } = invocation
  const workspace = openWorkspace(words, config, process.cwd())
  const installed = loadInstalled(config.root)
  const planned = makePlan(workspace, installed, { config, mayUseCache: false })
  const { explicit } = planned
  const settings = buildSettings(invocation, workspace.names)
  if (options.has('--names')) for (const { name } of planned.steps) show(name, { kind: 'planned', name })
  else tellPlan(planned, settings, context)
  if (options.has('--dry-run') || options.has('--names')) return 0
  const plan = requireBuildPlan(planned)
  if (plan.steps.length > explicit.length) await askToContinue(invocation, `Building ${plan.steps.length} packages`)
  const built = await runBuildPlan(plan, supplyPackages(installed, invocation), settings, context)
  if (!config.isInstallingBuilt) return 0
  await askToContinue(invocation, `Install built packages? [${workspace.names.join(' ')}]`)
  const artifacts = workspace.names.flatMap((name) => built.get(name) ?? [])
  return await installArtifacts(artifacts, invocation)
}

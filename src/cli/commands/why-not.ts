import { join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { printable } from '../../errors/printable.ts'
import type { PackageName } from '../../model/package-name.ts'
import type { Problem } from '../../model/problem.ts'
import type { RecipeReading } from '../../model/recipe.ts'
import { findObstacles, type Obstacle } from '../../plan/obstacles.ts'
import { similarNames } from '../../plan/similar-names.ts'
import { findDependsLine } from '../../recipe/depends-line.ts'
import { listRecipes } from '../../recipe/list-recipes.ts'
import { loadRecipes } from '../../recipe/load-recipes.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { renderProblem } from '../../report/terminal/problem-lines.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import type { Command, Invocation } from '../command.ts'
import { openProviders, requireUnambiguous } from '../providers.ts'
import { openWorkspace } from '../workspace.ts'

type Readings = ReadonlyMap<PackageName, RecipeReading>

/**
 * What stands in the way of building packages: recipes that nobody has, circles, recipes that cannot be used, sources that
 * could not be verified, each with file and line and the way to it. Status 1 where there is something.
 */
export const whyNot: Command = async (invocation) => {
  const { arguments: words, config, show } = invocation
  const { names, repositories } = openWorkspace(words, config, process.cwd())
  const database = loadInstalled(config.root)
  const installed = new Set(database.keys())
  const providers = openProviders({ config, installed: database, repositories, targets: names })
  const readings = loadRecipes(names, repositories, { ...providers, overrides: config.overrides })
  requireUnambiguous(providers, config)
  const candidateOf = (name: PackageName) => {
    const reading = readings.get(name)
    if (reading === undefined) return undefined
    const dependencies = reading.dependencies.map((one) => ({ ...one, name: providers.resolve(one.name) }))
    return { dependencies, problems: reading.problems.filter(isInTheWay) }
  }
  let total = 0
  for (const name of names) {
    const { obstacles, needed } = findObstacles(name, { candidateOf, installed })
    total += obstacles.length
    for (const obstacle of obstacles) tell(obstacle, { readings, repositories }, invocation)
    if (obstacles.length > 0) continue
    const also =
      needed.length === 1 ? '' : `, with ${needed.length - 1} that it needs: ${needed.slice(0, -1).join(' ')}`
    show(`${name}: nothing; it can be built${also}`, { kind: 'buildable', name, needed })
  }
  return total > 0 ? 1 : 0
}

/** Missing or wrong checksums are only warned of, since `kith checksum` must work: but no build begins without them. */
function isInTheWay({ severity, file }: Problem): boolean {
  return severity === 'error' || file.endsWith('/checksums')
}

interface Surroundings {
  readonly readings: Readings
  readonly repositories: readonly string[]
}

function tell(obstacle: Obstacle, surroundings: Surroundings, { show }: Invocation): void {
  const problems = describe(obstacle, surroundings)
  const way = obstacle.chain.length > 1 ? `\n    ${obstacle.chain.join(' -> ')}` : ''
  for (const problem of problems)
    show(printable(renderProblem(problem) + way), {
      ...problem,
      kind: 'obstacle',
      obstacle: obstacle.kind,
      chain: obstacle.chain,
    })
}

function describe(obstacle: Obstacle, { readings, repositories }: Surroundings): readonly Problem[] {
  switch (obstacle.kind) {
    case 'broken':
      return obstacle.problems.map((problem) => ({ ...problem, ...hidden(obstacle.name, problem, repositories) }))
    case 'circle': {
      const [first, second = first] = obstacle.cycle
      const sentence = `circular dependency ${obstacle.cycle.join(' -> ')}`
      return [
        { severity: 'error', ...placeOf(first, second, readings), sentence, hint: 'Remove one of these dependencies' },
      ]
    }
    case 'missing': {
      const parent = obstacle.chain.at(-2)
      const similar = similarNames(obstacle.name, new Set(listRecipes(repositories).map(({ name }) => name)))
      const hint =
        similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : 'Add the repository that has it to KISS_PATH'
      if (parent === undefined)
        throw new KithError('recipe-not-found', { name: obstacle.name, searched: repositories, similar })
      const sentence = `"${obstacle.name}" is in no repository, and not installed`
      return [{ severity: 'error', ...placeOf(parent, obstacle.name, readings), sentence, hint }]
    }
  }
}

/** Where `name` says that it needs `dependency`. */
function placeOf(
  name: PackageName | undefined,
  dependency: PackageName | undefined,
  readings: Readings,
): Pick<Problem, 'file' | 'line'> {
  const directory = name && readings.get(name)?.directory
  if (directory === undefined || dependency === undefined) return { file: 'depends' }
  return { file: join(directory, 'depends'), line: findDependsLine(directory, dependency) }
}

/** A recipe that another repository has too may be the better one. */
function hidden(name: PackageName, { file, hint }: Problem, repositories: readonly string[]): Pick<Problem, 'hint'> {
  const other = searchRecipes(name, repositories).find((directory) => !file.startsWith(`${directory}/`))
  if (other === undefined) return { hint }
  return { hint: `${hint === undefined ? '' : `${hint}; `}it goes before ${other} in KISS_PATH` }
}

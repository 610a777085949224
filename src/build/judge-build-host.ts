import type { HostFinding } from '../model/host-finding.ts'
import { type BuildHostFacts, type HostTool, hostTools } from './build-host-facts.ts'
import { judgePlace } from './judge-place.ts'

/** Whether builds find the places, tools and recipes that they need, and what each lack means. Pure. */
export function judgeBuildHost(facts: BuildHostFacts): readonly HostFinding[] {
  return [
    ...facts.places.flatMap(judgePlace),
    judgeTools(facts),
    judgeClock(facts.now),
    judgeRepositories(facts.repositories),
    judgeLock(facts.lock),
  ]
}

/** Also with a base, kith itself unpacks and strips with what the host has. */
const usedByKith: readonly HostTool[] = ['strip', 'git', 'xz', 'bzip2']

function judgeTools({ tools, hasBase }: BuildHostFacts): HostFinding {
  const id = 'tools'
  const needed = (Object.keys(hostTools) as HostTool[]).filter((name) => !hasBase || usedByKith.includes(name))
  const lacking = needed.filter((name) => !tools.has(name))
  const whose = hasBase ? 'builds bring their own tools (base)' : 'builds use those of the host (there is no base)'
  if (lacking.length === 0) return { id, status: 'ok', found: `${needed.join(' ')}: all there`, meaning: whose }
  const uses = lacking.map((name) => `${name}: ${hostTools[name]}`)
  return {
    id,
    status: lacking.includes('sh') ? 'failing' : 'warning',
    found: `missing: ${lacking.join(' ')}`,
    meaning: `${uses.join('; ')}.`,
    remedy: hasBase ? 'Install them on the host.' : 'Install them on the host, or build a base that has them.',
  }
}

function judgeClock(now: Date): HostFinding {
  const id = 'clock'
  const found = `it is ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (now.getUTCFullYear() >= 2024)
    return { id, status: 'ok', found, meaning: 'servers show certificates that are valid' }
  return {
    id,
    status: 'failing',
    found,
    meaning: 'No certificate of a server is valid yet: sources cannot be fetched.',
    remedy: 'Set the clock: date -s YYYY-MM-DD, or start a time daemon.',
  }
}

function judgeRepositories(repositories: BuildHostFacts['repositories']): HostFinding {
  const id = 'repositories'
  if (repositories.length === 0)
    return {
      id,
      status: 'warning',
      found: 'KISS_PATH is not set',
      meaning: 'Only the recipe in the current directory, and those of installed packages, can be found.',
      remedy: 'Set it to the directories that hold recipes, with colons between them.',
    }
  const missing = repositories.filter(({ recipes }) => recipes === undefined).map(({ path }) => path)
  if (missing.length > 0)
    return {
      id,
      status: 'warning',
      found: `KISS_PATH names what is no directory, or cannot be read: ${missing.join(', ')}`,
      meaning: 'The recipes in it are not found.',
      remedy: 'Correct KISS_PATH, or fetch the repository again.',
    }
  const total = repositories.reduce((sum, { recipes = 0 }) => sum + recipes, 0)
  const found = `${total} ${total === 1 ? 'recipe' : 'recipes'} in ${repositories.length} ${repositories.length === 1 ? 'directory' : 'directories'}`
  if (total > 0) return { id, status: 'ok', found, meaning: 'what can be built' }
  const remedy = 'See what KISS_PATH names.'
  return { id, status: 'warning', found, meaning: 'There is nothing to build.', remedy }
}

function judgeLock({ path, isHeld }: BuildHostFacts['lock']): HostFinding {
  const id = 'lock'
  if (isHeld !== true)
    return { id, status: 'ok', found: 'nobody is changing a root', meaning: 'an installation starts at once' }
  return {
    id,
    status: 'warning',
    found: `another kith has ${path}`,
    meaning: 'An installation waits until that one has ended.',
    remedy: `See who it is: fuser -v ${path}`,
  }
}

import { printable } from '../../errors/printable.ts'
import type { Event } from '../../events/event.ts'
import { explainBuild } from './build-explanation.ts'
import { describeMissing } from './missing-dependency.ts'
import { describePrivileged } from './privileged-files.ts'
import { describeRecipeChange, renderDifferences } from './recipe-change-lines.ts'
import { renderSchedule } from './schedule-lines.ts'
import type { Style } from './style.ts'
import { formatBytes, formatDuration } from './units.ts'

/** KISS's shape of a message: `-> name text`. */
function message(style: Style, name: string, text: string): string {
  return `${style.prefix('->')} ${name === '' ? '' : `${style.name(printable(name))} `}${printable(text)}\n`
}

function warning(style: Style, name: string, text: string): string {
  return `${style.problem('WARNING')} ${name === '' ? '' : `${style.name(printable(name))} `}${printable(text)}\n`
}

/** What an event looks like as lines of a log; empty for what only a progress line shows. */
export function renderEvent(event: Event, style: Style): string {
  const say = (name: string, text: string): string => message(style, name, text)
  switch (event.kind) {
    case 'plan-made':
      return renderPlan(event, style)
    case 'recipe-changed':
      return say(event.package, describeRecipeChange(event)) + renderDifferences(event, style)
    case 'provider-chosen':
      return say(event.package, `stands in for ${event.name} (${providerReasons[event.because]})`)
    case 'rebuild-planned':
      return say(event.package, `will be rebuilt: it needs ${event.library}, which the new ${event.from} does not have`)
    case 'rebuild-possible':
      return say(
        event.package,
        `if its libraries get other names, these are rebuilt too: ${event.dependents.join(' ')}`,
      )
    case 'library-lost':
      return warning(
        style,
        event.package,
        `takes ${event.library} away from ${event.dependents.join(', ')}: build them again with it: kith build ${event.dependents.join(' ')}`,
      )
    case 'source-found':
      return say(event.package, `found ${event.source}`)
    case 'fetch-started':
      return say(event.package, `fetching ${event.url}`)
    case 'fetch-progress':
      return ''
    case 'fetch-retried':
      return warning(
        style,
        event.package,
        `${event.reason}; trying again in ${formatDuration(event.delayMs)} (${event.url})`,
      )
    case 'fetch-finished': {
      const from = event.mirror === undefined ? '' : ` from ${event.mirror}`
      return say(event.package, `fetched ${formatBytes(event.sizeBytes)} in ${formatDuration(event.durationMs)}${from}`)
    }
    case 'mirror-tried':
      return say(event.package, `mirror ${event.mirror}: ${event.outcome}`)
    case 'checksum-compared':
      return event.isMatch
        ? say(event.package, `checksum matched ${event.actual} ${event.source}`)
        : `${style.problem('-')} ${printable(event.expected)}\n${style.problem('+')} ${event.actual}  ${printable(event.source)}\n`
    case 'notice':
      return event.level === 'warning'
        ? warning(style, event.package ?? '', event.text)
        : say(event.package ?? '', event.text)
    case 'lock-waiting':
      return say('', `waiting for another kith to finish (${event.path})`)
    case 'transaction-recovered':
      return warning(
        style,
        '',
        event.outcome === 'finished'
          ? `transaction ${event.id} (${event.command}) had been interrupted: finished it`
          : `transaction ${event.id} (${event.command}) had been interrupted: took it back`,
      )
    case 'transaction-pending':
      return warning(
        style,
        '',
        event.isRunning
          ? `transaction ${event.id} (${event.command}) is under way: this is the state before it`
          : `transaction ${event.id} (${event.command}) was interrupted: this is the state before it (kith recover finishes it)`,
      )
    case 'schedule-started':
    case 'schedule-sampled':
    case 'build-held-up':
    case 'package-failed':
    case 'schedule-ended':
      return renderSchedule(event, style)
    case 'build-output':
    case 'script-output':
      // Shown by the reporter itself, which knows where a line has ended.
      return ''
    default:
      return renderBuildOrStore(event, style)
  }
}

const providerReasons = {
  installed: 'it is installed',
  named: 'it is built anyway',
  preferred: 'you prefer it',
  only: 'nothing else provides it',
} as const

type BuildOrStoreKind =
  | 'build-started'
  | 'build-skipped'
  | 'build-explained'
  | 'build-stage'
  | 'elf-inspected'
  | 'dependency-detected'
  | 'dependency-missing'
  | 'build-finished'
  | 'build-failed'
  | 'install-started'
  | 'conflict-found'
  | 'privileged-files'
  | 'etc-kept'
  | 'installed'
  | 'removed'
  | 'hook-started'
  | 'hook-failed'

function renderBuildOrStore(event: Extract<Event, { kind: BuildOrStoreKind }>, style: Style): string {
  const say = (text: string): string => message(style, event.package ?? '', text)
  switch (event.kind) {
    case 'build-started':
      return say(`building ${event.index}/${event.total} (${event.reason}) ${event.version}`)
    case 'build-skipped':
      return say(`unchanged: ${event.artifact} was made of the same`)
    case 'build-explained':
      return explainBuild(event).map(say).join('')
    case 'build-stage':
      return event.detail === undefined ? '' : say(event.detail)
    case 'elf-inspected':
      return say(`inspected ELF ${event.path} (${event.type}${event.isStripped ? ', stripped' : ''})`)
    case 'dependency-detected':
      return say(`depends on ${event.dependency} (${event.change}: ${event.because})`)
    case 'dependency-missing':
      return say(describeMissing(event))
    case 'build-finished':
      return say(
        `built ${event.artifact} in ${formatDuration(event.durationMs)}: ${event.files} files, ${formatBytes(event.sizeBytes)}`,
      )
    case 'build-failed':
      return say(`log stored at ${event.log}`)
    case 'install-started':
      return say(`installing ${event.artifact}`)
    case 'conflict-found':
      return say(`conflict: ${event.path} belongs to ${event.owner}; kept as an alternative (kith alternatives)`)
    case 'privileged-files':
      return describePrivileged(event).map(say).join('')
    case 'etc-kept':
      return event.outcome === 'saved-new'
        ? warning(style, event.package ?? '', `${event.path} was changed: saved the new one as ${event.path}.new`)
        : say(`skipping ${event.path} (modified)`)
    case 'installed':
      return say(`installed ${event.version} (${event.files} files)`)
    case 'removed':
      return say('removed')
    case 'hook-started':
      return say(`running ${event.hook}`)
    case 'hook-failed':
      return warning(style, event.package, `${event.hook} failed: ${event.status}`)
  }
}

function renderPlan(event: Extract<Event, { kind: 'plan-made' }>, style: Style): string {
  const total = event.steps.length
  const lines = event.steps.map(({ package: name, reason, hasNetwork, unlessUnchanged = [] }, index) =>
    message(
      style,
      name,
      `(${index + 1}/${total}) will build (${reason})${hasNetwork ? ' with the network of this host' : ''}${unlessUnchanged.length > 0 ? `, unless ${unlessUnchanged.join(' ')} ${unlessUnchanged.length > 1 ? 'turn out as they were' : 'turns out as it was'}` : ''}`,
    ),
  )
  const cached = event.cached.map((name) => message(style, name, 'already built, will be used'))
  const fetched = (event.fetched ?? []).map(({ package: name, from, sizeBytes }) =>
    message(style, name, `will be fetched, ${formatBytes(sizeBytes)}, from ${from}`),
  )
  return [...cached, ...fetched, ...lines].join('')
}
